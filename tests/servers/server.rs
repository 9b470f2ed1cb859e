//! A server of one's own, whichever software it is.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use tempfile::TempDir;

use crate::account::{Account, random_password};
use crate::ejabberd;
use crate::pki::{Certificate, Pki};
use crate::ports::{S2S_PORT, free_addresses, free_ports};
use crate::process::ServerProcess;
use crate::prosody;
use crate::proxy::Proxy;

/// Prosody is up in a fifth of a second and ejabberd in two; this is for a machine that does ten other things.
pub(crate) const READY_WITHIN: Duration = Duration::from_secs(120);
/// How long a stopping server may take to say goodbye to its clients.
const STOP_GRACE: Duration = Duration::from_secs(10);
pub(crate) const LOOK_EVERY: Duration = Duration::from_millis(3);
/// What it printed, as against [`Server::log`].
pub(crate) const OUTPUT: &str = "output.txt";

/// Which program a server is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Software {
    /// Prosody 0.12 of Debian.
    #[default]
    Prosody,
    /// ejabberd 23.01 of Debian.
    Ejabberd,
}

impl Software {
    /// All there are, for what is to be shown on each.
    pub const ALL: [Self; 2] = [Self::Prosody, Self::Ejabberd];

    /// Its name in `QUOALISE_TEST_SERVER` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prosody => "prosody",
            Self::Ejabberd => "ejabberd",
        }
    }

    /// What tests run on that do not say it: `QUOALISE_TEST_SERVER` in the environment names it, Prosody by itself.
    ///
    /// # Panics
    /// When it names none.
    pub fn of_this_run() -> Self {
        match std::env::var("QUOALISE_TEST_SERVER") {
            Ok(name) => Self::from_str(&name, false)
                .unwrap_or_else(|error| panic!("QUOALISE_TEST_SERVER names no server: {error}")),
            Err(_) => Self::default(),
        }
    }
}

impl fmt::Display for Software {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Prosody => "Prosody",
            Self::Ejabberd => "ejabberd",
        })
    }
}

/// The encryption offered on the port for STARTTLS. The direct TLS port is there in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Tls {
    /// TLS 1.2 and 1.3, required, as it comes from Debian.
    #[default]
    Stock,
    /// TLS 1.2 only (on both ports), where Prosody 0.12 offers SCRAM with channel binding.
    #[value(name = "1.2-only")]
    V12Only,
    /// STARTTLS for who wants it.
    Optional,
    /// No STARTTLS: the stream stays plain.
    Off,
}

/// The ways to log in that are offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Sasl {
    /// SCRAM, and PLAIN where the stream is encrypted, as it comes from Debian.
    #[default]
    Stock,
    /// SCRAM only.
    ScramOnly,
    /// PLAIN only, also where the stream isn't encrypted.
    PlainOnly,
}

/// The hash of SCRAM. Servers offer the one they store passwords with, and no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum ScramHash {
    /// SCRAM-SHA-256.
    #[default]
    #[value(name = "sha-256")]
    Sha256,
    /// SCRAM-SHA-1, what both do unless told otherwise.
    #[value(name = "sha-1")]
    Sha1,
}

/// Who stays where a resource is asked for that is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Conflict {
    /// The newcomer: the older session is ended. What both do by themselves.
    #[default]
    NewStays,
    /// The older session: the newcomer is refused, or given another resource.
    OldStays,
}

/// How a [`Server`] is to be; see [`Server::builder`].
#[derive(Clone, Debug)]
pub struct ServerBuilder {
    pub(crate) software: Software,
    pub(crate) host: String,
    pki: Option<Arc<Pki>>,
    certificate: Certificate,
    pub(crate) tls: Tls,
    pub(crate) sasl: Sasl,
    pub(crate) scram_hash: ScramHash,
    pub(crate) conflict: Conflict,
    pub(crate) stanza_size_limit: Option<u32>,
    pub(crate) s2s_stanza_size_limit: Option<u32>,
    pub(crate) config: Vec<String>,
    pub(crate) federation: Option<Federation>,
}

/// What a server knows of the others.
#[derive(Clone, Debug)]
pub(crate) struct Federation {
    /// Where it listens for other servers.
    pub(crate) address: Ipv4Addr,
    /// All of them, itself too.
    pub(crate) hosts: Vec<(Ipv4Addr, String)>,
}

impl ServerBuilder {
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

    /// Who stays where a resource is asked for that is taken.
    #[must_use]
    pub fn conflict(mut self, conflict: Conflict) -> Self {
        self.conflict = conflict;
        self
    }

    /// The largest stanza it takes from a client, in bytes: 256 KiB by itself; Prosody does not go below 10,000.
    #[must_use]
    pub fn stanza_size_limit(mut self, bytes: u32) -> Self {
        self.stanza_size_limit = Some(bytes);
        self
    }

    /// The largest stanza it takes from another server, in bytes: 512 KiB by itself.
    #[must_use]
    pub fn s2s_stanza_size_limit(mut self, bytes: u32) -> Self {
        self.s2s_stanza_size_limit = Some(bytes);
        self
    }

    /// A line for the global part of the configuration, in its own language: Lua for Prosody, `key: value` in YAML for
    /// ejabberd. Later lines win, over ours too.
    #[must_use]
    pub fn config(mut self, line: impl Into<String>) -> Self {
        self.config.push(line.into());
        self
    }

    /// [`config`](Self::config) if it is this software; what the other does by itself, say.
    #[must_use]
    pub fn config_of(self, software: Software, line: impl Into<String>) -> Self {
        if self.software == software { self.config(line) } else { self }
    }

    /// Starts it, and returns when it takes connections.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    #[track_caller]
    pub fn start(self) -> Server {
        self.try_start().unwrap_or_else(|error| panic!("{error}"))
    }

    /// [`start`](Self::start) that leaves it to the caller what to do when it does not come up.
    ///
    /// # Errors
    /// When it does not come up, with its log.
    pub fn try_start(self) -> Result<Server, StartError> {
        let dir =
            tempfile::Builder::new().prefix("quoalise-server-").tempdir().expect("a folder for a server");
        let pki = self.pki.clone().unwrap_or_else(|| Arc::new(Pki::new()));
        let certificates = dir.path().join("certs");
        fs::create_dir(&certificates).expect("a folder for certificates");
        pki.issue(&self.host, self.certificate, &certificates);

        let [c2s, direct_tls] = free_ports();
        let unregistered = Mutex::default();
        let mut server = Server { running: None, unregistered, c2s, direct_tls, settings: self, pki, dir };
        // A port was free when we looked; somebody may have been faster.
        for _ in 0..20 {
            match server.launch() {
                Ok(running) => {
                    server.running = Some(running);
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

pub(crate) enum NotStarted {
    PortTaken,
    /// The one where other servers look for it.
    AddressTaken,
    Failed(String),
}

/// What a server's software has to know of it.
pub(crate) struct Setup<'a> {
    pub(crate) settings: &'a ServerBuilder,
    /// Where it lives; the folder `certs` in it has the certificate and its key, `HOST.crt` and `HOST.key`.
    pub(crate) dir: &'a Path,
    pub(crate) ca_file: PathBuf,
    /// Those of STARTTLS and of direct TLS.
    pub(crate) ports: [u16; 2],
}

#[derive(Debug)]
struct Running {
    process: ServerProcess,
    /// Of an ejabberd.
    console: Option<ejabberd::Console>,
}

/// A server of one's own on loopback, killed and forgotten when dropped.
#[derive(Debug)]
pub struct Server {
    // Before its folder: fields are dropped in order.
    running: Option<Running>,
    /// Accounts that it is told of when it runs again; none where they are files.
    unregistered: Mutex<Vec<Account>>,
    c2s: u16,
    direct_tls: u16,
    settings: ServerBuilder,
    pki: Arc<Pki>,
    dir: TempDir,
}

impl Server {
    /// A stock server with SCRAM-SHA-256, as far as nothing else is asked for, of the
    /// [software of this run](Software::of_this_run).
    pub fn builder() -> ServerBuilder {
        Self::of(Software::of_this_run())
    }

    /// [`builder`](Self::builder) of one of this software.
    pub fn of(software: Software) -> ServerBuilder {
        ServerBuilder {
            software,
            host: "quoalise.test".to_owned(),
            pki: None,
            certificate: Certificate::default(),
            tls: Tls::default(),
            sasl: Sasl::default(),
            scram_hash: ScramHash::default(),
            conflict: Conflict::default(),
            stanza_size_limit: None,
            s2s_stanza_size_limit: None,
            config: Vec::new(),
            federation: None,
        }
    }

    /// Starts servers that find each other by their names, and nobody else: a federation on loopback, each with an
    /// address of its own at which the others reach it. They are of one authority (the first one's, where it has
    /// been given one) and take each other's word only over TLS with good certificates.
    ///
    /// ```no_run
    /// use quoalise_tests::Server;
    ///
    /// let [provider, consumer] = Server::federation(["provider.test", "consumer.test"].map(Server::at));
    /// ```
    ///
    /// Names end in `.test`: others would be looked up in the DNS too. They may be of different software.
    ///
    /// # Panics
    /// When one of them does not come up, with its log.
    #[track_caller]
    pub fn federation<const N: usize>(builders: [ServerBuilder; N]) -> [Self; N] {
        Self::federated(&builders, |address| Some((address, ()))).0
    }

    /// A [`federation`](Self::federation) whose servers reach each other through proxies: the one at the place of a
    /// server stands in front of it.
    ///
    /// # Panics
    /// When one of them does not come up, with its log.
    #[track_caller]
    pub fn federation_by_proxies<const N: usize>(builders: [ServerBuilder; N]) -> ([Self; N], [Proxy; N]) {
        Self::federated(&builders, |address| {
            let [before] = free_addresses();
            let at = |address| SocketAddrV4::new(address, S2S_PORT);
            Some((before, Proxy::at(at(before), at(address)).ok()?))
        })
    }

    /// `reached` gives the address at which others reach the server that listens at this one, and what is to be kept
    /// for that; nothing where it is taken.
    #[track_caller]
    fn federated<T, const N: usize>(
        builders: &[ServerBuilder; N],
        reached: impl Fn(Ipv4Addr) -> Option<(Ipv4Addr, T)>,
    ) -> ([Self; N], [T; N]) {
        let pki = builders.first().and_then(|first| first.pki.clone());
        let pki = pki.unwrap_or_else(|| Arc::new(Pki::new()));
        for _ in 0..20 {
            let addresses = free_addresses::<N>();
            let Some(between) = addresses.iter().map(|address| reached(*address)).collect::<Option<Vec<_>>>()
            else {
                continue;
            };
            let (public, kept): (Vec<_>, Vec<T>) = between.into_iter().unzip();
            let hosts: Vec<_> = std::iter::zip(&public, builders)
                .map(|(address, builder)| (*address, builder.host.clone()))
                .collect();
            let start = |(address, builder): (&Ipv4Addr, &ServerBuilder)| {
                let federation = Some(Federation { address: *address, hosts: hosts.clone() });
                ServerBuilder { pki: Some(Arc::clone(&pki)), federation, ..builder.clone() }.try_start()
            };
            match std::iter::zip(&addresses, builders).map(start).collect::<Result<Vec<_>, _>>() {
                Ok(servers) => {
                    let one_each = "one for each builder";
                    return (
                        servers.try_into().unwrap_or_else(|_| unreachable!("{one_each}")),
                        kept.try_into().unwrap_or_else(|_| unreachable!("{one_each}")),
                    );
                }
                // An address was free when we looked; all have to know the new one.
                Err(error) if error.address_taken => {}
                Err(error) => panic!("{error}"),
            }
        }
        panic!("somebody took the addresses of the federation each time");
    }

    /// [`builder`](Self::builder) of a server for this host.
    pub fn at(host: &str) -> ServerBuilder {
        Self::builder().host(host)
    }

    /// A stock server shared by the tests of this process that run at the same time, with accounts of their own
    /// from [`Server::new_account`]. It can't be stopped or restarted.
    ///
    /// The last one to let go of it ends it: something kept until the process exits would never be cleaned up.
    ///
    /// # Panics
    /// When it does not come up.
    #[track_caller]
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        // A start that panicked leaves nothing behind: the next test finds out by itself.
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::builder().start());
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// Which program it is.
    pub fn software(&self) -> Software {
        self.settings.software
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
        self.running.as_ref().map(|running| running.process.id())
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
        let account = Account { jid: self.jid(name), password: password.to_owned() };
        match (self.settings.software, &self.running) {
            (Software::Prosody, _) => prosody::write_account(self.dir.path(), self.host(), name, password),
            (Software::Ejabberd, Some(Running { console: Some(console), .. })) => {
                let done = console.register(&account);
                done.unwrap_or_else(|why| panic!("no account {}: {why}\n{}", account.jid, self.log()));
            }
            (Software::Ejabberd, _) => {
                self.unregistered.lock().unwrap_or_else(PoisonError::into_inner).push(account.clone());
            }
        }
        account
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
        if let Some(running) = self.running.take() {
            running.process.terminate(STOP_GRACE);
        }
    }

    /// Ends it as a power cut would, as far as its clients can tell.
    pub fn kill(&mut self) {
        self.running = None;
    }

    /// Starts it again after [`stop`](Self::stop) or [`kill`](Self::kill), on the same ports and with the same
    /// data.
    ///
    /// # Panics
    /// When it does not come up, with its log.
    #[track_caller]
    pub fn start(&mut self) {
        if self.running.is_some() {
            return;
        }
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            match self.launch() {
                Ok(running) => break self.running = Some(running),
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
        self.setup().log()
    }

    fn setup(&self) -> Setup<'_> {
        Setup {
            settings: &self.settings,
            dir: self.dir.path(),
            ca_file: self.pki.ca_file(),
            ports: [self.c2s, self.direct_tls],
        }
    }

    fn launch(&self) -> Result<Running, NotStarted> {
        let setup = self.setup();
        match self.settings.software {
            Software::Prosody => prosody::launch(&setup).map(|process| Running { process, console: None }),
            Software::Ejabberd => {
                let (process, console) = ejabberd::launch(&setup)?;
                let unregistered = &mut *self.unregistered.lock().unwrap_or_else(PoisonError::into_inner);
                for account in unregistered.drain(..) {
                    console.register(&account).map_err(NotStarted::Failed)?;
                }
                Ok(Running { process, console: Some(console) })
            }
        }
    }

    fn start_error(&self, why: &str) -> StartError {
        let output = fs::read_to_string(self.dir.path().join(OUTPUT)).unwrap_or_default();
        let software = self.settings.software;
        let why = format!("{software} did not start: {why}\n--- output\n{output}\n--- log\n{}", self.log());
        StartError { why, address_taken: false }
    }
}

impl Setup<'_> {
    /// Where it listens for other servers, if for any.
    pub(crate) fn s2s(&self) -> Option<SocketAddrV4> {
        self.settings.federation.as_ref().map(|it| SocketAddrV4::new(it.address, S2S_PORT))
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.dir.join("server.log")
    }

    /// What it has logged so far.
    pub(crate) fn log(&self) -> String {
        let file = match self.settings.software {
            Software::Prosody => self.log_file(),
            // It prints its log as well, and writes that a second sooner.
            Software::Ejabberd => self.dir.join(OUTPUT),
        };
        // It may be cut in the middle of a character while it is written.
        fs::read(file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// How much it is asked to log.
    pub(crate) fn log_level() -> String {
        std::env::var("QUOALISE_TEST_SERVER_LOG").unwrap_or_else(|_| "info".to_owned())
    }

    /// Writes a file that it is given, and tells where that is.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, NotStarted> {
        let path = self.dir.join(name);
        fs::write(&path, text).map_err(|error| NotStarted::Failed(format!("writing its {name}: {error}")))?;
        Ok(path)
    }
}
