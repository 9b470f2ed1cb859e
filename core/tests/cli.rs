//! The `quoalise` command as people run it.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const SENML: &str =
    r#"[{"bn":"a","bt":1641769200,"bu":"W","v":412},{"t":1800,"v":null},{"t":3600,"v":-1.5}]"#;
const QUOALISE: &str = concat!(
    r#"<quoalise xmlns="urn:quoalise:0"><data><meta><measurement name="active-power" direction="consumption" "#,
    r#"unit="W" aggregation="mean" sampling-interval="PT30M"/></meta>"#,
    r#"<sensml xmlns="urn:ietf:params:xml:ns:senml"><senml bn="a" bt="1641769200" bu="W" v="412"/>"#,
    r#"<senml t="1800" v="398"/><senml t="5400" v="500"/></sensml></data></quoalise>"#
);

fn quoalise(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise"));
    command.args(args).env_remove("COLUMNS").env("TZ", "Europe/Paris");
    command
}

fn run(args: &[&str], input: &str) -> Output {
    run_command(quoalise(args), input.as_bytes())
}

fn run_command(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // In a thread of its own: the command may write before it has read all, or may not read at all.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// The output of a run that must succeed and say nothing else.
fn converted(args: &[&str], input: &str) -> String {
    let output = run(&[&["convert"], args].concat(), input);
    assert_eq!(text(&output.stderr), "", "{args:?}");
    assert_eq!(output.status.code(), Some(0), "{args:?}");
    text(&output.stdout).to_owned()
}

/// What a run that must fail says.
fn refused(args: &[&str], input: &str, status: i32) -> String {
    let output = run(args, input);
    assert_eq!(output.status.code(), Some(status), "{args:?}: {}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "", "{args:?}");
    text(&output.stderr).to_owned()
}

#[test]
fn converts_any_format_into_any_other() {
    let formats = ["senml-json", "senml-xml", "quoalise", "csv"];
    let resolved = converted(&["--to", "resolved"], SENML);
    assert_eq!(
        resolved,
        "[{\"n\":\"a\",\"u\":\"W\",\"t\":1641769200,\"v\":412},{\"n\":\"a\",\"u\":\"W\",\"t\":1641771000},\
         {\"n\":\"a\",\"u\":\"W\",\"t\":1641772800,\"v\":-1.5}]\n"
    );
    for from in formats {
        let input = converted(&["--to", from, "--keep-gaps"], SENML);
        assert!(input.ends_with('\n'));
        // The input's format is told once, and found out once.
        assert_eq!(converted(&["--from", from, "--to", "resolved", "-"], &input), resolved, "{from}");
        for to in formats {
            let output = converted(&["--to", to, "--keep-gaps"], &input);
            assert_eq!(converted(&["--from", to, "--to", "resolved"], &output), resolved, "{from} to {to}");
        }
    }
}

#[test]
fn gaps_are_left_out_of_senml_unless_asked_for() {
    assert_eq!(
        converted(&["--to", "senml-json"], SENML),
        "[{\"bn\":\"a\",\"bt\":1641769200,\"bu\":\"W\",\"v\":412},{\"t\":3600,\"v\":-1.5}]\n"
    );
    assert_eq!(
        converted(&["--to", "senml-json", "--keep-gaps"], SENML),
        "[{\"bn\":\"a\",\"bt\":1641769200,\"bu\":\"W\",\"v\":412},{\"t\":1800},{\"t\":3600,\"v\":-1.5}]\n"
    );
    assert_eq!(
        converted(&["--to", "csv", "--tz", "UTC"], SENML),
        "time,value,unit,name\n2022-01-09T23:00:00+00:00,412,W,a\n2022-01-09T23:30:00+00:00,,W,a\n\
         2022-01-10T00:00:00+00:00,-1.5,W,a\n"
    );
}

#[test]
fn metadata_go_where_there_is_room_for_them() {
    assert_eq!(converted(&["--to", "quoalise"], QUOALISE), format!("{QUOALISE}\n"));
    assert!(!converted(&["--to", "senml-xml"], QUOALISE).contains("active-power"));
    let json = converted(&["--to", "json"], QUOALISE);
    assert_eq!(
        json,
        "{\"meta\":{\"measurement\":{\"name\":\"active-power\",\"direction\":\"consumption\",\"unit\":\"W\",\
         \"aggregation\":\"mean\",\"sampling-interval\":\"PT30M\"}},\"records\":[\
         {\"name\":\"a\",\"time\":\"2022-01-10T00:00:00+01:00\",\"value\":412.0,\"unit\":\"W\"},\
         {\"name\":\"a\",\"time\":\"2022-01-10T00:30:00+01:00\",\"value\":398.0,\"unit\":\"W\"},\
         {\"name\":\"a\",\"time\":\"2022-01-10T01:30:00+01:00\",\"value\":500.0,\"unit\":\"W\"}]}\n"
    );
}

#[test]
fn now_is_what_relative_times_count_from() {
    for (now, time) in [("1700000000", "1699999940"), ("1700000000.5", "1699999940.5")] {
        let resolved = converted(&["--to", "resolved", "--now", now], r#"[{"n":"a","t":-60,"v":1}]"#);
        assert_eq!(resolved, format!("[{{\"n\":\"a\",\"t\":{time},\"v\":1}}]\n"));
    }
    refused(&["convert", "--to", "resolved", "--now", "soon"], "[]", 2);
}

#[test]
fn strict_refuses_what_the_rfc_does() {
    let said = refused(&["convert", "--to", "resolved", "--strict"], r#"[{"n":"a","t":1600000000}]"#, 9);
    assert_eq!(
        said,
        "quoalise: standard input: no-value: record 1: neither a value nor a sum (is accepted without --strict)\n"
    );
    refused(&["convert", "--to", "resolved", "--strict"], "[]", 9);
    assert_eq!(converted(&["--to", "resolved"], "[]"), "[]\n");
}

#[test]
fn tables_get_names_units_and_a_zone() {
    let table = "time;value\n2022-07-10 00:00;1,5\n";
    let args =
        ["--to", "senml-json", "--name", "urn:dev:mac:0123_x", "--unit", "kWh", "--tz", "Europe/Paris"];
    assert_eq!(
        converted(&args, table),
        "[{\"bn\":\"urn:dev:mac:0123_x\",\"bt\":1657404000,\"bu\":\"kWh\",\"v\":1.5}]\n"
    );
    // The system's zone is good for output; to read by it would be a guess.
    let said = refused(&["convert", "--to", "senml-json"], table, 9);
    assert!(said.contains("line 2") && said.contains("--tz Europe/Paris"), "{said}");
    let said = refused(&["convert", "--to", "csv", "--tz", "Paris"], table, 2);
    assert!(said.contains("Europe/Paris"), "{said}");
}

#[test]
fn load_curves_are_moved_to_the_start_of_their_intervals() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/csv/enedis-sge.csv");
    let table = converted(&["--to", "csv", file], "");
    assert_eq!(table.lines().count(), 19);
    let name = "urn:dev:prm:00000000000001_consumption/power/active/raw";
    assert!(table.contains(&format!("\n2021-10-31T02:00:00+01:00,103,W,{name}\n")), "{table}");
    let starts = converted(&["--to", "csv", "--stamps", "start", file], "");
    assert!(starts.contains("\n2021-10-31T03:00:00+01:00,103,W,"), "{starts}");
    let lone: String =
        std::fs::read_to_string(file).unwrap().lines().take(4).map(|line| line.to_owned() + "\n").collect();
    let said = refused(&["convert", "--to", "csv"], &lone, 9);
    assert!(said.contains("line 4") && said.contains("--step"), "{said}");
    let told = converted(&["--to", "csv", "--step", "30"], &lone);
    assert!(told.contains("\n2021-10-31T00:30:00+02:00,100,W,"), "{told}");
}

#[test]
fn what_cannot_be_read_is_told_and_numbered() {
    for (args, input, status, words) in [
        (
            vec!["convert", "--to", "resolved"],
            "[{\"n\":\"a\",\"v\":98765e999}]",
            9,
            "standard input: bad-number: record 1",
        ),
        (vec!["convert", "--to", "resolved"], "[{\"n\":\"a b\",\"v\":1}]", 9, "bad-name: record 1"),
        (vec!["convert", "--to", "resolved"], "<a/>", 9, "not-senml"),
        (vec!["convert", "--to", "resolved"], "<a/>", 9, "--from"),
        (vec!["convert", "--to", "resolved", "--from", "senml-json"], "time,value\n", 9, "syntax"),
        (vec!["convert", "--to", "resolved", "/nonexistent/file"], "", 1, "/nonexistent/file: No such file"),
        (vec!["convert", "--to", "resolved"], "time,value\n0,1\n", 1, "not-writable"),
        (vec!["convert", "--to", "nothing"], "", 2, "senml-json"),
        (vec!["convert"], "", 2, "--to"),
        (vec![], "", 2, "Usage"),
        (vec!["frobnicate"], "", 2, "Usage"),
    ] {
        let said = refused(&args, input, status);
        assert!(said.contains(words), "{args:?}: {said}");
        assert!(!said.contains("98765"), "{said}");
    }
}

#[test]
fn help_tells_the_exit_statuses() {
    let output = run(&["--help"], "");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let help = text(&output.stdout);
    for words in ["convert", "Exit status:", "  4  login refused", " 10  connection lost", "130  interrupted"]
    {
        assert!(help.contains(words), "{words}: {help}");
    }
    assert_eq!(run(&["--version"], "").status.code(), Some(0));
}

#[test]
fn tables_are_aligned_and_gaps_are_dashes() {
    assert_eq!(
        converted(&["--to", "table"], SENML),
        "a\n\
         time (Europe/Paris)      value  unit\n\
         2022-01-10 00:00 +01:00    412  W\n\
         2022-01-10 00:30 +01:00      -  W\n\
         2022-01-10 01:00 +01:00   -1.5  W\n"
    );
    // Names only where there are several; text of a peer cannot reach the terminal raw.
    let several =
        r#"[{"n":"a","t":1641769200.5,"vs":"\u001b[31mred\u202e"},{"n":"b","t":1641769200,"v":1,"s":5}]"#;
    assert_eq!(
        converted(&["--to", "table", "--tz", "UTC"], several),
        "a and 1 more\n\
         time (UTC)                        value  sum  unit  name\n\
         2022-01-09 23:00:00.5 +00:00  \u{fffd}[31mred\u{fffd}             a\n\
         2022-01-09 23:00:00 +00:00            1    5        b\n"
    );
    assert_eq!(
        converted(&["--to", "table"], QUOALISE).lines().next(),
        Some("a, consumption active-power, mean W, every PT30M")
    );
    assert_eq!(converted(&["--to", "table"], "[]"), "no readings\n");
}

#[test]
fn charts_take_the_width_of_the_terminal() {
    let chart = |columns: Option<&str>| {
        let mut command = quoalise(&["convert", "--to", "chart"]);
        if let Some(columns) = columns {
            command.env("COLUMNS", columns);
        }
        let output = run_command(command, QUOALISE.as_bytes());
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
        let width = |line: &str| line.chars().count();
        text(&output.stdout).lines().find(|line| line.contains('└')).map(width)
    };
    assert_eq!(chart(None), Some(80));
    assert_eq!(chart(Some("60")), Some(60));
    assert_eq!(chart(Some("nonsense")), Some(80));
}

#[test]
fn a_reader_who_leaves_is_no_failure() {
    let table: String =
        (0..200_000).fold("time,value\n".to_owned(), |table, second| table + &format!("{second},1\n"));
    let mut child = quoalise(&["convert", "--to", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    child.stdin.take().unwrap().write_all(table.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupt_ends_it_quietly() {
    let mut child = quoalise(&["convert", "--to", "csv"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let deadline = Instant::now() + Duration::from_secs(20);
    let catches = |status: &str| {
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 2 != 0)
    };
    while !catches(&std::fs::read_to_string(&status).unwrap()) {
        assert!(Instant::now() < deadline, "it never listens to Ctrl-C");
        std::thread::sleep(Duration::from_millis(10));
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let stdin = child.stdin.take(); // held open: only the signal can end it
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(130), ""));
}

#[test]
fn verbose_tells_what_happens_but_no_reading() {
    let output = run(&["-vvv", "convert", "--to", "csv"], SENML);
    let said = text(&output.stderr);
    assert!(said.contains("3 records") && said.contains("senml-json"), "{said}");
    assert!(!said.contains("412"), "{said}");
    assert_eq!(output.status.code(), Some(0));
}
