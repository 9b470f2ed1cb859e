//! The client and commands of any kind (XEP-0050): what a provider offers, forms of several stages, what came out.

use std::time::{Duration, Instant};

use quoalise::data::{Data, Identifier};
use quoalise::provider::{HistoryRequest, Limits, Service};
use quoalise::senml::Records;
use quoalise::stanza::{Action, FieldType, NoteType, Status};
use quoalise::{Client, ErrorKind, Period, Result, Series, Values};
use quoalise_tests::Server;
use tokio_xmpp::minidom::Element;

use crate::raw::{self, COMMANDS, FORMS, Script, child, children, condition, field, provider_saying, result};
use crate::support::{AT_ONCE, PATIENCE, SERIES, client, config, metadata, provider, serve};

const PAYLOAD: &str = "<quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
    <senml n='urn:dev:a' t='1641769200' v='987.25'/></sensml></data></quoalise>";

/// A wizard of three stages: who, what, and whether one is sure. It changes its session's id on the way.
#[derive(Default)]
pub struct Wizard {
    stage: usize,
    name: String,
}

impl Wizard {
    pub async fn start(server: &Server) -> Script {
        let mut wizard = Self::default();
        provider_saying(server, move |request| wizard.answer(request)).await
    }

    fn answer(&mut self, request: &Element) -> String {
        if request.attr("type") == Some("get") {
            let jid = request.attr("to").unwrap();
            let item = format!("<item jid='{jid}' node='wizard' name='Register'/>");
            return result(request, &format!("<query xmlns='{ITEMS}' node='{COMMANDS}'>{item}</query>"));
        }
        let command = child(request, "command");
        let action = command.attr("action").unwrap_or("execute");
        let wanted = (self.stage > 0).then(|| format!("w{}", self.stage));
        if command.attr("sessionid").is_some() && command.attr("sessionid") != wanted.as_deref() {
            return expired(request);
        }
        match (self.stage, action) {
            (0, "execute") => self.stage = 1,
            (_, "cancel") => {
                self.stage = 0;
                return self.say(request, "canceled", "");
            }
            (1, "next") => {
                self.name = field(command, "name").unwrap();
                self.stage = 2;
            }
            (2, "prev") => self.stage = 1,
            (2, "next") => self.stage = 3,
            (2 | 3, "complete") => {
                self.stage = 0;
                return self.say(request, "completed", RESULT);
            }
            other => panic!("{other:?}"),
        }
        let inner = match self.stage {
            1 => STAGE_1.replace("DEFAULT", &self.name),
            2 => STAGE_2.to_owned(),
            _ => STAGE_3.to_owned(),
        };
        self.say(request, "executing", &inner)
    }

    fn say(&self, request: &Element, status: &str, inner: &str) -> String {
        let session = if self.stage == 0 {
            child(request, "command").attr("sessionid").unwrap_or("w0").to_owned()
        } else {
            format!("w{}", self.stage)
        };
        result(
            request,
            &format!(
                "<command xmlns='{COMMANDS}' node='wizard' sessionid='{session}' status='{status}'>{inner}</command>"
            ),
        )
    }
}

const ITEMS: &str = "http://jabber.org/protocol/disco#items";

const STAGE_1: &str = "<actions execute='next'><next/></actions><note>one of three</note>\
    <x xmlns='jabber:x:data' type='form'><title>Who</title><instructions>Tell</instructions><instructions>us</instructions>\
    <field var='FORM_TYPE' type='hidden'><value>urn:example:wizard</value></field>\
    <field type='fixed'><value>All of it is kept.</value></field>\
    <field var='name' type='text-single' label='Your name'><desc>As on the bill</desc><required/><value>DEFAULT</value></field>\
    <field var='direction' type='list-single'><value>consumption</value>\
    <option label='What you use'><value>consumption</value></option><option><value>production</value></option></field></x>";

const STAGE_2: &str = "<actions execute='complete'><prev/><next/><complete/></actions>\
    <x xmlns='jabber:x:data' type='form'><title>What</title>\
    <field var='secret' type='text-private' label='PIN'/>\
    <field var='often' type='list-multi'><option><value>daily</value></option><option><value>hourly</value></option></field>\
    <field var='days' type='text-single'><value>7</value><validate xmlns='http://jabber.org/protocol/xdata-validate' \
    datatype='xs:integer'><range min='1' max='31'/></validate></field>\
    <field var='text' type='text-multi'/></x>";

const STAGE_3: &str = "<actions execute='complete'><complete/></actions><x xmlns='jabber:x:data' type='form'>\
    <field var='sure' type='boolean'><value>0</value></field></x>";

const RESULT: &str = "<note type='info'>registered</note><note type='warn'>until Friday</note>\
    <x xmlns='jabber:x:data' type='result'><title>Done</title>\
    <field var='id' type='text-single' label='Number'><value>42</value></field>\
    <field type='fixed'><value>Keep it.</value></field></x>\
    <x xmlns='jabber:x:data' type='result'><reported><field var='meter' label='Meter'/><field var='on' type='boolean'/></reported>\
    <item><field var='meter'><value>m1</value></field><field var='on'><value>true</value></field></item>\
    <item><field var='meter'><value>m2</value></field></item></x>\
    <quoalise xmlns='urn:quoalise:0'><data><sensml xmlns='urn:ietf:params:xml:ns:senml'>\
    <senml n='urn:dev:a' t='1641769200' v='987.25'/></sensml></data></quoalise>\
    <other xmlns='urn:example:other' a='1'><inner>text</inner></other>";

fn expired(request: &Element) -> String {
    let own = format!("{}<session-expired xmlns='{COMMANDS}'/>", condition("not-allowed"));
    raw::error(request, "cancel", &own)
}

/// What was asked of a provider, in a line each: action, session, and the fields with their values.
pub fn asked(provider: &Script) -> Vec<String> {
    let line = |request: &Element| {
        let command = child(request, "command");
        let mut line =
            format!("{} {}", command.attr("action").unwrap(), command.attr("sessionid").unwrap_or("-"));
        for form in command.children().filter(|child| child.is("x", FORMS)) {
            assert_eq!(form.attr("type"), Some("submit"));
            for field in form.children() {
                let values: Vec<String> = field.children().map(Element::text).collect();
                line += &format!(" {}={}", field.attr("var").unwrap(), values.join(","));
            }
        }
        line
    };
    provider.heard().iter().filter(|request| request.attr("type") == Some("set")).map(line).collect()
}

/// Waits until a provider has been asked so often.
pub async fn until_asked(provider: &Script, count: usize) -> Vec<String> {
    let begin = Instant::now();
    while asked(provider).len() < count {
        assert!(begin.elapsed() < PATIENCE, "{:?}", asked(provider));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    asked(provider)
}

/// A provider whose first answer is a form with a session `s1`, and that then answers as told.
async fn form_then(
    server: &Server,
    form: &'static str,
    then: impl Fn(&Element) -> String + Send + 'static,
) -> Script {
    provider_saying(server, move |request| match child(request, "command").attr("sessionid") {
        None => raw::command(request, "any", "executing", form),
        Some(_) => then(request),
    })
    .await
}

const ONE_FIELD: &str = "<x xmlns='jabber:x:data' type='form'><field var='a' type='text-single'/></x>";

#[tokio::test]
async fn commands_are_listed_and_only_the_providers_own() {
    let server = Server::shared();
    let client = client(&server).await;
    let (ours, _) = provider(&server).await;
    let nodes: Vec<String> =
        client.commands(&ours.jid()).await.unwrap().into_iter().map(|command| command.node).collect();
    for node in ["get_history", "subscribe", "unsubscribe"] {
        assert!(nodes.iter().any(|known| known == node), "{nodes:?}");
    }

    let provider = provider_saying(&server, |request| {
        let (query, jid) = (child(request, "query"), request.attr("to").unwrap());
        assert_eq!(query.attr("node"), Some(COMMANDS));
        let page = match query.children().next().map(|set| child(set, "after").text()).as_deref() {
            None => format!(
                "<item jid='{jid}' node='a' name='First'/><item jid='{jid}' node='b'/><item jid='{jid}' name='x'/>\
                 <item jid='other@example.org/x' node='c' name='Of others'/><item jid='@' node='d'/><item node='e'/>\
                 <odd/><set xmlns='http://jabber.org/protocol/rsm'><first>a</first><last>b</last></set>"
            ),
            Some("b") => format!(
                "<item jid='{jid}' node='z' name=''/><item jid='{jid}' node='a' name='Again'/>\
                 <set xmlns='http://jabber.org/protocol/rsm'><last>z</last></set>"
            ),
            Some(_) => "<set xmlns='http://jabber.org/protocol/rsm'/>".to_owned(),
        };
        result(request, &format!("<query xmlns='{ITEMS}' node='{COMMANDS}'>{page}</query>"))
    })
    .await;
    let listed = client.commands(&provider.jid).await.unwrap();
    let listed: Vec<_> = listed.iter().map(|command| (&*command.node, &*command.name)).collect();
    assert_eq!(listed, [("a", "First"), ("b", "b"), ("z", "z")]);
    assert_eq!(provider.heard().len(), 3);

    for (answer, kind) in [
        ("<query xmlns='urn:x'/>".to_owned(), ErrorKind::MalformedAnswer),
        (String::new(), ErrorKind::MalformedAnswer),
        (
            format!(
                "<query xmlns='{ITEMS}'><item jid='JID' node='a'/>\
                 <set xmlns='http://jabber.org/protocol/rsm'><last>a</last></set></query>"
            ),
            ErrorKind::MalformedAnswer,
        ),
    ] {
        let provider = provider_saying(&server, move |request| {
            result(request, &answer.replace("JID", request.attr("to").unwrap()))
        })
        .await;
        let error = client.commands(&provider.jid).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.operation().unwrap().contains(&provider.jid));
        assert!(provider.heard().len() < 4, "pages without end are left");
    }
    let bare = provider.jid.split('/').next().unwrap();
    assert_eq!(client.commands(bare).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
}

#[tokio::test]
async fn a_wizard_is_walked_there_and_back() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider = Wizard::start(&server).await;

    let mut command = client.begin(&provider.jid, "wizard").await.unwrap();
    assert_eq!((command.status(), command.node()), (Status::Executing, "wizard"));
    assert_eq!((command.actions(), command.default_action()), (vec![Action::Next], Some(Action::Next)));
    assert_eq!(command.notes()[0].text, "one of three");
    let form = command.form().unwrap();
    assert_eq!((form.title.as_deref(), form.instructions.as_deref()), (Some("Who"), Some("Tell\nus")));
    let kinds: Vec<FieldType> = form.fields.iter().map(|field| field.kind).collect();
    assert_eq!(kinds, [FieldType::Hidden, FieldType::Fixed, FieldType::TextSingle, FieldType::ListSingle]);
    let name = &form.fields[2];
    assert_eq!(
        (name.label.as_deref(), name.description.as_deref()),
        (Some("Your name"), Some("As on the bill"))
    );
    assert!(name.required);
    assert_eq!(form.fields[3].options[0], (Some("What you use".to_owned()), "consumption".to_owned()));

    // What cannot be right is told at once, and the stage stays.
    for (values, word) in [
        (Values::new(), "`name` (Your name)"),
        (Values::new().with("nme", "x"), "name, direction"),
        (Values::new().with("name", "x").with("direction", "up"), "consumption, production"),
    ] {
        let error = command.next(&values).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains(word) && error.to_string().contains(&provider.jid), "{error}");
    }
    for error in [command.complete(&Values::new()).await.unwrap_err(), command.prev().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::InvalidArgument);
        assert!(error.to_string().contains("It allows next and cancel"), "{error}");
    }
    assert_eq!(asked(&provider).len(), 1, "nothing of that was sent");

    command.next(&Values::new().with("name", "Ada")).await.unwrap();
    assert_eq!(command.actions(), [Action::Prev, Action::Next, Action::Complete]);
    assert_eq!(command.default_action(), Some(Action::Complete));
    command.prev().await.unwrap();
    assert_eq!(command.form().unwrap().get("name"), Some("Ada"), "what the provider kept");
    command.next(&Values::new().with("direction", "production")).await.unwrap();
    let error = command.next(&Values::new().with("days", "32")).await.unwrap_err();
    assert!(error.to_string().contains("a whole number, from 1 to 31"), "{error}");
    let values = Values::new()
        .with("secret", "0000")
        .with("often", ["daily", "hourly"])
        .with("text", "first <b>line</b>\nsecond");
    command.next(&values).await.unwrap();
    command.complete(&Values::new().with("sure", true)).await.unwrap();
    assert_eq!(command.status(), Status::Completed);
    assert_eq!(command.actions(), []);
    let error = command.next(&Values::new()).await.unwrap_err();
    assert!(error.to_string().contains("begin it again"), "{error}");
    assert_eq!(
        asked(&provider),
        [
            "execute -",
            "next w1 FORM_TYPE=urn:example:wizard name=Ada direction=consumption",
            "prev w2",
            "next w1 FORM_TYPE=urn:example:wizard name=Ada direction=production",
            "next w2 secret=0000 often=daily,hourly days=7 text=first <b>line</b>,second",
            "complete w3 sure=true",
        ]
    );

    let outcome = command.into_outcome().unwrap();
    assert_eq!((outcome.title.as_deref(), outcome.get("id")), (Some("Done"), Some("42")));
    assert_eq!(outcome.fields[1].kind, FieldType::Fixed);
    let notes: Vec<_> = outcome.notes.iter().map(|note| (note.kind, &*note.text)).collect();
    assert_eq!(notes, [(NoteType::Info, "registered"), (NoteType::Warn, "until Friday")]);
    let [table] = &outcome.tables[..] else { panic!("{outcome:?}") };
    assert_eq!(table.columns[0].label.as_deref(), Some("Meter"));
    assert_eq!(table.rows, [[vec!["m1"], vec!["true"]], [vec!["m2"], vec![]]]);
    assert_eq!(outcome.data.as_ref().unwrap().records().values(), [987.25]);
    let [other] = &outcome.payloads[..] else { panic!("{outcome:?}") };
    assert_eq!((&*other.name, other.attribute("a")), ("other", Some("1")));
    assert_eq!(other.child("inner").unwrap().text(), "text");
    let shown = format!("{outcome:?}");
    assert!(!shown.contains("987") && !shown.contains("42") && !shown.contains("m1"), "{shown}");
}

#[tokio::test]
async fn a_command_runs_in_one_go() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider = Wizard::start(&server).await;

    // As far as the values lead, and no further than that.
    let values = Values::from([("name", "Ada"), ("days", "3")]);
    let outcome = client.run(&provider.jid, "wizard", &values).await.unwrap();
    assert_eq!((outcome.get("id"), &outcome.unused[..]), (Some("42"), &[][..]));
    let values = values.with("sure", true);
    client.run(&provider.jid, "wizard", &values).await.unwrap();
    assert_eq!(
        asked(&provider),
        [
            "execute -",
            "next w1 FORM_TYPE=urn:example:wizard name=Ada direction=consumption",
            "complete w2 days=3",
            "execute -",
            "next w1 FORM_TYPE=urn:example:wizard name=Ada direction=consumption",
            "next w2 days=3",
            "complete w3 sure=true",
        ]
    );

    // What nobody asked for is not lost in silence, and the provider is told that this is the end.
    let error = client.run(&provider.jid, "wizard", &values.with("colour", "blue")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument);
    assert!(error.to_string().contains("`colour`") && error.to_string().contains("sure"), "{error}");
    assert_eq!(until_asked(&provider, 11).await[10], "cancel w3");
    let provider = Wizard::start(&server).await;
    let error = client.run(&provider.jid, "wizard", &Values::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{error}");
    assert_eq!(until_asked(&provider, 2).await[1], "cancel w1");
}

#[tokio::test]
async fn what_is_dropped_is_canceled_and_what_is_over_is_not() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider = Wizard::start(&server).await;
    drop(client.begin(&provider.jid, "wizard").await.unwrap());
    assert_eq!(until_asked(&provider, 2).await, ["execute -", "cancel w1"]);

    let mut command = client.begin(&provider.jid, "wizard").await.unwrap();
    command.next(&Values::new().with("name", "Ada")).await.unwrap();
    command.cancel().await.unwrap();
    assert_eq!(asked(&provider)[4], "cancel w2", "in the newest session");
    let mut command = client.begin(&provider.jid, "wizard").await.unwrap();
    command.next(&Values::new().with("name", "Ada")).await.unwrap();
    command.complete(&Values::new()).await.unwrap();
    drop(command);
    // An outcome before its time gives the command up.
    let command = client.begin(&provider.jid, "wizard").await.unwrap();
    assert_eq!(command.into_outcome().unwrap_err().kind(), ErrorKind::InvalidArgument);
    let lines = until_asked(&provider, 10).await;
    assert_eq!(lines[5..], ["execute -", &lines[6], "complete w2 days=7", "execute -", "cancel w1"]);

    // Closing right behind it leaves the time to say so.
    let other = self::client(&server).await;
    drop(other.begin(&provider.jid, "wizard").await.unwrap());
    other.close().await;
    assert_eq!(until_asked(&provider, 12).await[11], "cancel w1");
}

#[tokio::test]
async fn a_session_that_expired_says_so() {
    let server = Server::shared();
    let client = client(&server).await;
    let bad_session = |request: &Element| {
        let own = format!("{}<bad-sessionid xmlns='{COMMANDS}'/>", condition("bad-request"));
        raw::error(request, "modify", &own)
    };
    type Answer = fn(&Element) -> String;
    for answer in [expired as Answer, bad_session] {
        let provider = form_then(&server, ONE_FIELD, answer).await;
        let mut command = client.begin(&provider.jid, "any").await.unwrap();
        let error = command.complete(&Values::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SessionExpired);
        assert!(
            error.kind().is_temporary() && error.to_string().contains("Begin the command again"),
            "{error}"
        );
        assert_eq!(command.complete(&Values::new()).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
        command.cancel().await.unwrap();
        assert_eq!(asked(&provider).len(), 2, "there is nothing left to cancel");
        // To give up what is gone already is no failure.
        let command = client.begin(&provider.jid, "any").await.unwrap();
        command.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_form_may_be_filled_in_again() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider =
        form_then(&server, ONE_FIELD, |request| match field(child(request, "command"), "a").as_deref() {
            Some("refused") => {
                let own = format!("{}<bad-payload xmlns='{COMMANDS}'/>", condition("bad-request"));
                raw::error(request, "modify", &own)
            }
            Some("asked again") => raw::command(
                request,
                "any",
                "executing",
                &format!("<note type='error'>not that</note>{ONE_FIELD}"),
            ),
            Some("failed") => raw::command(request, "any", "completed", "<note type='error'>no luck</note>"),
            Some("stopped") => raw::command(request, "any", "canceled", ""),
            _ => raw::command(request, "any", "completed", ""),
        })
        .await;
    let mut command = client.begin(&provider.jid, "any").await.unwrap();
    let a = |value: &str| Values::new().with("a", value);
    let error = command.complete(&a("refused")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadRequest);
    assert!(error.to_string().contains("what the command's form asks for"), "{error}");
    command.complete(&a("asked again")).await.unwrap();
    assert_eq!((command.status(), command.notes()[0].kind), (Status::Executing, NoteType::Error));
    command.complete(&a("fine")).await.unwrap();
    let outcome = command.into_outcome().unwrap();
    assert!(outcome.fields.is_empty() && outcome.tables.is_empty() && outcome.data.is_none());

    for (value, word) in [("asked again", "not that"), ("failed", "no luck"), ("stopped", "canceled")] {
        let before = asked(&provider).len();
        let error = client.run(&provider.jid, "any", &a(value)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CommandFailed);
        assert!(error.to_string().contains(word), "{error}");
        let is_open = usize::from(value == "asked again");
        assert_eq!(until_asked(&provider, before + 2 + is_open).await.len(), before + 2 + is_open);
    }
}

#[tokio::test]
async fn commands_without_a_form_are_done_at_once() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider =
        provider_saying(&server, |request| raw::command(request, "any", "completed", "<note>done</note>"))
            .await;
    let outcome = client.run(&provider.jid, "any", &Values::new().with("late", "x")).await.unwrap();
    assert_eq!((&*outcome.notes[0].text, &outcome.unused[..]), ("done", &["late".to_owned()][..]));
    // A stage without a form is one to go on from.
    let provider = form_then(&server, "<actions execute='next'/>", |request| {
        raw::command(request, "any", "completed", PAYLOAD)
    })
    .await;
    let outcome = client.run(&provider.jid, "any", &Values::new()).await.unwrap();
    assert!(outcome.data.is_some());
    assert_eq!(asked(&provider), ["execute -", "next s1"]);
}

#[tokio::test]
async fn answers_that_are_none() {
    let server = Server::shared();
    let client = client(&server).await;
    for answer in [
        String::new(),
        format!("<command xmlns='{COMMANDS}' node='other' status='executing' sessionid='s1'/>"),
        format!("<command xmlns='{COMMANDS}' node='any' status='executing'>{ONE_FIELD}</command>"),
        format!("<command xmlns='{COMMANDS}' node='any' status='doing' sessionid='s1'/>"),
        "<command xmlns='urn:x' node='any' status='completed'/>".to_owned(),
    ] {
        let (answer, opens) = (answer.clone(), answer.contains("doing"));
        let provider = provider_saying(&server, move |request| result(request, &answer)).await;
        let error = client.begin(&provider.jid, "any").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{error}");
        if opens {
            assert_eq!(until_asked(&provider, 2).await[1], "cancel s1", "there is a session");
        }
    }
    let broken = PAYLOAD.replace("987.25", "987,25");
    let provider =
        provider_saying(&server, move |request| raw::command(request, "any", "completed", &broken)).await;
    let error = client.run(&provider.jid, "any", &Values::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MalformedAnswer);
    assert!(!error.to_string().contains("987"), "{error}");

    let refuses =
        provider_saying(&server, |request| raw::error(request, "cancel", &condition("item-not-found"))).await;
    let error = client.begin(&refuses.jid, "any").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchCommand);
    assert!(error.to_string().contains("which commands it lists"), "{error}");
    for node in ["", "a\0b"] {
        assert_eq!(client.begin(&refuses.jid, node).await.unwrap_err().kind(), ErrorKind::InvalidArgument);
    }
}

#[tokio::test]
async fn each_stage_has_a_deadline_of_its_own() {
    const LIMIT: Duration = Duration::from_secs(2);
    let server = Server::shared();
    let patient = config(&server, &server.new_account()).request_timeout(LIMIT);
    let client = Client::connect(&patient).await.unwrap();
    // Each answer takes most of the time there is.
    let provider = provider_saying(&server, |request| {
        std::thread::sleep(LIMIT * 2 / 3);
        let node = child(request, "command").attr("node").unwrap().to_owned();
        match child(request, "command").attr("sessionid") {
            None => raw::command(request, &node, "executing", ONE_FIELD),
            Some(_) => raw::command(request, &node, "completed", PAYLOAD),
        }
    })
    .await;
    client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap();
    client.run(&provider.jid, "any", &Values::new()).await.unwrap();

    let silent = {
        let peer = raw::Peer::login(&server, &server.new_account(), "proxy").await;
        peer.answering(|request| match child(request, "command").attr("sessionid") {
            None => vec![raw::command(request, "any", "executing", ONE_FIELD)],
            Some(_) => vec![],
        })
    };
    let mut command = client.begin(&silent.jid, "any").await.unwrap();
    let begin = Instant::now();
    assert_eq!(command.complete(&Values::new()).await.unwrap_err().kind(), ErrorKind::NoAnswer);
    assert_eq!(command.cancel().await.unwrap_err().kind(), ErrorKind::NoAnswer);
    assert!((LIMIT * 2..LIMIT * 2 + AT_ONCE).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    assert_eq!(asked(&silent).len(), 3);
}

#[tokio::test]
async fn a_history_whose_form_fails_is_canceled() {
    let server = Server::shared();
    let client = client(&server).await;
    let form = include_str!("../vectors/xmpp/get-history.form.xml");
    let provider = provider_saying(&server, move |request| match child(request, "command").attr("action") {
        Some("execute") => raw::replay(form, request),
        _ => raw::error(request, "auth", &condition("not-authorized")),
    })
    .await;
    let error = client.get_history(&provider.jid, SERIES, &Period::all()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotAuthorized);
    let lines = until_asked(&provider, 3).await;
    assert_eq!(lines[2], "cancel 1641769200.25-f");
    // Times that were not asked for are not made up from the form, and what we know nothing of is.
    assert_eq!(
        lines[1],
        format!("next 1641769200.25-f identifier={SERIES} FORM_TYPE=urn:example:history resolution=raw")
    );
    // Nor where it is run like any other command; what else the form has is kept.
    let (identifier, end) = (("identifier", SERIES), ("end_time", "2022-01-17T00:00:00+01:00"));
    client.run(&provider.jid, "get_history", &Values::from([identifier, end])).await.unwrap_err();
    let lines = until_asked(&provider, 6).await;
    assert!(lines[4].contains("resolution=raw") && lines[4].contains("end_time=2022-01-17"), "{}", lines[4]);
    assert!(!lines[4].contains("start_time"), "{}", lines[4]);
}

fn series_row(name: &str) -> String {
    format!(
        "<item><field var='identifier'><value>{name}</value></field><field var='unit'><value>W</value></field>\
         <field var='last_time'><value>2022-02-10T00:00:00Z</value></field>\
         <field var='rights'><value>get_history</value></field></item>"
    )
}

/// A provider of so many series, so many a page.
pub async fn series_provider(server: &Server, count: usize, a_page: usize) -> Script {
    let names: Vec<String> = (0..count).map(|number| format!("urn:dev:ow:{number:04}_voltage")).collect();
    provider_saying(server, move |request| {
        let command = child(request, "command");
        assert_eq!(command.attr("node"), Some("list_series"));
        let set = child(command, "set");
        assert!(child(set, "max").text().parse::<usize>().unwrap() >= 100);
        let after = set.children().find(|child| child.name() == "after").map(Element::text);
        let prefix = field(command, "prefix").unwrap_or_default();
        let mine: Vec<&String> = names.iter().filter(|name| name.starts_with(&prefix)).collect();
        let from = after.map_or(0, |after| mine.iter().position(|name| **name == after).unwrap() + 1);
        let page: Vec<&str> = mine.iter().skip(from).take(a_page).map(|name| &***name).collect();
        let rows: String = page.iter().map(|name| series_row(name)).collect();
        let (first, last) = (page.first().unwrap_or(&""), page.last().unwrap_or(&""));
        let inner = format!(
            "<x xmlns='jabber:x:data' type='result'><reported><field var='identifier'/></reported>{rows}</x>\
             <set xmlns='http://jabber.org/protocol/rsm'><first index='{from}'>{first}</first><last>{last}</last>\
             <count>{}</count></set>",
            mine.len()
        );
        raw::command(request, "list_series", "completed", &inner)
    })
    .await
}

#[tokio::test]
async fn series_are_listed_page_by_page() {
    let server = Server::shared();
    let client = client(&server).await;
    let provider = series_provider(&server, 250, 100).await;
    let all = client.series(&provider.jid, None).await.unwrap();
    assert_eq!(all.len(), 250);
    let last = all.last().unwrap();
    assert_eq!(last.identifier.as_str(), "urn:dev:ow:0249_voltage");
    assert_eq!(last.measurement.unit.as_deref(), Some("W"));
    assert_eq!(last.last, Some("2022-02-10T00:00:00Z".parse().unwrap()));
    assert!(last.rights.get_history && !last.rights.subscribe);
    assert_eq!(provider.heard().len(), 3);
    let some = client.series(&provider.jid, Some("urn:dev:ow:000")).await.unwrap();
    assert_eq!(some.len(), 10);
    assert_eq!(client.series(&provider.jid, Some("urn:x")).await.unwrap(), []);
    assert_eq!(
        client.series(&provider.jid, Some("a\0")).await.unwrap_err().kind(),
        ErrorKind::InvalidArgument
    );
}

/// More series than an answer holds.
struct Many;

impl Service for Many {
    async fn get_history(&self, _request: HistoryRequest) -> Result<Data> {
        Ok(Data::new(metadata(), Records::new()))
    }

    async fn series(&self, _prefix: Option<Identifier>) -> Result<Vec<Series>> {
        let series = |number: u32| {
            let mut series = Series::new(format!("urn:dev:ow:{number:04}_power").parse().unwrap());
            series.measurement = metadata().measurement;
            series
        };
        Ok((0..2500).map(series).collect())
    }
}

#[tokio::test]
async fn our_own_provider_tells_all_its_series() {
    let server = Server::shared();
    let provider = serve(&server, Many, Limits::default()).await;
    let client = client(&server).await;
    let all = client.series(&provider.jid(), None).await.unwrap();
    assert_eq!(all.len(), 2500);
    assert!(all.is_sorted_by_key(|series| series.identifier.to_string()));
    assert_eq!(all[7].measurement, metadata().measurement);
    assert!(all[7].rights.get_history && all[7].rights.subscribe);
    let one = client.series(&provider.jid(), Some("urn:dev:ow:0012")).await.unwrap();
    assert_eq!(one, [all[12].clone()]);
    assert_eq!(client.series(&provider.jid(), Some("urn:dev:ow:00")).await.unwrap(), []);
}

#[tokio::test]
async fn lists_of_series_that_are_none() {
    let server = Server::shared();
    let client = client(&server).await;
    let table = |rows: &str| format!("<x xmlns='jabber:x:data' type='result'>{rows}</x>");
    let set = |inner: &str| format!("<set xmlns='http://jabber.org/protocol/rsm'>{inner}</set>");
    let a = series_row("urn:dev:a");
    let nameless = "<item><field var='unit'><value>W</value></field></item>";

    // Without pages it is all there is; rows without a name are passed over.
    let one = table(&format!("{a}{nameless}{a}"));
    let provider =
        provider_saying(&server, move |request| raw::command(request, "list_series", "completed", &one))
            .await;
    assert_eq!(client.series(&provider.jid, None).await.unwrap().len(), 1);
    // A form on the way is filled in with the same.
    let provider = provider_saying(&server, move |request| {
        let command = child(request, "command");
        assert_eq!(children(command), ["x", "set"]);
        match command.attr("sessionid") {
            None => {
                let prefix = "<x xmlns='jabber:x:data' type='form'><field var='prefix'><value>urn:other</value></field></x>";
                raw::command(request, "list_series", "executing", prefix)
            }
            Some(_) => {
                assert_eq!(field(command, "prefix").as_deref(), Some("urn:dev"));
                raw::command(request, "list_series", "completed", &table(&series_row("urn:dev:b")))
            }
        }
    })
    .await;
    assert_eq!(client.series(&provider.jid, Some("urn:dev")).await.unwrap().len(), 1);

    for (answer, requests) in [
        (format!("{}{}", table(&a), set("<count>9</count>")), 2), // the same page for ever
        (format!("{}{}", table(&a), set("<count>many</count>")), 1),
        (format!("{}{}", table(nameless), set("")), 1),
    ] {
        let provider = provider_saying(&server, move |request| {
            raw::command(request, "list_series", "completed", &answer)
        })
        .await;
        let error = client.series(&provider.jid, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MalformedAnswer, "{error}");
        assert_eq!(provider.heard().len(), requests);
    }
    let older =
        provider_saying(&server, |request| raw::error(request, "cancel", &condition("item-not-found"))).await;
    let error = client.series(&older.jid, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchCommand);
    assert!(error.to_string().contains("ask its operator"), "{error}");
}
