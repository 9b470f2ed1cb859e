//! Debian's ejabberd.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdin, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::account::Account;
use crate::ports::S2S_PORT;
use crate::process::ServerProcess;
use crate::server::{Conflict, NotStarted, OUTPUT, READY_WITHIN, Sasl, ScramHash, Setup, Tls};

const CONFIGURATION: &str = "ejabberd.yml";
/// What Erlang knows of names: nobody's but what it is told, and no name server.
const INETRC: (&str, &str) = ("inetrc", "{lookup, [file]}.\n{resolv_conf, \"\"}.\n");

/// What it does beside being an ejabberd: it takes accounts by standard input, and answers by standard error.
///
/// `ejabberdctl` would want a distributed node, with a name and a daemon (epmd) shared by all on this machine, and
/// takes a second for each account.
const CONSOLE: &str = r#"
Answer = fun(Text) -> io:format(standard_error, "answer ~ts~n", [Text]) end,
Register = fun(Name, Host, Password) ->
    case ejabberd_auth:try_register(Name, Host, Password) of
        {error, exists} -> ejabberd_auth:set_password(Name, Host, Password);
        Done -> Done
    end
end,
Console = fun Console() ->
    case io:get_line("") of
        Line when is_list(Line) ->
            [Name, Host, Password] = [base64:decode(Part) || Part <- string:lexemes(Line, " \n")],
            Done = Register(Name, Host, Password),
            %% Onto the disk at once: a kill must not undo it.
            mnesia:dump_log(),
            [dets:sync(Table) || Table <- dets:all()],
            Answer(io_lib:format("~0p", [Done])),
            Console();
        _ ->
            halt()
    end
end,
Answer("ready"),
spawn(Console).
"#;

/// Where an ejabberd is told of accounts.
#[derive(Debug)]
pub(crate) struct Console(Mutex<Ends>);

#[derive(Debug)]
struct Ends {
    input: ChildStdin,
    answers: Receiver<String>,
}

impl Console {
    /// Makes an account, or changes its password.
    pub(crate) fn register(&self, account: &Account) -> Result<(), String> {
        let (name, host) = account.jid.split_once('@').ok_or("its JID has no @")?;
        let [name, host, password] = [name, host, &account.password].map(|part| BASE64_STANDARD.encode(part));
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(ends.input, "{name} {host} {password}").map_err(|error| format!("telling it: {error}"))?;
        match ends.answers.recv_timeout(READY_WITHIN) {
            Ok(answer) if answer == "ok" => Ok(()),
            Ok(answer) => Err(answer),
            Err(error) => Err(format!("waiting for its answer: {error}")),
        }
    }
}

/// Lines of its standard error that are answers; what else is there goes to `output`.
fn answers(errors: ChildStderr, mut output: File) -> Receiver<String> {
    let (answers, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            match line.strip_prefix("answer ") {
                // Nobody waits when the server is being dropped; nor does anybody read its output then.
                Some(answer) => {
                    let _ = answers.send(answer.to_owned());
                }
                None => {
                    let _ = writeln!(output, "{line}");
                }
            }
        }
    });
    receiver
}

/// Starts it, and returns when it takes connections.
pub(crate) fn launch(setup: &Setup) -> Result<(ServerProcess, Console), NotStarted> {
    let failed = |what: &str, error: std::io::Error| NotStarted::Failed(format!("{what}: {error}"));
    let not_installed = || NotStarted::Failed("it is not installed; `make setup` does".to_owned());
    let libraries = libraries().ok_or_else(not_installed)?;
    let configuration = setup.write(CONFIGURATION, &configuration(setup)?)?;
    let inetrc = setup.write(INETRC.0, INETRC.1)?;
    // Written at two ends.
    let output = setup.write(OUTPUT, "").and_then(|path| {
        File::options().append(true).open(path).map_err(|error| failed("its output", error))
    })?;
    let more_output = output.try_clone().map_err(|error| failed("its output", error))?;
    let log = setup.log_file();
    let neighbours = neighbours(setup) + "ok.";

    let home = setup.dir.to_owned();
    let mut process = ServerProcess::spawn("erl", move |command| {
        command
            // No spinning while there is nothing to do: others are at work on this machine.
            .args(["+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"])
            // No name: not distributed, so no epmd, and nothing to collide with.
            .args([
                "-noshell",
                "-mnesia",
                "dir",
                "\"db\"",
                "-eval",
                &neighbours,
                "-s",
                "ejabberd",
                "-eval",
                CONSOLE,
            ])
            .env("EJABBERD_CONFIG_PATH", configuration)
            .env("EJABBERD_LOG_PATH", log)
            .env("ERL_INETRC", inetrc)
            .env("ERL_LIBS", libraries)
            .env("ERL_CRASH_DUMP_BYTES", "0")
            .env("HOME", &home)
            .current_dir(&home)
            .stdin(Stdio::piped())
            .stdout(output)
            .stderr(Stdio::piped());
        for variable in ["ERL_FLAGS", "ERL_AFLAGS", "ERL_ZFLAGS"] {
            command.env_remove(variable);
        }
    })
    .map_err(|error| failed("setpriv, of the package util-linux", error))?;
    let (input, errors) = process.pipes().ok_or_else(|| NotStarted::Failed("it has no pipes".to_owned()))?;
    let answers = answers(errors, more_output);

    let deadline = Instant::now() + READY_WITHIN;
    loop {
        match answers.recv_timeout(Duration::from_millis(20)) {
            // By then its ports are bound, and connections wait for it.
            Ok(_ready) => return Ok((process, Console(Mutex::new(Ends { input, answers })))),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {}
        }
        match process.try_wait() {
            Ok(None) => {}
            Ok(Some(status)) if status.code() == Some(127) => return Err(not_installed()),
            Ok(Some(status)) => {
                return Err(
                    clash(setup).unwrap_or_else(|| NotStarted::Failed(format!("it ended with {status}")))
                );
            }
            Err(error) => return Err(failed("waiting for it", error)),
        }
        if Instant::now() > deadline {
            return Err(NotStarted::Failed(format!("it was not ready within {READY_WITHIN:?}")));
        }
    }
}

/// Whether it ended for a port that somebody else has.
fn clash(setup: &Setup) -> Option<NotStarted> {
    // What it says is printed over several lines.
    let output = std::fs::read_to_string(setup.dir.join(OUTPUT)).ok()?;
    let words: String = output.chars().filter(|c| !c.is_whitespace()).collect();
    let taken = |address: Ipv4Addr, port: u16| {
        let [a, b, c, d] = address.octets();
        words.contains(&format!("{{{port},{{{a},{b},{c},{d}}},tcp}},eaddrinuse"))
    };
    if setup.ports.into_iter().any(|port| taken(Ipv4Addr::LOCALHOST, port)) {
        Some(NotStarted::PortTaken)
    } else if setup.s2s().is_some_and(|at| taken(*at.ip(), at.port())) {
        Some(NotStarted::AddressTaken)
    } else {
        None
    }
}

/// The folder of Debian that ejabberd is in, which is not one of Erlang's own.
fn libraries() -> Option<PathBuf> {
    let machines = std::fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok).map(|entry| entry.path());
    machines.filter(|path| path.is_dir()).find(|path| {
        std::fs::read_dir(path).is_ok_and(|mut entries| {
            entries.any(|entry| {
                entry.is_ok_and(|entry| {
                    entry.file_name().to_string_lossy().starts_with("ejabberd-")
                        && entry.path().join("ebin/ejabberd.app").exists()
                })
            })
        })
    })
}

/// Where the servers of its federation are, in Erlang: as if a name server had said so. Addresses it asks the system
/// for, which knows those that are written as such.
fn neighbours(setup: &Setup) -> String {
    let hosts = setup.settings.federation.iter().flat_map(|federation| &federation.hosts);
    hosts.fold(String::new(), |mut code, (address, host)| {
        // In seconds: longer than any test.
        let time_to_live = 1_000_000;
        // Writing to a String can't fail.
        let _ = write!(
            code,
            r#"inet_db:add_rr("_xmpp-server._tcp.{host}", in, srv, {time_to_live}, {{0, 0, {S2S_PORT}, "{address}"}}),"#,
        );
        code
    })
}

/// In YAML, of which JSON is a part.
fn configuration(setup: &Setup) -> Result<String, NotStarted> {
    let settings = setup.settings;
    // Certificate and key in one file, for it.
    let certs = setup.dir.join("certs");
    let pem = ["crt", "key"].map(|kind| certs.join(format!("{}.{kind}", settings.host)));
    let pem = pem
        .iter()
        .map(std::fs::read_to_string)
        .collect::<Result<String, _>>()
        .map_err(|error| NotStarted::Failed(format!("its certificate: {error}")))?;
    let certificate = setup.write("certificate.pem", &pem)?;

    let mut tls_options = vec!["no_sslv3", "no_tlsv1", "no_tlsv1_1"];
    if settings.tls == Tls::V12Only {
        tls_options.push("no_tlsv1_3");
    }
    let [c2s, direct_tls] = setup.ports;
    let client = |port: u16, keys: &[&str]| {
        let mut listener = json!({
            "port": port, "ip": "127.0.0.1", "module": "ejabberd_c2s",
            "max_stanza_size": settings.stanza_size_limit.unwrap_or(256 * 1024),
            // Those of Debian let 3 kB a second through.
            "shaper": "none",
            "protocol_options": tls_options,
        });
        for key in keys {
            listener[*key] = json!(true);
        }
        listener
    };
    let starttls: &[_] = match settings.tls {
        Tls::Stock | Tls::V12Only => &["starttls", "starttls_required"],
        Tls::Optional => &["starttls"],
        Tls::Off => &[],
    };
    let mut listen = vec![client(c2s, starttls), client(direct_tls, &["tls"])];
    if let Some(federation) = &settings.federation {
        listen.push(json!({
            "port": S2S_PORT, "ip": federation.address.to_string(), "module": "ejabberd_s2s_in",
            "max_stanza_size": settings.s2s_stanza_size_limit.unwrap_or(512 * 1024),
        }));
    }
    let mut disabled = vec!["digest-md5", "X-OAUTH2"];
    match settings.sasl {
        Sasl::Stock => {}
        Sasl::ScramOnly => disabled.push("PLAIN"),
        Sasl::PlainOnly => disabled.extend([
            "SCRAM-SHA-1",
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-256",
            "SCRAM-SHA-256-PLUS",
            "SCRAM-SHA-512",
            "SCRAM-SHA-512-PLUS",
        ]),
    }
    let mut lines: Vec<(&str, Value)> = vec![
        ("hosts", json!([settings.host])),
        ("loglevel", json!(Setup::log_level())),
        ("certfiles", json!([certificate])),
        ("ca_file", json!(setup.ca_file)),
        ("listen", json!(listen)),
        ("auth_password_format", json!("scram")),
        (
            "auth_scram_hash",
            json!(match settings.scram_hash {
                ScramHash::Sha256 => "sha256",
                ScramHash::Sha1 => "sha",
            }),
        ),
        ("disable_sasl_mechanisms", json!(disabled)),
        (
            "resource_conflict",
            json!(match settings.conflict {
                Conflict::NewStays => "acceptnew",
                Conflict::OldStays => "closenew",
            }),
        ),
        (
            "modules",
            json!({
                "mod_disco": {},
                "mod_offline": {},
                "mod_ping": {},
                "mod_roster": {},
                // Debian's `if_offline` returns to the sender what a dead session had not acknowledged, as soon as the
                // account has another session, whatever that one is for.
                "mod_stream_mgmt": { "resend_on_timeout": true },
            }),
        ),
    ];
    if settings.federation.is_some() {
        lines.extend([
            // Only certificates tell who somebody is: there is no mod_s2s_dialback.
            ("s2s_use_starttls", json!(if settings.tls == Tls::Off { "false" } else { "required" })),
            // It refuses to try again for a random part of this after a failure: five minutes by itself.
            ("s2s_max_retry_delay", json!("1 second")),
        ]);
    }
    for line in &settings.config {
        // A key that is there twice would be a mistake.
        if let Some((key, _)) = line.split_once(':') {
            lines.retain(|(ours, _)| *ours != key);
        }
    }
    let ours = lines.iter().map(|(key, value)| format!("{key}: {value}"));
    Ok(ours.chain(settings.config.iter().cloned()).map(|line| line + "\n").collect())
}
