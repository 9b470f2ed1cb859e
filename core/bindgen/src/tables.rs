//! What all back ends are told beside the interface: `tests/errors.json`, and what `uniffi.toml` says in common.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::doc::{Doc, Manners};
use crate::model::{Callable, Model, Type};
use crate::names::kebab;

/// The classes of errors in all languages.
pub const ERRORS: &str = "tests/errors.json";

/// What holds for all languages in `uniffi.toml`.
#[derive(Deserialize)]
pub struct Common {
    /// Fields that are left out where a record is shown.
    pub hidden: BTreeSet<String>,
    /// What a loop over an object calls.
    pub iterators: BTreeMap<String, String>,
    /// What the end of a scope calls.
    pub contexts: BTreeMap<String, String>,
    /// What waits for what is taken in a second step.
    pub taken: BTreeMap<String, String>,
    /// What arguments are that say nothing themselves, by their names.
    pub arguments: BTreeMap<String, String>,
}

/// What is said of an operation, beside what it does.
pub struct Said {
    /// Of its arguments, in order.
    pub arguments: Vec<String>,
    /// Of its result, where it has one.
    pub returns: Option<String>,
}

impl Common {
    /// What is said of an operation's arguments and result: by its own doc comment, or of arguments by the table for all of
    /// that name. What only gives something need not say that again.
    pub fn said(&self, of: &str, callable: &Callable, model: &Model, manners: &dyn Manners) -> Result<Said> {
        let doc = Doc::of(&callable.doc, model, manners);
        if let Some((name, _)) = doc
            .arguments
            .iter()
            .find(|(name, _)| callable.arguments.iter().all(|argument| argument.name != *name))
        {
            bail!("core/src/ffi: {of} has no argument {name}");
        }
        let argument = |name: &str| {
            let own = doc.arguments.iter().find(|(own, _)| own == name).map(|(_, said)| said.clone());
            let said =
                own.or_else(|| Some(Doc::of(self.arguments.get(name)?, model, manners).body.join(" ")));
            said.with_context(|| {
                format!("core/src/ffi: {of} does not say what `{name}` is: list it under `# Arguments`")
            })
        };
        let is_plain = !callable.is_async && callable.arguments.is_empty();
        let optional =
            if matches!(callable.returns, Some(Type::Optional(_))) { ", if there is one" } else { "" };
        let own = doc.returns.as_ref().map(|said| format!("{said}{optional}"));
        let returns = own.or_else(|| doc.gist().filter(|_| is_plain));
        if callable.returns.is_some() && returns.is_none() {
            bail!("core/src/ffi: {of} does not say what it gives: write it under `# Returns`");
        }
        Ok(Said {
            arguments: callable.arguments.iter().map(|it| argument(&it.name)).collect::<Result<_>>()?,
            returns: returns.filter(|_| callable.returns.is_some()),
        })
    }
}

/// The classes of errors of one language.
pub struct Errors {
    /// The class of all.
    pub base: String,
    /// Classes that are no kind.
    pub groups: Vec<ErrorClass>,
    /// A class for each kind, in the order of the kinds.
    pub kinds: Vec<ErrorClass>,
}

/// One of them.
pub struct ErrorClass {
    /// What it is called.
    pub name: String,
    /// The class it extends.
    pub parent: String,
    /// A class of the language's own that it is too.
    pub also: Option<String>,
    /// What Rust calls the kind.
    pub kind: Option<String>,
    /// Whether to try again can help.
    pub temporary: bool,
    /// What it says.
    pub doc: String,
}

#[derive(Deserialize)]
struct Table {
    base: BTreeMap<String, String>,
    groups: Vec<Entry>,
    kinds: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    group: Option<String>,
    kind: Option<String>,
    about: Option<String>,
    under: Option<String>,
    temporary: Option<bool>,
    /// Names by language, and what else there is.
    #[serde(flatten)]
    names: BTreeMap<String, serde_json::Value>,
}

impl Entry {
    fn text(&self, name: &str) -> Option<&str> {
        self.names.get(name).and_then(serde_json::Value::as_str)
    }
}

impl Errors {
    /// Those of a language.
    pub fn read(root: &Path, model: &Model, language: &str) -> Result<Self> {
        let table = std::fs::read_to_string(root.join(ERRORS)).context(ERRORS)?;
        let table: Table = serde_json::from_str(&table).context(ERRORS)?;
        let base =
            table.base.get(language).with_context(|| format!("{ERRORS}: no {language} for the base"))?;
        let class_of = |name: &str| {
            let mut entries = table.groups.iter().chain(&table.kinds);
            let entry = entries
                .find(|entry| entry.group.as_deref() == Some(name) || entry.kind.as_deref() == Some(name));
            let entry = entry.with_context(|| format!("{ERRORS} lacks {name}"))?;
            let class =
                entry.text(language).with_context(|| format!("{ERRORS}: no {language} for {name}"))?;
            Ok::<_, anyhow::Error>((entry, class.to_owned()))
        };
        let class = |name: &str, kind: Option<String>, doc: &str| {
            let (entry, class) = class_of(name)?;
            let parent = match &entry.under {
                None => base.clone(),
                Some(under) => class_of(under)?.1,
            };
            let also = entry.text(&format!("{language}_also")).map(str::to_owned);
            let temporary = entry.temporary.unwrap_or_default();
            let doc = doc.to_owned();
            Ok::<_, anyhow::Error>(ErrorClass { name: class, parent, also, kind, temporary, doc })
        };
        let groups = table.groups.iter().map(|entry| {
            let name = entry.group.as_deref().with_context(|| format!("{ERRORS}: a group without a name"))?;
            class(name, None, entry.about.as_deref().unwrap_or_default())
        });
        let kinds = &model.enums.get("ErrorKind").context("there is no ErrorKind")?.variants;
        let kinds = kinds.iter().map(|kind| class(&kebab(&kind.name), Some(kind.name.clone()), &kind.doc));
        Ok(Self {
            base: base.clone(),
            groups: groups.collect::<Result<_>>()?,
            kinds: kinds.collect::<Result<_>>()?,
        })
    }
}
