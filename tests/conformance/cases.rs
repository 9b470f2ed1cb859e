//! The cases of this folder, and the providers that play their parts.

use std::fs;
use std::path::Path;

use quoalise_tests::{Account, Server};
use serde_json::{Map, Value as Json};
use tokio_xmpp::minidom::Element;

use crate::raw::{self, Peer, Script, parse, replay};

const DISCO: &str = "http://jabber.org/protocol/";

/// A case that can be run.
pub struct Case {
    /// The name of the file it is in.
    pub file: String,
    pub name: String,
    /// Who asks.
    pub account: Account,
    /// How long the client waits for an answer.
    pub patience: f64,
    pub calls: Vec<Json>,
    /// Who is asked.
    pub provider: Script,
}

/// All cases of a file, or of all of them, with a provider each.
pub async fn start(server: &Server, file: Option<&str>) -> Vec<Case> {
    let mut cases = Vec::new();
    for (file, case) in read(file) {
        let answers: Vec<Json> = case.get("answers").map_or_else(Vec::new, |all| list(all).clone());
        let peer = Peer::login(server, &server.new_account(), "proxy").await;
        let provider = peer.answering(move |request| answer(&answers, request));
        cases.push(Case {
            file,
            name: text(&case["case"]).to_owned(),
            account: server.new_account(),
            patience: case.get("patience").map_or(30.0, |seconds| seconds.as_f64().unwrap()),
            calls: list(&case["calls"]).clone(),
            provider,
        });
    }
    cases
}

fn read(only: Option<&str>) -> Vec<(String, Map<String, Json>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files.iter().filter(|path| path.extension().is_some_and(|extension| extension == "json")) {
        let file = path.file_stem().unwrap().to_str().unwrap();
        if only.is_some_and(|only| only != file) {
            continue;
        }
        let all: Vec<Map<String, Json>> = serde_json::from_str(&fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        cases.extend(all.into_iter().map(|case| (file.to_owned(), case)));
    }
    cases
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

fn list(value: &Json) -> &Vec<Json> {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// What a provider says to a request.
fn answer(answers: &[Json], request: &Element) -> Vec<String> {
    let Some(answer) = answers.iter().find(|answer| fits(answer, request)) else {
        let asked = request.children().next();
        let node = asked.and_then(|asked| asked.attr("node").or_else(|| asked.attr("xmlns")));
        let why = format!(
            "<internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>\
             <text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>the case has no answer to {}</text>",
            node.unwrap_or("this")
        );
        return vec![raw::error(request, "cancel", &why)];
    };
    let (asker, asked) = (request.attr("from").unwrap(), request.attr("to").unwrap());
    let say = |stanza: &Json| {
        let stanza = stanza_of(text(stanza)).replace("$provider", asked);
        if parse(&stanza).name() == "iq" {
            replay(&stanza, request)
        } else {
            raw::addressed(&parse(&stanza), asker.split('/').next().unwrap())
        }
    };
    list(&answer["say"]).iter().map(say).collect()
}

/// A stanza is written out, or the name of one of the vectors.
fn stanza_of(said: &str) -> String {
    if said.starts_with('<') {
        return said.to_owned();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("vectors/xmpp/{said}.xml"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn fits(answer: &Json, request: &Element) -> bool {
    let Some(asked) = request.children().next() else { return false };
    let is_to = match asked.name() {
        "command" => asked.attr("node") == answer["to"].as_str(),
        _ => asked.ns().strip_prefix(DISCO) == answer["to"].as_str(),
    };
    let same = |expected: &Json, found: Option<&str>| expected.as_str() == found;
    let field = |name: &str| {
        let form = asked.children().find(|child| child.is("x", raw::FORMS))?;
        let field = form.children().find(|field| field.attr("var") == Some(name))?;
        let values = field.children().filter(|child| child.name() == "value").map(Element::text);
        Some(values.collect::<Vec<_>>().join("\n"))
    };
    let holds = |(what, expected): (&String, &Json)| match &**what {
        "session" => same(expected, asked.attr("sessionid")),
        "action" => same(expected, asked.attr("action")),
        "after" => {
            let sets = asked.children().filter(|child| child.name() == "set");
            let mut after = sets.flat_map(Element::children).filter(|child| child.name() == "after");
            same(expected, after.next().map(Element::text).as_deref())
        }
        "fields" => {
            let fields = expected.as_object().unwrap();
            fields.iter().all(|(name, expected)| same(expected, field(name).as_deref()))
        }
        other => panic!("what is `{other}` of an answer?"),
    };
    is_to && answer.get("when").is_none_or(|when| when.as_object().unwrap().iter().all(holds))
}
