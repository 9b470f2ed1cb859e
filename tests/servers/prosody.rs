//! Debian's Prosody.

use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::account::{Account, random_password};
use crate::pki::{Certificate, Pki};
use crate::ports::{S2S_PORT, free_addresses, free_ports};
use crate::process::ServerProcess;

/// Prosody is up in a fifth of a second; this is for a machine that does ten other things.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// How long a stopping server may take to say goodbye to its clients.
const STOP_GRACE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(3);
const CONFIGURATION: &str = "prosody.cfg.lua";
/// What it printed, as against [`Prosody::log`].
const OUTPUT: &str = "output.txt";
/// Where the servers of a federation are, as against what the DNS knows.
const HOSTS: &str = "hosts.txt";

/// The encryption offered on the port for STARTTLS. The direct TLS port is there in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Tls {
    /// TLS 1.2 and 1.3, required, as Prosody does by itself.
    #[default]
    Stock,
    /// TLS 1.2 only (on both ports), where Prosody 0.12 offers SCRAM with channel binding.
    #[value(name = "1.2-only")]
    V12Only,
    /// No STARTTLS: the stream stays plain.
    Off,
}

/// The ways to log in that are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sasl {
    /// SCRAM, and PLAIN where the stream is encrypted, as Prosody does by itself.
    #[default]
    Stock,
    /// SCRAM only.
    ScramOnly,
    /// PLAIN only, also where the stream isn't encrypted.
    PlainOnly,
}

/// The hash of SCRAM. Prosody offers the one it stores passwords with, and no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ScramHash {
    /// SCRAM-SHA-256.
    #[default]
    #[value(name = "sha-256")]
    Sha256,
    /// SCRAM-SHA-1, what Prosody does unless told otherwise.
    #[value(name = "sha-1")]
    Sha1,
}

/// How a [`Prosody`] is to be; see [`Prosody::builder`].
#[derive(Clone, Debug)]
pub struct ProsodyBuilder {
    host: String,
    pki: Option<Arc<Pki>>,
    certificate: Certificate,
    tls: Tls,
    sasl: Sasl,
    scram_hash: ScramHash,
    stanza_size_limit: Option<u32>,
    config: Vec<String>,
    federation: Option<Federation>,
}

/// What a server knows of the others.
#[derive(Clone, Debug)]
struct Federation {
    /// Where it listens for other servers.
    address: Ipv4Addr,
    /// All of them, itself too: lines of `/etc/hosts`.
    hosts: String,
}

impl ProsodyBuilder {
    /// The host it serves, `quoalise.test` unless told otherwise.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The authority of its certificate, for servers that share one; each has its own otherwise.
    #[must_use]
    pub fn pki(mut self, pki: Arc<Pki>) -> Self {
        self.pki = Some(pki);
        self
    }

    /// What is right or wrong with its certificate.
    #[must_use]
    pub fn certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = certificate;
        self
    }

    /// The encryption it offers.
    #[must_use]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self
    }

    /// The ways to log in that it offers.
    #[must_use]
    pub fn sasl(mut self, sasl: Sasl) -> Self {
        self.sasl = sasl;
        self
    }

    /// The hash of SCRAM.
    #[must_use]
    pub fn scram_hash(mut self, scram_hash: ScramHash) -> Self {
        self.scram_hash = scram_hash;
        self
    }

    /// The largest stanza it takes from a client, in bytes: 256 KiB by itself; it does not go below 10,000.
    #[must_use]
    pub fn stanza_size_limit(mut self, bytes: u32) -> Self {
        self.stanza_size_limit = Some(bytes);
        self
    }

    /// A line for the global part of the configuration. Later lines win, over ours too.
    #[must_use]
    pub fn config(mut self, line: impl Into<String>) -> Self {
        self.config.push(line.into());
        self
    }

    /// Starts it, and returns when it takes connections.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    #[track_caller]
    pub fn start(self) -> Prosody {
        self.try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// [`start`](Self::start) that leaves it to the caller what to do when it does not come up.
    ///
    /// # Errors
    /// When it does not come up, with its log.
    pub fn try_start(self) -> Result<Prosody, StartError> {
        let dir =
            tempfile::Builder::new().prefix("quoalise-prosody-").tempdir().expect("a folder for Prosody");
        let pki = self.pki.clone().unwrap_or_else(|| Arc::new(Pki::new()));
        let certificates = dir.path().join("certs");
        fs::create_dir(&certificates).expect("a folder for certificates");
        pki.issue(&self.host, self.certificate, &certificates);

        let [c2s, direct_tls] = free_ports();
        let mut server = Prosody { process: None, c2s, direct_tls, settings: self, pki, dir };
        // A port was free when we looked; somebody may have been faster.
        for _ in 0..20 {
            match server.launch() {
                Ok(process) => {
                    server.process = Some(process);
                    return Ok(server);
                }
                Err(NotStarted::AddressTaken) => {
                    let error = server.start_error("somebody has its address");
                    return Err(StartError { address_taken: true, ..error });
                }
                Err(NotStarted::PortTaken) => [server.c2s, server.direct_tls] = free_ports(),
                Err(NotStarted::Failed(why)) => return Err(server.start_error(&why)),
            }
        }
        Err(server.start_error("the ports it was given were taken each time"))
    }

    /// `ports` are those of STARTTLS and of direct TLS.
    fn configuration(&self, dir: &Path, pki: &Pki, ports: [u16; 2]) -> String {
        let path = |name: &str| lua_string(&dir.join(name).to_string_lossy());
        let level = std::env::var("QUOALISE_TEST_SERVER_LOG").unwrap_or_else(|_| "info".to_owned());
        let [c2s, direct_tls] = ports;
        let mut lines = vec![
            // It refuses to run as root otherwise, and takes no notice of it as anybody else.
            "run_as_root = true".to_owned(),
            format!("pidfile = {}", path("prosody.pid")),
            format!("data_path = {}", path("data")),
            format!("log = {{ [{}] = {} }}", lua_string(&level), path("prosody.log")),
            r#"interfaces = { "127.0.0.1" }"#.to_owned(),
            format!("c2s_ports = {{ {c2s} }}"),
            format!("c2s_direct_tls_ports = {{ {direct_tls} }}"),
            "http_ports = {}; https_ports = {}".to_owned(),
            format!("certificates = {}", path("certs")),
            format!(
                "ssl = {{ cafile = {}; protocol = {} }}",
                lua_string(&pki.ca_file().to_string_lossy()),
                lua_string(if self.tls == Tls::V12Only { "tlsv1_2" } else { "tlsv1_2+" }),
            ),
            format!(
                r#"modules_enabled = {{ "roster", "saslauth", "disco", "ping", "smacks", "offline", "dialback"{} }}"#,
                if self.tls == Tls::Off { "" } else { r#", "tls""# },
            ),
            format!("c2s_require_encryption = {}", self.tls != Tls::Off),
            r#"authentication = "internal_hashed""#.to_owned(),
            format!(
                "password_hash = {}",
                lua_string(match self.scram_hash {
                    ScramHash::Sha256 => "SHA-256",
                    ScramHash::Sha1 => "SHA-1",
                })
            ),
            // An answer in two writes would wait for our acknowledgement: 40 ms each.
            "network_settings = { nagle = false }".to_owned(),
        ];
        match &self.federation {
            None => lines.push("s2s_ports = {}".to_owned()),
            Some(Federation { address, .. }) => lines.extend([
                format!(r#"s2s_interfaces = {{ "{address}" }}; s2s_ports = {{ {S2S_PORT} }}"#),
                // Only certificates tell who somebody is: no dialback.
                "s2s_secure_auth = true".to_owned(),
                format!("unbound = {{ resolvconf = false, hoststxt = {} }}", path(HOSTS)),
            ]),
        }
        match self.sasl {
            Sasl::Stock => {}
            Sasl::ScramOnly => lines.push(r#"disable_sasl_mechanisms = { "PLAIN" }"#.to_owned()),
            Sasl::PlainOnly => {
                lines.push("allow_unencrypted_plain_auth = true".to_owned());
                lines.push(
                    r#"disable_sasl_mechanisms = { "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS" }"#
                        .to_owned(),
                );
            }
        }
        if let Some(bytes) = self.stanza_size_limit {
            lines.push(format!("c2s_stanza_size_limit = {bytes}"));
        }
        lines.extend(self.config.iter().cloned());
        lines.push(format!("VirtualHost {}", lua_string(&self.host)));
        lines.join("\n") + "\n"
    }
}

/// Why a server did not come up, with what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    why: String,
    address_taken: bool,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for StartError {}

enum NotStarted {
    PortTaken,
    /// The one where other servers look for it.
    AddressTaken,
    Failed(String),
}

/// A Prosody of one's own on loopback, killed and forgotten when dropped.
#[derive(Debug)]
pub struct Prosody {
    // Before its folder: fields are dropped in order.
    process: Option<ServerProcess>,
    c2s: u16,
    direct_tls: u16,
    settings: ProsodyBuilder,
    pki: Arc<Pki>,
    dir: TempDir,
}

impl Prosody {
    /// Stock Prosody with SCRAM-SHA-256, as far as nothing else is asked for.
    pub fn builder() -> ProsodyBuilder {
        ProsodyBuilder {
            host: "quoalise.test".to_owned(),
            pki: None,
            certificate: Certificate::default(),
            tls: Tls::default(),
            sasl: Sasl::default(),
            scram_hash: ScramHash::default(),
            stanza_size_limit: None,
            config: Vec::new(),
            federation: None,
        }
    }

    /// Starts servers that find each other by their names, and nobody else: a federation on loopback, each with an
    /// address of its own at which the others reach it. They are of one authority (the first one's, where it has
    /// been given one) and take each other's word only over TLS with good certificates.
    ///
    /// ```no_run
    /// use quoalise_tests::Prosody;
    ///
    /// let [provider, consumer] = Prosody::federation(["provider.test", "consumer.test"].map(Prosody::at));
    /// ```
    ///
    /// Names end in `.test`: others would be looked up in the DNS too.
    ///
    /// # Panics
    /// When one of them does not come up, with its log.
    #[track_caller]
    pub fn federation<const N: usize>(builders: [ProsodyBuilder; N]) -> [Self; N] {
        let pki = builders.first().and_then(|first| first.pki.clone());
        let pki = pki.unwrap_or_else(|| Arc::new(Pki::new()));
        for _ in 0..20 {
            let addresses = free_addresses::<N>();
            let hosts: String = std::iter::zip(&addresses, &builders)
                .map(|(address, builder)| format!("{address} {}\n", builder.host))
                .collect();
            let start = |(address, builder): (&Ipv4Addr, &ProsodyBuilder)| {
                let federation = Some(Federation { address: *address, hosts: hosts.clone() });
                ProsodyBuilder { pki: Some(Arc::clone(&pki)), federation, ..builder.clone() }.try_start()
            };
            match std::iter::zip(&addresses, &builders).map(start).collect::<Result<Vec<_>, _>>() {
                Ok(servers) => {
                    return servers.try_into().unwrap_or_else(|_| unreachable!("one for each builder"));
                }
                // An address was free when we looked; all have to know the new one.
                Err(error) if error.address_taken => {}
                Err(error) => panic!("{error}"),
            }
        }
        panic!("somebody took the addresses of the federation each time");
    }

    /// [`builder`](Self::builder) of a server for this host.
    pub fn at(host: &str) -> ProsodyBuilder {
        Self::builder().host(host)
    }

    /// A stock server shared by the tests of this process that run at the same time, with accounts of their own
    /// from [`Prosody::new_account`]. It can't be stopped or restarted.
    ///
    /// The last one to let go of it ends it: something kept until the process exits would never be cleaned up.
    ///
    /// # Panics
    /// When it does not come up.
    #[track_caller]
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Prosody>> = Mutex::new(Weak::new());
        // A start that panicked leaves nothing behind: the next test finds out by itself.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::builder().start());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// The host it serves.
    pub fn host(&self) -> &str {
        &self.settings.host
    }

    /// The loopback port for plain streams and STARTTLS.
    pub fn c2s_port(&self) -> u16 {
        self.c2s
    }

    /// The loopback port for direct TLS.
    pub fn direct_tls_port(&self) -> u16 {
        self.direct_tls
    }

    /// Where other servers of its federation reach it, if it is in one.
    pub fn s2s_address(&self) -> Option<SocketAddrV4> {
        self.settings.federation.as_ref().map(|it| SocketAddrV4::new(it.address, S2S_PORT))
    }

    /// The certificate of its authority, in PEM.
    pub fn ca_file(&self) -> PathBuf {
        self.pki.ca_file()
    }

    /// Its authority, for another server of the same.
    pub fn pki(&self) -> Arc<Pki> {
        Arc::clone(&self.pki)
    }

    /// The id of its process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(ServerProcess::id)
    }

    /// The bare JID of `name` here, account or not.
    pub fn jid(&self, name: &str) -> String {
        format!("{name}@{}", self.host())
    }

    /// Makes an account, or changes its password; whether the server runs or not.
    ///
    /// # Panics
    /// When `name` has other characters than `a-z0-9._-=,` (no JID would be equal to it), or the account can't be
    /// written.
    pub fn add_user(&self, name: &str, password: &str) -> Account {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-=,".contains(c);
        assert!(!name.is_empty() && name.chars().all(plain), "{name:?} is not a plain name for an account");
        // Prosody takes over accounts kept with their passwords, and hashes them at the first login. One
        // `prosodyctl register` would take longer than the start of the server.
        let folder = self.dir.path().join("data").join(file_name(self.host())).join("accounts");
        let file = folder.join(file_name(name) + ".dat");
        let scratch = folder.join(file_name(name) + ".new");
        fs::create_dir_all(&folder)
            .and_then(|()| {
                fs::write(&scratch, format!("return {{ [\"password\"] = {} }};\n", lua_string(password)))
            })
            .and_then(|()| fs::rename(&scratch, &file))
            .unwrap_or_else(|error| panic!("cannot write the account {}: {error}", file.display()));
        Account { jid: self.jid(name), password: password.to_owned() }
    }

    /// An account nobody else has, with a password of its own.
    ///
    /// # Panics
    /// When the account can't be written.
    pub fn new_account(&self) -> Account {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        self.add_user(&format!("account-{number}"), &random_password())
    }

    /// Stops it in order: clients are told, what it keeps is on disk. Accounts, data and ports stay.
    pub fn stop(&mut self) {
        if let Some(process) = self.process.take() {
            process.terminate(STOP_GRACE);
        }
    }

    /// Ends it as a power cut would, as far as its clients can tell.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// Starts it again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same ports and with the same
    /// data.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    #[track_caller]
    pub fn start(&mut self) {
        if self.process.is_some() {
            return;
        }
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match self.launch() {
                Ok(process) => break self.process = Some(process),
                Err(NotStarted::PortTaken | NotStarted::AddressTaken) if Instant::now() < deadline => {
                    thread::sleep(LOOK_EVERY);
                }
                Err(NotStarted::PortTaken | NotStarted::AddressTaken) => {
                    panic!("{}", self.start_error("somebody took its ports while it was down"))
                }
                Err(NotStarted::Failed(why)) => panic!("{}", self.start_error(&why)),
            }
        }
    }

    /// [`stop`](Self::stop), then [`start`](Self::start).
    ///
    /// # Panics
    /// When it does not come up, with its log.
    #[track_caller]
    pub fn restart(&mut self) {
        self.stop();
        self.start();
    }

    /// What it has logged so far, for the message of a failure. With `QUOALISE_TEST_SERVER_LOG=debug` in the
    /// environment it says more.
    pub fn log(&self) -> String {
        // It may be cut in the middle of a character while it is written.
        fs::read(self.dir.path().join("prosody.log"))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    fn launch(&self) -> Result<ServerProcess, NotStarted> {
        let failed = |what: &str, error: std::io::Error| NotStarted::Failed(format!("{what}: {error}"));
        let dir = self.dir.path();
        fs::write(
            dir.join(CONFIGURATION),
            self.settings.configuration(dir, &self.pki, [self.c2s, self.direct_tls]),
        )
        .map_err(|error| failed("its configuration", error))?;
        if let Some(federation) = &self.settings.federation {
            fs::write(dir.join(HOSTS), &federation.hosts)
                .map_err(|error| failed("where the others are", error))?;
        }
        // Mistakes in the configuration are told on standard output.
        let output = File::create(dir.join(OUTPUT)).map_err(|error| failed("its output", error))?;
        let errors = output.try_clone().map_err(|error| failed("its output", error))?;
        let logged_before = self.log().len();

        let home = dir.to_owned();
        let mut process = ServerProcess::spawn("prosody", move |command| {
            command
                // By its name only: with a long path to it, Prosody 0.12 fails where it should warn that a line
                // replaces an earlier one.
                .args(["--config", CONFIGURATION, "--foreground"])
                .current_dir(home)
                .stdin(Stdio::null())
                .stdout(output)
                .stderr(errors);
        })
        .map_err(|error| failed("setpriv, of the package util-linux", error))?;

        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let log = self.log();
            let log = log.get(logged_before..).unwrap_or_default();
            match listening(log, [self.c2s, self.direct_tls], self.s2s_address()) {
                Listening::All => return Ok(process),
                Listening::Clash => return Err(NotStarted::PortTaken),
                Listening::S2sClash => return Err(NotStarted::AddressTaken),
                Listening::NotYet => {}
            }
            match process.try_wait() {
                Ok(None) => {}
                Ok(Some(status)) if status.code() == Some(127) => {
                    return Err(NotStarted::Failed("it is not installed; `make setup` does".to_owned()));
                }
                Ok(Some(status)) => return Err(NotStarted::Failed(format!("it ended with {status}"))),
                Err(error) => return Err(failed("waiting for it", error)),
            }
            if Instant::now() > deadline {
                return Err(NotStarted::Failed(format!("it was not ready within {READY_WITHIN:?}")));
            }
            thread::sleep(LOOK_EVERY);
        }
    }

    fn start_error(&self, why: &str) -> StartError {
        let output = fs::read_to_string(self.dir.path().join(OUTPUT)).unwrap_or_default();
        let why = format!("Prosody did not start: {why}\n--- output\n{output}\n--- log\n{}", self.log());
        StartError { why, address_taken: false }
    }
}

enum Listening {
    All,
    NotYet,
    Clash,
    S2sClash,
}

/// Reads in the log whether *this* Prosody has its ports. That something takes a connection there would not tell:
/// it could be whoever was faster.
fn listening(log: &str, [c2s, direct_tls]: [u16; 2], s2s: Option<SocketAddrV4>) -> Listening {
    let got =
        |service: &str, ports: &str| log.contains(&format!("Activated service '{service}' on {ports}\n"));
    let got_at = |service: &str, at: SocketAddrV4| got(service, &format!("[{}]:{}", at.ip(), at.port()));
    if got("c2s", "no ports") || got("c2s_direct_tls", "no ports") {
        Listening::Clash
    } else if s2s.is_some() && got("s2s", "no ports") {
        Listening::S2sClash
    } else if got_at("c2s", SocketAddrV4::new(Ipv4Addr::LOCALHOST, c2s))
        && got_at("c2s_direct_tls", SocketAddrV4::new(Ipv4Addr::LOCALHOST, direct_tls))
        && s2s.is_none_or(|at| got_at("s2s", at))
    {
        Listening::All
    } else {
        Listening::NotYet
    }
}

/// A name as Prosody's file storage writes it.
fn file_name(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(out, "%{byte:02x}");
        }
        out
    })
}

fn lua_string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_prosodys() {
        assert_eq!(file_name("quoalise.test"), "quoalise%2etest");
        assert_eq!(file_name("account-1_x"), "account%2d1%5fx");
    }

    #[test]
    fn a_password_cannot_leave_its_lua_string() {
        assert_eq!(lua_string("a\"] = os.exit()\\\n"), r#""a\"] = os.exit()\\\n""#);
    }

    #[test]
    fn only_its_own_ports_make_it_ready() {
        let ready = "x c2s info\tActivated service 'c2s' on [127.0.0.1]:1\nActivated service 'c2s_direct_tls' on [127.0.0.1]:2\nActivated service 's2s' on no ports\n";
        assert!(matches!(listening(ready, [1, 2], None), Listening::All));
        assert!(matches!(listening(ready, [11, 2], None), Listening::NotYet));
        assert!(matches!(listening("Activated service 'c2s' on no ports\n", [1, 2], None), Listening::Clash));
        assert!(matches!(listening("", [1, 2], None), Listening::NotYet));

        let s2s = Some("127.5.6.7:5269".parse().unwrap());
        assert!(matches!(listening(ready, [1, 2], s2s), Listening::S2sClash));
        let ready = ready.replace("no ports", "[127.5.6.7]:5269");
        assert!(matches!(listening(&ready, [1, 2], s2s), Listening::All));
        assert!(matches!(
            listening(&ready, [1, 2], Some("127.5.6.70:5269".parse().unwrap())),
            Listening::NotYet
        ));
    }
}
