//! What there is: commands and series, by XEP-0030 and by `list_series`, for each requester what it may read
//! (`docs/protocol/discovery.md`).

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt, stream};
use minidom::Element;
use xmpp_parsers::disco::{DiscoInfoResult, DiscoItemsResult, Identity, Item};
use xmpp_parsers::jid::{BareJid, Jid};
use xmpp_parsers::ns;
use xmpp_parsers::rsm::{First, SetQuery, SetResult};

use super::Service;
use super::answer::Work;
use super::commands::Refusal;
use crate::data::{self, Identifier, Rights, Series};
use crate::error::{Error, ErrorKind, Result};
use crate::stanza::{Form, NS_COMMANDS, NS_FORMS, Note, NoteType, series};

/// Series of one answer.
const MOST: usize = 1000;

/// How many rights are looked up at once.
const AT_ONCE: usize = 16;

/// How long the list for browsers and forms is good: whoever asks for them much costs the service little.
const KNOWN_FOR: Duration = Duration::from_secs(2);

/// The series as the service told them last.
pub(super) type Known = tokio::sync::Mutex<Option<(Instant, Arc<Vec<Series>>)>>;

/// Some of the series, and where among them they stand (XEP-0059).
pub(super) struct Page {
    series: Vec<Series>,
    pub set: SetResult,
}

impl Page {
    pub fn table(&self) -> Form {
        series::table(&self.series)
    }

    /// That there are more.
    pub fn note(&self) -> Option<Note> {
        let count = self.set.count.filter(|count| *count > self.series.len())?;
        let text = format!("{} of {count} series; a prefix shows fewer", self.series.len());
        Some(Note { kind: NoteType::Info, text })
    }
}

impl<S: Service> Work<S> {
    /// The series this requester may know of, by their names.
    pub(super) async fn visible(
        &self,
        requester: &BareJid,
        prefix: Option<&Identifier>,
    ) -> Result<Vec<Series>> {
        let all = Arc::new(self.listed(prefix).await?);
        Ok(self.allowed(requester, all).collect().await)
    }

    /// What the service has, each once, by their names.
    async fn listed(&self, prefix: Option<&Identifier>) -> Result<Vec<Series>> {
        let mut all = self.service.series(prefix.cloned()).await?;
        all.retain(|series| prefix.is_none_or(|prefix| prefix.covers(series.identifier.as_str())));
        all.sort_by(|a, b| a.identifier.cmp(&b.identifier));
        all.dedup_by(|a, b| a.identifier == b.identifier);
        Ok(all)
    }

    /// Of all series those this requester may know of, as they were a moment ago.
    async fn known(&self, requester: &BareJid) -> Result<impl Stream<Item = Series>> {
        let mut known = self.known.lock().await;
        let fresh = known.as_ref().filter(|(since, _)| since.elapsed() < KNOWN_FOR);
        let all = match fresh {
            Some((_, all)) => all.clone(),
            None => {
                let all = Arc::new(self.listed(None).await?);
                known.insert((Instant::now(), all)).1.clone()
            }
        };
        drop(known);
        Ok(self.allowed(requester, all))
    }

    /// The first of them.
    pub(super) async fn first_of(&self, requester: &BareJid) -> Option<Series> {
        Box::pin(self.known(requester).await.ok()?).next().await
    }

    fn allowed(&self, requester: &BareJid, all: Arc<Vec<Series>>) -> impl Stream<Item = Series> {
        // One after the other, as they are asked for: often the first will do.
        let with_rights = (0..all.len()).map(move |at| {
            let mut series = all[at].clone();
            async move {
                series.rights = self.authorization.rights(requester, &series.identifier).await;
                series
            }
        });
        let known = stream::iter(with_rights).buffered(AT_ONCE);
        known.filter(|series| std::future::ready(series.rights != Rights::default()))
    }

    /// Commands for their node (XEP-0050 section 2.2), series for none.
    pub(super) async fn items(
        &self,
        requester: &Jid,
        query: Element,
        room: usize,
    ) -> Result<Element, Refusal> {
        let node = query.attr("node").map(str::to_owned);
        let item = |node: String, name| Item { jid: self.jid.clone(), node: Some(node), name: Some(name) };
        let (items, rsm) = match node.as_deref() {
            Some(NS_COMMANDS) => {
                (self.titles().into_iter().map(|(node, title)| item(node, title)).collect(), None)
            }
            Some(_) => (Vec::new(), None),
            None => {
                let set = query.get_child("set", ns::RSM);
                let known = self.known(&requester.to_bare()).await?.collect().await;
                let page = page(known, set, room)?;
                let cut = page.note().is_some();
                let items = page.series.iter().map(|series| {
                    let words = Some(series.description()).filter(|words| !words.is_empty());
                    let name = words.unwrap_or_else(|| series.identifier.to_string());
                    item(series.identifier.to_string(), name)
                });
                (items.collect(), (set.is_some() || cut).then_some(page.set))
            }
        };
        Ok(DiscoItemsResult { node, items, rsm }.into())
    }

    pub(super) async fn info(&self, requester: &Jid, node: Option<&str>) -> Result<Element, Refusal> {
        let unknown = || Error::answer(ErrorKind::NoSuchCommand, "there is no such node");
        let node = node.ok_or_else(unknown)?;
        let describe = |category: &str, kind: &str, name: &str, features: &[&str]| {
            let identities = vec![Identity::new(category, kind, "en", name)];
            let features = features.iter().map(|feature| (*feature).to_owned()).collect();
            let node = Some(node.to_owned());
            Element::from(DiscoInfoResult { node, identities, features, extensions: Vec::new() })
        };
        let titles = self.titles();
        if node == NS_COMMANDS {
            return Ok(describe("automation", "command-list", "Commands", &[NS_COMMANDS, NS_FORMS]));
        }
        if let Some((_, title)) = titles.iter().find(|(known, _)| known == node) {
            return Ok(describe("automation", "command-node", title, &[NS_COMMANDS, NS_FORMS]));
        }
        // A series that may not be read is none.
        let identifier = Identifier::new(node).map_err(|_| unknown())?;
        let known = self.visible(&requester.to_bare(), Some(&identifier)).await?;
        let series = known.iter().find(|series| series.identifier == identifier).ok_or_else(unknown)?;
        let mut info = describe("hierarchy", "leaf", &series.description(), &[data::NS]);
        info.append_child(series::extension(series).to_element());
        Ok(info)
    }
}

/// The page that was asked for, as far as an answer of `room` bytes holds it.
pub(super) fn page(mut all: Vec<Series>, set: Option<&Element>, room: usize) -> Result<Page> {
    let query = set.cloned().map(SetQuery::try_from).transpose();
    let query = query.map_err(|_| Error::answer(ErrorKind::BadRequest, "no such page can be"))?;
    let count = all.len();
    let mut range = range(&all, query.as_ref());
    // Backwards it is the end of the page that was asked for.
    let from_end = query.is_some_and(|query| query.before.is_some());
    let room = room.saturating_sub(2000);
    while size(&all[range.clone()]) > room && range.len() > 1 {
        let half = range.len() / 2;
        range = if from_end { range.end - half..range.end } else { range.start..range.start + half };
    }
    let mut series: Vec<Series> = all.drain(range.clone()).collect();
    if size(&series) > room {
        // Of a single one its name must do.
        for series in &mut series {
            let (identifier, rights) = (series.identifier.clone(), series.rights);
            *series = Series::new(identifier);
            series.rights = rights;
        }
    }
    let name = |series: Option<&Series>| series.map(|series| series.identifier.to_string());
    let first = name(series.first()).map(|item| First { index: Some(range.start), item });
    let set = SetResult { first, last: name(series.last()), count: Some(count) };
    Ok(Page { series, set })
}

/// How many bytes a table of them takes.
fn size(series: &[Series]) -> usize {
    String::from(&series::table(series).to_element()).len()
}

/// Which of them were asked for.
fn range(all: &[Series], query: Option<&SetQuery>) -> Range<usize> {
    let most = query.and_then(|query| query.max).unwrap_or(MOST).min(MOST);
    // By their order: whoever pages on is not led astray by one that has gone meanwhile.
    let place = |name: &str, or_equal: bool| {
        all.partition_point(|series| {
            let known = series.identifier.as_str();
            known < name || (or_equal && known == name)
        })
    };
    let index = query.and_then(|query| query.index).unwrap_or(0).min(all.len());
    let start = query.and_then(|query| query.after.as_deref()).map_or(index, |after| place(after, true));
    match query.and_then(|query| query.before.as_deref()) {
        Some(before) => {
            let end = if before.is_empty() { all.len() } else { place(before, false) };
            end.saturating_sub(most).max(start.min(end))..end
        }
        None => start..all.len().min(start.saturating_add(most)),
    }
}
