//! A provider as a human's client (Gajim, say) walks it: what is there, a form, the form filled in (XEP-0050).

use quoalise::jid::BareJid;
use quoalise_tests::Server;
use tokio_xmpp::minidom::Element;

use crate::raw::{COMMANDS, FORMS, Peer, child, children, field, submit, text};
use crate::support::{SERIES, metadata, provider};

const ITEMS: &str = "http://jabber.org/protocol/disco#items";
const INFO: &str = "http://jabber.org/protocol/disco#info";

/// The names of the conditions of an error, the type before them.
fn refusal(answer: &Element) -> Vec<String> {
    assert_eq!(answer.attr("type"), Some("error"), "{}", text(answer));
    let error = child(answer, "error");
    let mut names = vec![error.attr("type").unwrap().to_owned()];
    names.extend(children(error).into_iter().filter(|name| name != "text"));
    names
}

fn expired() -> Vec<String> {
    ["cancel", "not-allowed", "session-expired"].map(str::to_owned).to_vec()
}

/// The command of an answer that is one; its session and status.
fn answer(answer: &Element) -> (&Element, String, String) {
    assert_eq!(answer.attr("type"), Some("result"), "{}", text(answer));
    let command = child(answer, "command");
    let attribute = |name: &str| command.attr(name).unwrap_or_else(|| panic!("{}", text(command))).to_owned();
    (command, attribute("sessionid"), attribute("status"))
}

/// Asks for the form of `get_history`; its session.
async fn form(human: &mut Peer, provider: &str) -> String {
    let form = human.command(provider, "node='get_history' action='execute'", "").await;
    let (_, session, status) = answer(&form);
    assert_eq!(status, "executing");
    session
}

fn filled() -> String {
    submit(&[
        ("identifier", SERIES),
        ("start_time", "2022-01-02T00:00:00Z"),
        ("end_time", "2022-01-02T02:00:00Z"),
    ])
}

#[tokio::test]
async fn what_is_there_can_be_found() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    let provider = provider.jid();

    let list = format!("<query xmlns='{ITEMS}' node='{COMMANDS}'/>");
    let list = human.ask("get", &provider, &list).await;
    let items: Vec<_> = child(&list, "query").children().collect();
    let nodes: Vec<_> = items.iter().map(|item| item.attr("node").unwrap()).collect();
    assert_eq!(nodes, ["get_history", "subscribe", "unsubscribe", "list_series"]);
    for item in items {
        // Clients ignore items at another address.
        assert_eq!(item.attr("jid"), Some(&*provider));
        assert!(item.attr("name").is_some_and(|name| name.starts_with(char::is_uppercase)));
    }
    for node in ["", "node='elsewhere'"] {
        let other = human.ask("get", &provider, &format!("<query xmlns='{ITEMS}' {node}/>")).await;
        assert_eq!(children(child(&other, "query")).len(), 0, "{}", text(&other));
    }

    let mut info =
        async |node: &str| human.ask("get", &provider, &format!("<query xmlns='{INFO}' {node}/>")).await;
    for (node, kind) in [
        (String::new(), "generic"),
        (format!("node='{COMMANDS}'"), "command-list"),
        ("node='get_history'".to_owned(), "command-node"),
    ] {
        let info = info(&node).await;
        let query = child(&info, "query");
        let identity = child(query, "identity");
        assert_eq!((identity.attr("category"), identity.attr("type")), (Some("automation"), Some(kind)));
        let features: Vec<_> = query.children().filter_map(|feature| feature.attr("var")).collect();
        assert!(features.contains(&COMMANDS) && features.contains(&FORMS), "{features:?}");
        assert_eq!(features.contains(&"urn:quoalise:0"), node.is_empty(), "{features:?}");
    }
    assert_eq!(refusal(&info("node='elsewhere'").await), ["cancel", "item-not-found"]);
}

#[tokio::test]
async fn a_form_says_what_to_fill_in() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    for (node, vars) in [
        ("get_history", &["identifier", "start_time", "end_time"][..]),
        ("subscribe", &["identifier"]),
        ("unsubscribe", &["identifier"]),
    ] {
        // `execute` is what no action means.
        for action in ["action='execute'", ""] {
            let asked = human.command(&provider.jid(), &format!("node='{node}' {action}"), "").await;
            let (command, session, status) = answer(&asked);
            assert!(!session.is_empty() && status == "executing");
            assert_eq!(command.attr("node"), Some(node));
            // The last form, and its default is what ends it: any other default would not be allowed.
            assert_eq!(child(command, "actions").attr("execute"), Some("complete"));
            assert_eq!(children(child(command, "actions")), ["complete"]);
            let form = child(command, "x");
            assert_eq!(form.attr("type"), Some("form"));
            assert!(
                !child(form, "title").text().is_empty() && !child(form, "instructions").text().is_empty()
            );
            let fields: Vec<_> = form.children().filter(|child| child.name() == "field").collect();
            assert_eq!(fields.iter().map(|field| field.attr("var").unwrap()).collect::<Vec<_>>(), vars);
            for field in fields {
                assert_eq!(field.attr("type"), Some("text-single"));
                assert!(field.attr("label").is_some_and(|label| !label.is_empty()));
                assert!(!child(field, "desc").text().is_empty());
                let required = children(field).contains(&"required".to_owned());
                assert_eq!(required, field.attr("var") == Some("identifier"));
            }
        }
    }
    assert!(service.asked.lock().unwrap().is_empty(), "asking for a form does nothing");
}

#[tokio::test]
async fn a_form_filled_in_is_carried_out_once() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    // Whichever way the client says that this is all.
    for action in ["", "action='execute'", "action='next'", "action='complete'"] {
        let session = form(&mut human, &provider.jid()).await;
        let attributes = format!("node='get_history' sessionid='{session}' {action}");
        let done = human.command(&provider.jid(), &attributes, &filled()).await;
        let (command, same, status) = answer(&done);
        assert_eq!((same, &*status), (session, "completed"), "{action}");
        assert_eq!(field(command, "result").as_deref(), Some("Success"));
        assert_eq!(child(command, "x").attr("type"), Some("result"));
        let sensml = child(child(child(command, "quoalise"), "data"), "sensml");
        assert_eq!(children(sensml), ["senml", "senml", "senml"]);

        let again = human.command(&provider.jid(), &attributes, &filled()).await;
        assert_eq!(refusal(&again), expired(), "{action}");
    }
    let asked = service.asked.lock().unwrap();
    assert_eq!(asked.len(), 4);
    assert!(asked.iter().all(|asked| human.jid.starts_with(&asked.requester.to_string())));
}

#[tokio::test]
async fn a_form_can_be_left() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    let cancel_form = format!("<x xmlns='{FORMS}' type='cancel'/>");
    for (action, inner) in [("action='cancel'", ""), ("action='complete'", &*cancel_form)] {
        let session = form(&mut human, &provider.jid()).await;
        let attributes = format!("node='get_history' sessionid='{session}'");
        let left = human.command(&provider.jid(), &format!("{attributes} {action}"), inner).await;
        let (command, same, status) = answer(&left);
        assert_eq!((same, &*status), (session, "canceled"));
        assert_eq!(children(command).len(), 0);
        let late = human.command(&provider.jid(), &attributes, &filled()).await;
        assert_eq!(refusal(&late), expired());
    }
    assert!(service.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn there_is_no_way_back_from_the_first_form() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    let session = form(&mut human, &provider.jid()).await;
    let attributes = format!("node='get_history' sessionid='{session}'");
    let back = human.command(&provider.jid(), &format!("{attributes} action='prev'"), "").await;
    assert_eq!(refusal(&back), ["modify", "bad-request", "bad-action"]);
    // It says of which form, and repeats nothing of what stood in it.
    let told = child(&back, "command");
    assert_eq!((told.attr("node"), told.attr("sessionid")), (Some("get_history"), Some(&*session)));
    assert_eq!(children(told).len(), 0);
    // Which costs nothing: the form is still open.
    let done = human.command(&provider.jid(), &attributes, &filled()).await;
    assert_eq!(answer(&done).2, "completed");
    for action in ["next", "prev", "cancel"] {
        let begun =
            human.command(&provider.jid(), &format!("node='get_history' action='{action}'"), "").await;
        assert_eq!(refusal(&begun), ["modify", "bad-request", "bad-action"], "{action} without a form");
    }
}

#[tokio::test]
async fn a_form_is_of_whom_it_was_given_to() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let account = server.new_account();
    let mut human = Peer::login(&server, &account, "gajim").await;
    let session = form(&mut human, &provider.jid()).await;
    let attributes = format!("node='get_history' sessionid='{session}'");
    for mut other in [
        Peer::login(&server, &server.new_account(), "gajim").await,
        Peer::login(&server, &account, "another").await,
    ] {
        for action in ["complete", "cancel"] {
            let attributes = format!("{attributes} action='{action}'");
            let stolen = other.command(&provider.jid(), &attributes, &filled()).await;
            assert_eq!(refusal(&stolen), expired());
        }
    }
    for attributes in [
        "node='get_history' sessionid='unknown'".to_owned(),
        format!("node='subscribe' sessionid='{session}'"),
    ] {
        let answer = human.command(&provider.jid(), &attributes, &filled()).await;
        assert_eq!(refusal(&answer), expired(), "{attributes}");
    }
    assert!(service.asked.lock().unwrap().is_empty());
    let done = human.command(&provider.jid(), &attributes, &filled()).await;
    assert_eq!(answer(&done).2, "completed");
    // Nobody finds one by trying.
    let other = form(&mut human, &provider.jid()).await;
    assert!(session.len() >= 32 && session[..16] != other[..16], "{session} {other}");
}

#[tokio::test]
async fn a_form_filled_in_wrongly_is_refused_with_the_reason() {
    let server = Server::shared();
    let (provider, service) = provider(&server).await;
    let mut human = Peer::login(&server, &server.new_account(), "gajim").await;
    for (values, own, word) in [
        (&[][..], "bad-payload", "identifier"),
        (&[("identifier", " ")], "bad-payload", "identifier"),
        (&[("identifier", "a meter")], "", "a meter"),
        (&[("identifier", &*"x".repeat(100_000))], "", "too long"),
        (&[("identifier", SERIES), ("start_time", "yesterday")], "", "start_time"),
        (&[("identifier", SERIES), ("end_time", "2022-01-02T00:00:00")], "", "offset"),
        (
            &[
                ("identifier", SERIES),
                ("start_time", "2022-01-02T00:00:00Z"),
                ("end_time", "2022-01-02T00:00:00+01:00"),
            ],
            "",
            "does not end after",
        ),
    ] {
        let answer = human.command(&provider.jid(), "node='get_history'", &submit(values)).await;
        assert_eq!(refusal(&answer)[..2], ["modify", "bad-request"], "{word}");
        assert_eq!(refusal(&answer).get(2).map_or("", |own| own), own, "{word}");
        let told = child(child(&answer, "error"), "text").text();
        assert!(told.contains(word) && told.len() < 1000, "{told}");
    }
    assert!(service.asked.lock().unwrap().is_empty());
    // The form stays open for another try, and is given again to whoever has lost it.
    let session = form(&mut human, &provider.jid()).await;
    let attributes = format!("node='get_history' sessionid='{session}'");
    for values in [&[][..], &[("identifier", "a meter")]] {
        let wrong = human.command(&provider.jid(), &attributes, &submit(values)).await;
        assert_eq!(refusal(&wrong)[..2], ["modify", "bad-request"]);
    }
    let again = human.command(&provider.jid(), &attributes, "").await;
    assert_eq!(answer(&again).1, session);
    assert_eq!(child(answer(&again).0, "x").attr("type"), Some("form"));
    let done = human.command(&provider.jid(), &attributes, &filled()).await;
    assert_eq!(answer(&done).1, session);
    service.asked.lock().unwrap().clear();

    let unknown = human.command(&provider.jid(), "node='get_daily'", &filled()).await;
    assert_eq!(refusal(&unknown), ["cancel", "item-not-found"]);
    let none = human.command(&provider.jid(), "action='execute'", &filled()).await;
    assert_eq!(refusal(&none), ["modify", "bad-request", "malformed-action"]);
    // Fields it does not know are passed over, and so is white space around a value.
    let more = submit(&[("FORM_TYPE", "x"), ("colour", "blue"), ("identifier", &format!("\n {SERIES} \n"))]);
    let done = human.command(&provider.jid(), "node='get_history'", &more).await;
    assert_eq!(answer(&done).2, "completed");
    assert_eq!(service.asked.lock().unwrap()[0].identifier.as_str(), SERIES);
}

#[tokio::test]
async fn a_human_can_subscribe() {
    let server = Server::shared();
    let (provider, _) = provider(&server).await;
    let mut human = Peer::online(&server, "gajim").await;
    let mut run = async |node: &str| {
        let asked = human.command(&provider.jid(), &format!("node='{node}'"), "").await;
        let attributes = format!("node='{node}' sessionid='{}' action='complete'", answer(&asked).1);
        let done = human.command(&provider.jid(), &attributes, &submit(&[("identifier", SERIES)])).await;
        let (command, _, status) = answer(&done);
        assert_eq!((&*status, field(command, "result").as_deref()), ("completed", Some("Success")));
        // The label says it to the human.
        let form = child(command, "x");
        assert!(child(form, "field").attr("label").unwrap().contains(SERIES));
    };
    let records = crate::support::january();
    run("subscribe").await;
    assert_eq!(provider.publish(&metadata(), &records).await.unwrap(), 1);
    run("unsubscribe").await;
    assert_eq!(provider.publish(&metadata(), &records).await.unwrap(), 0);
    let to: BareJid = human.jid.split('/').next().unwrap().parse().unwrap();
    provider.push(&to, &metadata(), &records).await.unwrap();
}
