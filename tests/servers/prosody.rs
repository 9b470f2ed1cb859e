//! Debian's Prosody.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Instant;

use crate::ports::S2S_PORT;
use crate::process::ServerProcess;
use crate::server::{
    Conflict, Federation, LOOK_EVERY, NotStarted, OUTPUT, READY_WITHIN, Sasl, ScramHash, Setup, Tls,
};

const CONFIGURATION: &str = "prosody.cfg.lua";
/// Where the servers of a federation are, as against what the DNS knows.
const HOSTS: &str = "hosts.txt";

/// Starts it, and returns when it takes connections.
pub(crate) fn launch(setup: &Setup) -> Result<ServerProcess, NotStarted> {
    let failed = |what: &str, error: std::io::Error| NotStarted::Failed(format!("{what}: {error}"));
    setup.write(CONFIGURATION, &configuration(setup))?;
    if let Some(federation) = &setup.settings.federation {
        let hosts: String =
            federation.hosts.iter().map(|(address, host)| format!("{address} {host}\n")).collect();
        setup.write(HOSTS, &hosts)?;
    }
    // Mistakes in the configuration are told on standard output.
    let output = File::create(setup.dir.join(OUTPUT)).map_err(|error| failed("its output", error))?;
    let errors = output.try_clone().map_err(|error| failed("its output", error))?;
    let logged_before = setup.log().len();

    let home = setup.dir.to_owned();
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
        let log = setup.log();
        let log = log.get(logged_before..).unwrap_or_default();
        match listening(log, setup.ports, setup.s2s()) {
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

/// Makes an account, or changes its password; whether the server runs or not.
///
/// # Panics
/// When the account can't be written.
pub(crate) fn write_account(dir: &Path, host: &str, name: &str, password: &str) {
    // Prosody takes over accounts kept with their passwords, and hashes them at the first login. One
    // `prosodyctl register` would take longer than the start of the server.
    let folder = dir.join("data").join(file_name(host)).join("accounts");
    let file = folder.join(file_name(name) + ".dat");
    let scratch = folder.join(file_name(name) + ".new");
    fs::create_dir_all(&folder)
        .and_then(|()| {
            fs::write(&scratch, format!("return {{ [\"password\"] = {} }};\n", lua_string(password)))
        })
        .and_then(|()| fs::rename(&scratch, &file))
        .unwrap_or_else(|error| panic!("cannot write the account {}: {error}", file.display()));
}

fn configuration(setup: &Setup) -> String {
    let settings = setup.settings;
    let path = |name: &str| lua_string(&setup.dir.join(name).to_string_lossy());
    let [c2s, direct_tls] = setup.ports;
    let mut lines = vec![
        // It refuses to run as root otherwise, and takes no notice of it as anybody else.
        "run_as_root = true".to_owned(),
        format!("pidfile = {}", path("prosody.pid")),
        format!("data_path = {}", path("data")),
        format!(
            "log = {{ [{}] = {} }}",
            lua_string(&Setup::log_level()),
            lua_string(&setup.log_file().to_string_lossy())
        ),
        r#"interfaces = { "127.0.0.1" }"#.to_owned(),
        format!("c2s_ports = {{ {c2s} }}"),
        format!("c2s_direct_tls_ports = {{ {direct_tls} }}"),
        "http_ports = {}; https_ports = {}".to_owned(),
        format!("certificates = {}", path("certs")),
        format!(
            "ssl = {{ cafile = {}; protocol = {} }}",
            lua_string(&setup.ca_file.to_string_lossy()),
            lua_string(if settings.tls == Tls::V12Only { "tlsv1_2" } else { "tlsv1_2+" }),
        ),
        format!(
            r#"modules_enabled = {{ "roster", "saslauth", "disco", "ping", "smacks", "offline", "dialback"{} }}"#,
            if settings.tls == Tls::Off { "" } else { r#", "tls""# },
        ),
        format!("c2s_require_encryption = {}", matches!(settings.tls, Tls::Stock | Tls::V12Only)),
        r#"authentication = "internal_hashed""#.to_owned(),
        format!(
            "password_hash = {}",
            lua_string(match settings.scram_hash {
                ScramHash::Sha256 => "SHA-256",
                ScramHash::Sha1 => "SHA-1",
            })
        ),
        // An answer in two writes would wait for our acknowledgement: 40 ms each.
        "network_settings = { nagle = false }".to_owned(),
    ];
    match &settings.federation {
        None => lines.push("s2s_ports = {}".to_owned()),
        Some(Federation { address, .. }) => lines.extend([
            format!(r#"s2s_interfaces = {{ "{address}" }}; s2s_ports = {{ {S2S_PORT} }}"#),
            // Only certificates tell who somebody is: no dialback.
            "s2s_secure_auth = true".to_owned(),
            format!("unbound = {{ resolvconf = false, hoststxt = {} }}", path(HOSTS)),
        ]),
    }
    match settings.sasl {
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
    if settings.conflict == Conflict::OldStays {
        lines.push(r#"conflict_resolve = "kick_new""#.to_owned());
    }
    for (key, limit) in [
        ("c2s_stanza_size_limit", settings.stanza_size_limit),
        ("s2s_stanza_size_limit", settings.s2s_stanza_size_limit),
    ] {
        lines.extend(limit.map(|bytes| format!("{key} = {bytes}")));
    }
    lines.extend(settings.config.iter().cloned());
    lines.push(format!("VirtualHost {}", lua_string(&settings.host)));
    lines.join("\n") + "\n"
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
