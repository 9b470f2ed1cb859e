//! Times as they stand in forms: ISO 8601 with an offset.

use jiff::fmt::temporal::DateTimeParser;
use jiff::{Timestamp, Zoned};

use crate::error::{Error, ErrorKind, Result};

/// As peers read it: always with a numeric offset, never `Z`, which older Python refuses.
pub(crate) fn iso_time(time: &Zoned) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

/// Reads a time that says its zone.
pub(crate) fn parse_time(text: &str) -> Result<Zoned> {
    let text = text.trim();
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned);
    }
    let wrong = || {
        Error::new(ErrorKind::InvalidArgument, format!("`{text}` is not a time with its offset"))
            .remedy("Write it as 2022-01-10T00:00:00+01:00, or with Z for UTC")
    };
    let timestamp: Timestamp = text.parse().map_err(|_| wrong())?;
    let pieces = DateTimeParser::new().parse_pieces(text).map_err(|_| wrong())?;
    let offset = pieces.to_numeric_offset().unwrap_or(jiff::tz::Offset::UTC);
    Ok(timestamp.to_zoned(jiff::tz::TimeZone::fixed(offset)))
}
