//! The command line with commands of any kind: listed, shown, carried out, and filled in at a terminal.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use quoalise_tests::{Account, Server};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::commands::{Wizard, asked, series_provider, until_asked};
use crate::raw::{self, Script, child, condition, field, provider_saying};
use crate::support::{PATIENCE, provider};

struct Shell {
    server: std::sync::Arc<Server>,
    account: Account,
    folder: tempfile::TempDir,
}

impl Shell {
    fn new() -> Self {
        let server = Server::shared();
        let account = server.new_account();
        Self { server, account, folder: tempfile::tempdir().unwrap() }
    }

    /// Runs a command with the account in its environment, and beside the peers of the test.
    async fn output(&self, mut command: Command) -> Output {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUOALISE_")) {
            command.env_remove(name);
        }
        command
            .env("QUOALISE_USER", &self.account.jid)
            .env("QUOALISE_PASSWORD", &self.account.password)
            .env("QUOALISE_ADDRESS", format!("127.0.0.1:{}", self.server.c2s_port()))
            .env("QUOALISE_CA_FILE", self.server.ca_file())
            .env("XDG_STATE_HOME", self.folder.path())
            .env("TZ", "Europe/Paris")
            .stdin(Stdio::null());
        let running = tokio::task::spawn_blocking(move || command.output());
        timeout(4 * PATIENCE, running).await.unwrap().unwrap().unwrap()
    }

    async fn run(&self, arguments: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise-under-test"));
        command.args(arguments);
        let output = self.output(command).await;
        Ended::of(&output, &self.account)
    }

    /// What a terminal shows while somebody types there, and the exit status.
    async fn type_into(&self, arguments: &[&str], steps: &[(&str, &str)]) -> (String, i32) {
        let mut command = Command::new("python3");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/typist.py"))
            .arg(json!(steps).to_string())
            .arg(env!("CARGO_BIN_EXE_quoalise-under-test"))
            .args(arguments);
        let output = self.output(command).await;
        let ended = Ended::of(&output, &self.account);
        assert_eq!(ended.status, Some(0), "{ended:?}");
        let (shown, status) = ended.out.trim_end().rsplit_once("\nstatus ").unwrap();
        (shown.to_owned(), status.parse().unwrap())
    }
}

#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Ended {
    fn of(output: &Output, account: &Account) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(!out.contains(&account.password) && !err.contains(&account.password), "{out}{err}");
        Self { status: output.status.code(), out, err }
    }

    fn done(self) -> String {
        assert_eq!(self.status, Some(0), "{self:?}");
        self.out
    }

    fn failed(&self, status: i32, told: &str) {
        assert_eq!((self.status, &*self.out), (Some(status), ""), "{self:?}");
        assert!(self.err.contains(told), "{self:?}");
    }
}

#[tokio::test]
async fn commands_are_listed_and_shown() {
    let shell = Shell::new();
    let wizard = Wizard::start(&shell.server).await;
    assert_eq!(shell.run(&["commands", &wizard.jid]).await.done(), "node    name\nwizard  Register\n");
    let json = shell.run(&["commands", &wizard.jid, "--format", "json"]).await.done();
    assert_eq!(json, "{\"node\":\"wizard\",\"name\":\"Register\"}\n");

    let shown = shell.run(&["commands", &wizard.jid, "wizard"]).await;
    assert_eq!(shown.err, "note: one of three\n");
    assert_eq!(
        shown.done(),
        "Who\nTell\nus\n\nAll of it is kept.\n\nname  (text-single, required)\n    Your name\n    As on the bill\n\n\
         direction  (list-single)\n    default: consumption\n    - What you use (consumption)\n    - production\n\n\
         Another form follows.\n"
    );
    assert_eq!(asked(&wizard), ["execute -", "cancel w1"]);
    let json = shell.run(&["commands", &wizard.jid, "wizard", "--format", "json"]).await.done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["title"], &json["actions"]), (&json!("Who"), &json!(["next"])));
    assert_eq!(json["fields"][2]["field"], "name");
    assert_eq!(json["fields"][2]["required"], true);
    assert_eq!(json["fields"][3]["options"][0], json!({"label": "What you use", "value": "consumption"}));

    let (ours, _) = provider(&shell.server).await;
    let shown = shell.run(&["commands", &ours.jid(), "get_history"]).await.done();
    assert!(shown.contains("identifier  (text-single, required)"), "{shown}");
    shell.run(&["commands", &ours.jid(), "nonsense"]).await.failed(6, "which commands it lists");
}

const WHOLE: [&str; 3] = ["name=Ada", "days=3", "sure=1"];

#[tokio::test]
async fn a_command_is_carried_out() {
    let shell = Shell::new();
    let wizard = Wizard::start(&shell.server).await;
    let run = async |more: &[&str]| {
        let arguments = [&["run", &*wizard.jid, "wizard", "--tz", "UTC"][..], more].concat();
        shell.run(&arguments).await
    };
    let text = shell.folder.path().join("text");
    std::fs::write(&text, "first\nsecond\n").unwrap();
    let file = format!("text@={}", text.display());
    let values = ["often=daily", "often=hourly", "secret=a=b", &file];
    let ended = run(&[&WHOLE[..], &values].concat()).await;
    assert_eq!(ended.err, "note: one of three\nnote: registered\nwarning: until Friday\n");
    assert_eq!(
        ended.done(),
        "Number  42\n        Keep it.\n\nMeter  on\nm1     true\nm2\n\n\
         urn:dev:a\ntime (UTC)                value  unit\n2022-01-09 23:00 +00:00  987.25\n"
    );
    assert_eq!(
        asked(&wizard)[2..],
        ["next w2 secret=a=b often=daily,hourly days=3 text=first,second", "complete w3 sure=1"]
    );

    let json: Value =
        serde_json::from_str(&run(&[&WHOLE[..], &["--format", "json"]].concat()).await.done()).unwrap();
    assert_eq!(json["fields"], json!({"id": "42"}));
    assert_eq!(json["tables"][0]["rows"], json!([{"meter": "m1", "on": true}, {"meter": "m2", "on": null}]));
    assert_eq!(json["notes"][1], json!({"type": "warn", "text": "until Friday"}));
    assert_eq!(json["data"][0]["records"][0]["value"], 987.25);
    let csv = run(&[&WHOLE[..], &["--format", "csv"]].concat()).await;
    assert!(csv.err.contains("Number  42"), "{csv:?}");
    assert_eq!(csv.done(), "time,value,unit,name\n2022-01-09T23:00:00+00:00,987.25,,urn:dev:a\n");

    // What is missing or wrong is named, and the provider is told that nothing comes of it.
    let fresh = Wizard::start(&shell.server).await;
    shell.run(&["run", &fresh.jid, "wizard"]).await.failed(2, "`name` (Your name)");
    assert_eq!(asked(&fresh).last().unwrap(), "cancel w1");
    for (values, told) in [
        (&["name=Ada", "direction=up"][..], "consumption, production"),
        (&["name=Ada", "colour=blue"], "`colour`"),
    ] {
        let before = asked(&wizard).len();
        run(values).await.failed(2, told);
        assert!(asked(&wizard)[before..].last().unwrap().starts_with("cancel"), "{:?}", asked(&wizard));
    }
    run(&["name"]).await.failed(2, "FIELD=VALUE");
    run(&["text@=/no/such/file"]).await.failed(1, "/no/such/file");
    run(&["--ask"]).await.failed(2, "no terminal");
}

#[tokio::test]
async fn tables_alone_are_csv_too() {
    let shell = Shell::new();
    let provider = provider_saying(&shell.server, |request| {
        let table = "<x xmlns='jabber:x:data' type='result'><reported><field var='a'/><field var='b' type='list-multi'/>\
            </reported><item><field var='a'><value>1,5</value></field><field var='b'><value>x</value><value>y</value></field>\
            </item></x>";
        raw::command(request, "any", "completed", table)
    })
    .await;
    let run = async |format: &str| shell.run(&["run", &provider.jid, "any", "--format", format]).await;
    assert_eq!(run("csv").await.done(), "a,b\n\"1,5\",\"x, y\"\n");
    let none = run("chart").await;
    assert_eq!((none.status, &*none.out), (Some(1), "a    b\n1,5  x, y\n"), "{none:?}");
    let expired =
        provider_saying(&shell.server, |request| match child(request, "command").attr("sessionid") {
            None => raw::command(request, "any", "executing", "<x xmlns='jabber:x:data' type='form'/>"),
            Some(_) => raw::error(
                request,
                "cancel",
                &format!("{}<session-expired xmlns='{}'/>", condition("not-allowed"), raw::COMMANDS),
            ),
        })
        .await;
    shell.run(&["run", &expired.jid, "any"]).await.failed(10, "Begin the command again");
}

#[tokio::test]
async fn somebody_at_a_terminal_is_asked() {
    let shell = Shell::new();
    let wizard = Wizard::start(&shell.server).await;
    let arguments = ["run", &*wizard.jid, "wizard", "direction=production", "--format", "json"];
    let (shown, status) = shell
        .type_into(
            &arguments,
            &[
                ("  name: ", "\n"),
                ("there must be a value", ""),
                ("  name: ", "Ada\n"),
                ("  secret: ", "<\n"), // back to the stage before, where all is asked for
                ("  name [Ada]: ", "Eve\n"),
                ("  direction [production]: ", "1\n"),
                ("  secret: ", "hush-hush\n"),
                ("  often: ", "2,daily\n"),
                ("  days [7]: ", "32\n"),
                ("from 1 to 31", ""),
                ("  days [7]: ", "<\n"),
                ("  often: ", "2\n"),
                ("  days [7]: ", "\n"),
                ("  text: ", "first\n"),
                ("… ", "second\n"),
                ("… ", "\n"),
                ("next or complete [complete]: ", "n\n"),
                ("  sure [0]: ", "yes\n"),
            ],
        )
        .await;
    assert_eq!(status, 0, "{shown}");
    assert!(
        shown.contains("All of it is kept.") && shown.contains("1) What you use (consumption)"),
        "{shown}"
    );
    assert!(shown.contains("\"id\":\"42\"") && !shown.contains("hush-hush"), "{shown}");
    assert_eq!(
        asked(&wizard),
        [
            "execute -",
            "next w1 FORM_TYPE=urn:example:wizard name=Ada direction=production",
            "prev w2",
            "next w1 FORM_TYPE=urn:example:wizard name=Eve direction=consumption",
            "next w2 secret=hush-hush often=hourly days=7 text=first,second",
            "complete w3 sure=true",
        ]
    );
}

#[tokio::test]
async fn who_gives_up_cancels_the_command() {
    let shell = Shell::new();
    for (steps, canceled) in [
        (&[("  name: ", "^C")][..], "cancel w1"),
        (&[("  name: ", "\u{4}")], "cancel w1"),
        (&[("  name: ", "Ada\n"), ("  direction [consumption]: ", "\n"), ("  secret: ", "^C")], "cancel w2"),
    ] {
        let wizard = Wizard::start(&shell.server).await;
        let (shown, status) = shell.type_into(&["run", &wizard.jid, "wizard"], steps).await;
        assert_eq!(status, 130, "{shown}");
        assert_eq!(asked(&wizard).last().unwrap(), canceled, "{shown}");
    }
    // With all that is needed given, nobody is asked; and with `--ask`, anybody.
    let wizard = Wizard::start(&shell.server).await;
    let (shown, status) =
        shell.type_into(&["run", &wizard.jid, "wizard", "name=Ada", "--format", "json"], &[]).await;
    assert!(status == 0 && shown.contains("42"), "{shown}");
    let steps = [("direction [consumption]: ", "^C")];
    let (shown, status) = shell.type_into(&["run", &wizard.jid, "wizard", "name=Ada", "--ask"], &steps).await;
    assert_eq!(status, 130, "{shown}");
}

#[tokio::test]
async fn what_a_provider_refuses_is_asked_again() {
    let shell = Shell::new();
    const FORM: &str =
        "<x xmlns='jabber:x:data' type='form'><field var='pin' type='text-single'><required/></field></x>";
    let provider: Script =
        provider_saying(&shell.server, |request| match field(child(request, "command"), "pin").as_deref() {
            None => raw::command(request, "any", "executing", FORM),
            Some("1") => raw::error(request, "modify", &condition("bad-request")),
            Some("2") => raw::command(
                request,
                "any",
                "executing",
                &format!("<note type='error'>not that</note>{FORM}"),
            ),
            Some(_) => raw::command(request, "any", "completed", "<note>welcome</note>"),
        })
        .await;
    let steps = [
        ("  pin: ", "1\n"),
        ("refuses the request", ""),
        ("  pin [1]: ", "2\n"),
        ("error: not that", ""),
        ("  pin [2]: ", "3\n"),
        ("note: welcome", ""),
    ];
    let (shown, status) = shell.type_into(&["run", &provider.jid, "any"], &steps).await;
    assert_eq!(status, 0, "{shown}");
    assert_eq!(until_asked(&provider, 4).await.len(), 4);
}

#[tokio::test]
async fn series_are_listed() {
    let shell = Shell::new();
    let provider = series_provider(&shell.server, 150, 100).await;
    let run = async |more: &[&str]| {
        let arguments = [&["series", &*provider.jid, "--tz", "UTC"][..], more].concat();
        shell.run(&arguments).await
    };
    let table = run(&[]).await.done();
    assert_eq!(table.lines().count(), 151);
    let mut lines = table.lines();
    assert_eq!(
        (lines.next(), lines.next()),
        (
            Some("identifier               what  unit  step  first (UTC)  last (UTC)               rights"),
            Some(
                "urn:dev:ow:0000_voltage        W                        2022-02-10 00:00 +00:00  get_history"
            )
        )
    );
    let csv = run(&["urn:dev:ow:000", "--format", "csv"]).await.done();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 11);
    assert!(lines[0].starts_with("identifier,title,name,direction,"), "{csv}");
    assert_eq!(lines[1], "urn:dev:ow:0000_voltage,,,,,,,W,,,,,,2022-02-10T00:00:00+00:00,get_history");
    let json = run(&["urn:dev:ow:0001", "--format", "json"]).await.done();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["identifier"], "urn:dev:ow:0001_voltage");
    assert_eq!((&json["unit"], &json["rights"]), (&json!("W"), &json!(["get_history"])));
    let none = run(&["urn:x"]).await;
    assert_eq!(none.err, "the provider has no series for this account\n");
    none.done();
}
