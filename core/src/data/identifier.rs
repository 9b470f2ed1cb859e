use std::fmt;
use std::str::FromStr;

use crate::senml::{Error, check_name};

/// What to read: the name of a device and of a series of it, such as
/// `urn:dev:prm:00000000000001_consumption/power/active/raw`.
///
/// Names are SenML names (RFC 8428 section 4.5.1), best device URNs (RFC 9039): `urn:dev:` with a type (`prm` for a
/// French delivery point, `mac`, `ow`, `org`, `os`, `ops`…), what the type calls the device by, and after `_` the
/// series. Other names are taken as they are.
///
/// ```
/// use quoalise::data::Identifier;
///
/// let id: Identifier = "urn:dev:prm:00000000000001_consumption/power/active/raw".parse()?;
/// assert_eq!(id.kind(), Some("prm"));
/// assert_eq!(id.device(), "urn:dev:prm:00000000000001");
/// assert_eq!(id.device_id(), Some("00000000000001"));
/// assert_eq!(id.series(), Some("consumption/power/active/raw"));
/// # Ok::<(), quoalise::senml::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identifier(String);

impl Identifier {
    /// Checks a name.
    ///
    /// # Errors
    /// [`BadName`](crate::senml::ErrorKind::BadName).
    pub fn new(name: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        check_name(&name)?;
        Ok(Self(name))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The type of a device URN: `prm`, `mac`, `ow`, `org`…; `None` for another name.
    pub fn kind(&self) -> Option<&str> {
        Some(self.urn()?.split_once(':')?.0)
    }

    /// What the type calls the device by, such as a meter's 14 digits; `None` for a name that is no device URN.
    pub fn device_id(&self) -> Option<&str> {
        let (_, rest) = self.urn()?.split_once(':')?;
        Some(rest.split_once('_').map_or(rest, |(id, _)| id))
    }

    /// The device: all before the series.
    pub fn device(&self) -> &str {
        match self.series() {
            Some(series) => &self.0[..self.0.len() - series.len() - 1],
            None => &self.0,
        }
    }

    /// The series of the device: what follows the first `_` of a device URN.
    pub fn series(&self) -> Option<&str> {
        Some(self.urn()?.split_once('_')?.1)
    }

    /// Whether a subscription to this identifier covers `other`: itself, or a series below it
    /// (`…/active/index` covers `…/active/index/distributor/hph`).
    pub fn covers(&self, other: &str) -> bool {
        other.strip_prefix(&self.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '_']))
    }

    /// The names that [cover](Self::covers) this one, the shortest first, itself included.
    #[cfg_attr(not(feature = "sqlite"), allow(dead_code, reason = "for stores that look names up"))]
    pub(crate) fn covering(name: &str) -> impl Iterator<Item = &str> {
        let steps = name.char_indices().filter(|(at, c)| *at > 0 && matches!(c, '/' | '_'));
        steps.map(|(at, _)| &name[..at]).chain(std::iter::once(name))
    }

    fn urn(&self) -> Option<&str> {
        self.0.strip_prefix("urn:dev:")
    }
}

impl FromStr for Identifier {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::new(name)
    }
}

impl AsRef<str> for Identifier {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Identifier {
    /// A meter's number is personal: only the kind and the series are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}:…", self.kind().unwrap_or("name"))?;
        if let Some(series) = self.series() {
            write!(f, "_{series}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_device_urns() {
        let id = |name: &str| name.parse::<Identifier>().unwrap();
        let org = id("urn:dev:org:60060-elfe:42878");
        assert_eq!(
            (org.kind(), org.device_id(), org.series()),
            (Some("org"), Some("60060-elfe:42878"), None)
        );
        let ow = id("urn:dev:ow:10e2073a01080063_voltage");
        assert_eq!((ow.device(), ow.series()), ("urn:dev:ow:10e2073a01080063", Some("voltage")));
        let plain = id("meter_1");
        assert_eq!((plain.kind(), plain.device(), plain.series()), (None, "meter_1", None));
        assert!("urn:dev:prm:1 2".parse::<Identifier>().is_err());
        assert!("".parse::<Identifier>().is_err());
    }

    #[test]
    fn a_prefix_covers_whole_steps_only() {
        let index: Identifier = "urn:dev:prm:1_consumption/energy/active/index".parse().unwrap();
        assert!(index.covers("urn:dev:prm:1_consumption/energy/active/index"));
        assert!(index.covers("urn:dev:prm:1_consumption/energy/active/index/distributor/hph"));
        assert!(!index.covers("urn:dev:prm:1_consumption/energy/active/index2"));
        let covering: Vec<&str> = Identifier::covering("urn:dev:prm:1_a/b").collect();
        assert_eq!(covering, ["urn:dev:prm:1", "urn:dev:prm:1_a", "urn:dev:prm:1_a/b"]);
        let meter: Identifier = "urn:dev:prm:1".parse().unwrap();
        assert!(meter.covers("urn:dev:prm:1_a") && !meter.covers("urn:dev:prm:11_a"));
    }
}
