//! That nothing of a payload is lost on its way to whoever reads it, in any format.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

use quoalise::data::{Data, Element, Node};
use quoalise::senml::{ReadOptions, WriteOptions};

/// Several series; values of all types, a sum by itself, update times, labels and elements nobody knows.
const EVERYTHING: &str = concat!(
    r#"<quoalise xmlns="urn:quoalise:0" version="2" xml:lang="fr" xmlns:p="urn:p" p:version="3">"#,
    r#"<before xmlns="urn:x" a="1">text<b/></before>"#,
    r#"<data kind="first"><meta><measurement name="x" strange="s"><odd/></measurement></meta>"#,
    r#"<meta><measurement name="y"/></meta>"#,
    r#"<sensml xmlns="urn:ietf:params:xml:ns:senml">"#,
    r#"<senml bn="urn:dev:os:a_" n="door" bt="1641769200" vb="true"/>"#,
    r#"<senml n="state" t="1" vs="l'état: &quot;à&quot; &lt;demi&gt; &amp; plus"/>"#,
    r#"<senml n="raw" t="2" vd="AP9_Cg"/>"#,
    r#"<senml n="heat" t="3" u="Cel" s="1000000000"/>"#,
    r#"<senml n="heat" t="4" u="Cel" v="19.5" s="4.5" ut="600"/>"#,
    r#"<senml n="heat" t="5" u="var" v="9007199254740993" colour="red"/></sensml>"#,
    r#"<behind xmlns="urn:x"/></data>"#,
    r#"<data><meta/><sensml xmlns="urn:ietf:params:xml:ns:senml">"#,
    r#"<senml bn="urn:dev:os:b" bt="1641769200" bu="Wh" v="1"/></sensml></data>"#,
    r#"<x/></quoalise>"#,
);

fn everything() -> Data {
    Data::from_xml(EVERYTHING.as_bytes(), &ReadOptions::default()).unwrap()
}

#[test]
fn what_quoalise_does_not_define_is_kept_and_written_again() {
    let data = everything();
    let names = |elements: &[Element]| elements.iter().map(|x| x.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(data.other()), ["before", "x"]);
    assert_eq!(data.other()[0].namespace, "urn:x");
    assert_eq!(data.other()[0].attribute("a"), Some("1"));
    assert!(matches!(&data.other()[0].children[..], [Node::Text(text), Node::Element(_)] if text == "text"));
    assert_eq!(data.other()[1].namespace, "urn:quoalise:0");
    let attributes: Vec<_> = data
        .attributes()
        .iter()
        .map(|attribute| (&*attribute.namespace, &*attribute.name, &*attribute.value))
        .collect();
    let xml = "http://www.w3.org/XML/1998/namespace";
    assert_eq!(attributes, [("", "version", "2"), (xml, "lang", "fr"), ("urn:p", "version", "3")]);

    let [first, second] = data.parts() else { panic!("{data:?}") };
    assert_eq!(names(first.other()), ["meta", "behind"], "the first meta counts, and no other is lost");
    assert_eq!(first.meta().measurement.name.as_deref(), Some("x"));
    assert_eq!(first.attributes()[0].value, "first");
    assert!(second.attributes().is_empty() && second.other().is_empty());

    let written = data.to_xml(&WriteOptions::default()).unwrap();
    let again = Data::from_xml(written.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(again, data);
    assert_eq!(again.to_xml(&WriteOptions::default()).unwrap(), written);
    let shown = format!("{data:?}");
    assert!(!shown.contains("text") && !shown.contains("red") && !shown.contains("first"), "{shown}");
}

#[test]
fn of_several_payloads_the_first_says_what_both_say() {
    let xml = "<message xmlns='jabber:client'>\
         <quoalise xmlns='urn:quoalise:0' a='1' b='2'><data/><x/></quoalise>\
         <quoalise xmlns='urn:quoalise:0' a='3' c='4'><data/><data/><y/></quoalise></message>";
    let data = Data::from_xml(xml.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(data.parts().len(), 3);
    let attributes: Vec<_> = data.attributes().iter().map(|a| (&*a.name, &*a.value)).collect();
    assert_eq!(attributes, [("a", "1"), ("b", "2"), ("c", "4")]);
    assert_eq!(data.other().len(), 2);
}

#[test]
fn units_are_written_by_the_names_peers_know() {
    let xml = EVERYTHING.replace("u=\"var\"", "u=\"Wr\"");
    let data = Data::from_xml(xml.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(data.records().unit(5), Some("var"));
    assert_eq!(data, everything());
    let written = data.to_xml(&WriteOptions::default()).unwrap();
    assert!(written.contains("=\"var\"") && !written.contains("Wr"), "{written}");
    assert!(written.contains("\"Wh\"") && !written.contains("bver"), "{written}");
}

#[test]
fn a_record_of_a_sum_is_no_gap() {
    let xml = "<quoalise xmlns='urn:quoalise:0'><data>\
         <meta><measurement sampling-interval='PT1S'/></meta><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
         <senml bn='a' bt='1641769200' v='1'/><senml t='1' s='2'/><senml t='2' v='3'/></sensml></data></quoalise>";
    assert_eq!(Data::from_xml(xml.as_bytes(), &ReadOptions::default()).unwrap().gaps(), []);
}

fn converted(to: &str, input: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise"));
    command.args(["convert", "--tz", "UTC", "--to", to]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_format_shows_every_value() {
    // From what a machine reads everything comes back.
    let resolved = converted("resolved", EVERYTHING);
    for format in ["senml-json", "senml-xml", "csv", "quoalise"] {
        assert_eq!(converted("resolved", &converted(format, EVERYTHING)), resolved, "{format}");
    }
    for shown in [
        r#""vb":true"#,
        r#""vs":"l'état: \"à\" <demi> & plus""#,
        r#""vd":"AP9_Cg""#,
        r#""s":4.5"#,
        r#""s":1000000000"#,
        r#""ut":600"#,
        r#""v":9007199254740993"#,
        r#""colour":"red""#,
    ] {
        assert!(resolved.contains(shown), "no {shown} in {resolved}");
    }
    assert_eq!(converted("quoalise", &converted("quoalise", EVERYTHING)), converted("quoalise", EVERYTHING));

    let json = converted("json", EVERYTHING);
    let objects: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), 2);
    let record = |row: usize| &objects[0]["records"][row];
    assert_eq!(record(0)["value"], true);
    assert_eq!(record(1)["value"], "l'état: \"à\" <demi> & plus");
    assert_eq!((&record(2)["value"], &record(2)["encoding"]), (&"AP9_Cg".into(), &"base64url".into()));
    assert_eq!((&record(3)["value"], &record(3)["sum"]), (&serde_json::Value::Null, &1e9.into()));
    assert_eq!((&record(4)["sum"], &record(4)["update_time"]), (&4.5.into(), &600.0.into()));
    assert_eq!(record(5)["value"].to_string(), "9007199254740993");
    assert_eq!(record(5)["other"]["colour"], "red");
    assert!(record(1).get("encoding").is_none() && record(1).get("other").is_none());
    assert_eq!(objects[0]["meta"]["measurement"]["strange"], "s");

    let table = converted("table", EVERYTHING);
    for shown in [
        "true",
        "l'état: \"à\" <demi> & plus",
        "AP9_Cg",
        "1000000000",
        "4.5",
        "600",
        "9007199254740993",
        "colour=\"red\"",
    ] {
        assert!(table.contains(shown), "no {shown} in {table}");
    }
    assert!(table.contains("next within (s)") && table.contains("urn:dev:os:a_heat"), "{table}");
    // A chart has lines for numbers, and says so of what has none.
    let chart = converted("chart", EVERYTHING);
    assert_eq!(chart.matches("no numbers to draw").count(), 3, "{chart}");
}
