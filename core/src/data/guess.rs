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

/// Whether the root element is SenML's. In doubt it is Quoalise, whose errors say more.
fn root_is_senml(xml: &[u8], limits: Limits) -> bool {
    let Ok(mut reader) = Reader::new(xml, limits) else { return false };
    loop {
        match reader.next() {
            Ok(Event::Start(root)) => return root.local_name() == "sensml",
            Ok(Event::Text(_)) => {}
            _ => return false,
        }
    }
}
