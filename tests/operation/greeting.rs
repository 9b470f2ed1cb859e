use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::Result;
use crate::error::{Error as CoreError, ErrorKind};

/// How somebody is greeted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Tone {
    /// As among friends.
    Friendly,
    /// As in a letter.
    Formal,
}

/// What is said to somebody.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Greeting {
    /// The words.
    pub text: String,
    /// When they were said.
    pub at: Timestamp,
}

/// Greets somebody.
///
/// # Arguments
/// - `whom`: the name of whoever is greeted
/// - `tone`: how well they know each other
/// - `at`: when; now for `None`
///
/// # Returns
/// The greeting.
///
/// # Errors
/// `InvalidArgument` for nobody.
#[uniffi::export(default(at = None))]
pub fn greet(whom: String, tone: Tone, at: Option<Timestamp>) -> Result<Greeting> {
    if whom.is_empty() {
        let error = CoreError::new(ErrorKind::InvalidArgument, "nobody is greeted");
        return Err(error.remedy("Say whom").into());
    }
    let at = at.map_or_else(Zoned::now, |at| at.to_zoned(TimeZone::UTC));
    let time_of_day = if at.hour() < 18 { "day" } else { "evening" };
    let text = match tone {
        Tone::Friendly => format!("Hi {whom}"),
        Tone::Formal => format!("Good {time_of_day}, {whom}"),
    };
    Ok(Greeting { text, at: at.timestamp() })
}
