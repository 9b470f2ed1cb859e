use jiff::{Timestamp, Zoned};

use crate::error::{Error, ErrorKind, Result};
use crate::stanza::time::{iso_time, parse_time};

/// What stretch of time to ask for: from a start (included) to an end (excluded), either of which may be left to the
/// provider.
///
/// Times are asked for with the offset of their zone, because some providers go by local days.
///
/// ```
/// use quoalise::Period;
///
/// let week = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-17T00:00:00+01:00")?;
/// let open = Period::since("2022-01-10T00:00[Europe/Paris]".parse().unwrap());
/// # Ok::<(), quoalise::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Period {
    start: Option<Zoned>,
    end: Option<Zoned>,
}

impl Period {
    /// Whatever the provider gives when it is not told.
    pub fn all() -> Self {
        Self::default()
    }

    /// From `start` to `end`.
    ///
    /// # Errors
    /// `InvalidArgument` where the end is not after the start.
    pub fn new(start: Option<Zoned>, end: Option<Zoned>) -> Result<Self> {
        if let (Some(start), Some(end)) = (&start, &end)
            && end <= start
        {
            return Err(Error::new(ErrorKind::InvalidArgument, "the period does not end after it starts")
                .remedy("Give an end later than the start; the end is not included"));
        }
        Ok(Self { start, end })
    }

    /// From `start` on.
    pub fn since(start: Zoned) -> Self {
        Self { start: Some(start), end: None }
    }

    /// From `start` to `end`, both ISO 8601 with an offset (`2022-01-10T00:00:00+01:00`, or `…Z`), or empty.
    ///
    /// # Errors
    /// `InvalidArgument` for a time without offset, or an end that is not after the start.
    pub fn parse(start: &str, end: &str) -> Result<Self> {
        let time = |text: &str| if text.is_empty() { Ok(None) } else { parse_time(text).map(Some) };
        Self::new(time(start)?, time(end)?)
    }

    /// The start, included.
    pub fn start(&self) -> Option<&Zoned> {
        self.start.as_ref()
    }

    /// The end, excluded.
    pub fn end(&self) -> Option<&Zoned> {
        self.end.as_ref()
    }

    /// The form fields of the protocol.
    pub(crate) fn fields(&self) -> Vec<(&'static str, String)> {
        let times = [("start_time", &self.start), ("end_time", &self.end)];
        times.into_iter().filter_map(|(field, time)| Some((field, iso_time(time.as_ref()?)))).collect()
    }
}

impl TryFrom<(Timestamp, Timestamp)> for Period {
    type Error = Error;

    /// Start and end, asked for in UTC.
    fn try_from((start, end): (Timestamp, Timestamp)) -> Result<Self> {
        let utc = |time: Timestamp| Some(time.to_zoned(jiff::tz::TimeZone::UTC));
        Self::new(utc(start), utc(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_keep_their_offset() {
        let period = Period::parse("2022-01-10T00:00:00+01:00", "2022-01-11T00:00:00Z").unwrap();
        let fields = period.fields();
        assert_eq!(fields[0], ("start_time", "2022-01-10T00:00:00+01:00".to_owned()));
        assert_eq!(fields[1], ("end_time", "2022-01-11T00:00:00+00:00".to_owned()));
        assert!(Period::parse("", "").unwrap().fields().is_empty());
    }

    #[test]
    fn what_has_no_offset_is_refused_with_the_cure() {
        for text in ["2022-01-10", "2022-01-10T00:00:00", "yesterday"] {
            let error = Period::parse(text, "").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidArgument);
            assert!(error.to_string().contains("+01:00"), "{error}");
        }
        assert!(Period::parse("2022-01-10T00:00:00Z", "2022-01-10T00:00:00Z").is_err());
    }
}
