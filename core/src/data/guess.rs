use crate::senml::Limits;
use crate::senml::xml::{Event, Reader};

/// What readings may be written in, as far as the beginning of a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guess {
    /// The Quoalise payload, by itself or in a stanza.
    Quoalise,
    /// SenML in XML.
    SenmlXml,
    /// SenML in JSON.
    SenmlJson,
}

impl Guess {
    /// `None` for what may be a table, or nothing at all.
    pub(crate) fn of(input: &[u8], limits: Limits) -> Option<Self> {
        let content = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input).trim_ascii_start();
        match content.first()? {
            b'<' if root_is_senml(input, limits) => Some(Self::SenmlXml),
            b'<' => Some(Self::Quoalise),
            b'[' | b'{' => Some(Self::SenmlJson),
            _ => None,
        }
    }
}

/// Where the root element mostly is; to look no further saves a check of the whole text.
const BEGINNING: usize = 4096;

/// Whether the root element is SenML's. In doubt it is Quoalise, whose errors say more.
fn root_is_senml(xml: &[u8], limits: Limits) -> bool {
    let known = |part| is_senml(part, limits);
    xml.get(..BEGINNING).and_then(known).or_else(|| known(xml)).unwrap_or(false)
}

/// None where no element begins in it.
fn is_senml(xml: &[u8], limits: Limits) -> Option<bool> {
    let mut reader = Reader::new(xml, limits).ok()?;
    loop {
        match reader.next().ok()? {
            Event::Start(root) => return Some(root.local_name() == "sensml"),
            Event::Text(_) => {}
            _ => return None,
        }
    }
}
