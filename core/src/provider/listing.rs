//! What there is: commands and series, by XEP-0030 and by `list_series`, for each requester what it may read
//! (`docs/protocol/discovery.md`).

use std::ops::Range;

use futures::{StreamExt, stream};
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

/// Some of the series, and where among them they stand (XEP-0059).
pub(super) struct Page {
    series: Vec<Series>,
    pub set: SetResult,
}

impl Page {
    pub fn table(&self) -> Form {
        series::table(&self.series)
    }

    /// For a human's client, which does not ask for the next page by itself.
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
        let mut all = self.service.series(prefix.cloned()).await?;
        all.retain(|series| prefix.is_none_or(|prefix| prefix.covers(series.identifier.as_str())));
        all.sort_by(|a, b| a.identifier.cmp(&b.identifier));
        all.dedup_by(|a, b| a.identifier == b.identifier);
        let with_rights = all.into_iter().map(async |mut series| {
            series.rights = self.authorization.rights(requester, &series.identifier).await;
            series
        });
        let known = stream::iter(with_rights).buffered(AT_ONCE);
        Ok(known.filter(|series| std::future::ready(series.rights != Rights::default())).collect().await)
    }

    /// The page that was asked for, as far as an answer holds it.
    pub(super) async fn page(
        &self,
        requester: &BareJid,
        prefix: Option<Identifier>,
        set: Option<&Element>,
    ) -> Result<Page> {
        let query = set.cloned().map(SetQuery::try_from).transpose();
        let query = query.map_err(|_| Error::answer(ErrorKind::BadRequest, "no such page can be"))?;
        let mut all = self.visible(requester, prefix.as_ref()).await?;
        let count = all.len();
        let mut range = range(&all, query.as_ref());
        // Backwards it is the end of the page that was asked for.
        let from_end = query.is_some_and(|query| query.before.is_some());
        let room = self.limits.answer.saturating_sub(2000);
        while size(&all[range.clone()]) > room && !range.is_empty() {
            let half = range.len() / 2;
            range = if from_end { range.end - half..range.end } else { range.start..range.start + half };
        }
        if range.is_empty() {
            return Ok(Page {
                series: Vec::new(),
                set: SetResult { first: None, last: None, count: Some(count) },
            });
        }
        let series: Vec<Series> = all.drain(range.clone()).collect();
        let name = |series: Option<&Series>| series.map(|series| series.identifier.to_string());
        let first = name(series.first()).map(|item| First { index: Some(range.start), item });
        let set = SetResult { first, last: name(series.last()), count: Some(count) };
        Ok(Page { series, set })
    }

    /// Commands for their node (XEP-0050 section 2.2), series for none.
    pub(super) async fn items(&self, requester: &Jid, query: Element) -> Result<Element, Refusal> {
        let node = query.attr("node").map(str::to_owned);
        let item = |node: String, name| Item { jid: self.jid.clone(), node: Some(node), name: Some(name) };
        let (items, rsm) = match node.as_deref() {
            Some(NS_COMMANDS) => {
                (self.titles().into_iter().map(|(node, title)| item(node, title)).collect(), None)
            }
            Some(_) => (Vec::new(), None),
            None => {
                let set = query.get_child("set", ns::RSM);
                let page = self.page(&requester.to_bare(), None, set).await?;
                let cut = page.note().is_some();
                let items = page.series.iter();
                let items = items.map(|series| item(series.identifier.to_string(), series.description()));
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

/// About how many bytes a table of them takes: as many as it has, and something for the escaping of `&` and the like.
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
    let start = query.and_then(|query| query.after.as_deref()).map_or(0, |after| place(after, true));
    match query.and_then(|query| query.before.as_deref()) {
        Some(before) => {
            let end = if before.is_empty() { all.len() } else { place(before, false) };
            end.saturating_sub(most).max(start.min(end))..end
        }
        None => start..all.len().min(start.saturating_add(most)),
    }
}
