use std::fmt;

use jiff::Timestamp;

use super::{Identifier, Measurement};

/// A series a provider has: what can be read there, and by what name.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
#[non_exhaustive]
pub struct Series {
    /// The name to ask for.
    pub identifier: Identifier,
    /// What it is, in words.
    pub title: Option<String>,
    /// What is measured, in which unit, at which step.
    pub measurement: Measurement,
    /// The time of its first record.
    pub first: Option<Timestamp>,
    /// The time of its last record: the start of the last interval that has a value.
    pub last: Option<Timestamp>,
    /// What whoever asks may do with it.
    pub rights: Rights,
}

/// What an account may do with a [`Series`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
#[non_exhaustive]
pub struct Rights {
    /// It may ask for the history, or a part of it.
    pub get_history: bool,
    /// It may subscribe.
    pub subscribe: bool,
}

impl Rights {
    /// The protocol's names of those that are granted.
    #[cfg(feature = "xmpp")]
    pub(crate) fn names(self) -> Vec<&'static str> {
        let rights = [("get_history", self.get_history), ("subscribe", self.subscribe)];
        rights.into_iter().filter(|(_, granted)| *granted).map(|(name, _)| name).collect()
    }
}

impl fmt::Debug for Series {
    /// The title may name a person or a place, and is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { identifier, title: _, measurement, first, last, rights } = self;
        f.debug_struct("Series")
            .field("identifier", identifier)
            .field("measurement", measurement)
            .field("first", first)
            .field("last", last)
            .field("rights", rights)
            .finish_non_exhaustive()
    }
}

impl Series {
    /// A series of which nothing but the name is known.
    pub fn new(identifier: Identifier) -> Self {
        Self {
            identifier,
            title: None,
            measurement: Measurement::default(),
            first: None,
            last: None,
            rights: Rights::default(),
        }
    }

    /// What it is, in a few words: its title, or what the measurement says.
    pub fn description(&self) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
        let Measurement { name, quantity, direction, unit, sampling_interval, .. } = &self.measurement;
        let interval = sampling_interval.map(|interval| interval.to_string());
        let words =
            [name.as_ref().or(quantity.as_ref()), direction.as_ref(), unit.as_ref(), interval.as_ref()];
        let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_neither_title_nor_meter() {
        let mut series = Series::new("urn:dev:prm:00000000000001_consumption".parse().unwrap());
        series.title = Some("Ada's kitchen".to_owned());
        let shown = format!("{series:?}");
        assert!(
            shown.contains("_consumption") && !shown.contains("kitchen") && !shown.contains("0001"),
            "{shown}"
        );
    }
}
