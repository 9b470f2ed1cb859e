//! SenML in JSON (RFC 8428 section 5): an array of objects.

use std::borrow::Cow;
use std::fmt;

use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::number::{Number, micros, write as write_number, write_seconds};
use super::resolve::{Raw, Resolver, limit};
use super::xml::{check_text, data, is_gap};
use super::{Error, ErrorKind, Limits, Pack, WriteOptions, write};

/// base64url as peers write it: padded or not, stray last bits forgiven.
pub(crate) const URL_SAFE_LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn read(json: &[u8], resolver: &mut Resolver<'_>) -> Result<(), Error> {
    let limits = resolver.options.limits;
    if json.len() > limits.bytes {
        return Err(limit("bytes", limits.bytes));
    }
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    if json.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| *byte != b'[') {
        serde_json::from_slice::<serde::de::IgnoredAny>(json).map_err(|error| not_json(&error, &limits))?;
        return Err(not_a_pack());
    }
    let mut failed = None;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = deserializer
        .deserialize_seq(PackVisitor { resolver: &mut *resolver, failed: &mut failed })
        .and_then(|()| deserializer.end());
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => match not_json(&error, &limits) {
            error if matches!(error.kind(), ErrorKind::BadNumber | ErrorKind::Limit) => {
                Err(error.at_record(resolver.position()))
            }
            error => Err(error),
        },
        (None, Ok(())) => Ok(()),
    }
}

fn not_json(error: &serde_json::Error, limits: &Limits) -> Error {
    if error.is_data() {
        return not_a_pack();
    }
    let words = error.to_string();
    if words.starts_with("recursion limit exceeded") {
        return too_deep(limits);
    }
    if words.starts_with("number out of range") {
        return Error::new(ErrorKind::BadNumber, "a number that is larger than any double");
    }
    // The words may quote the text, so only the place is told.
    let place = format!("not JSON at line {}, column {}", error.line(), error.column());
    Error::new(ErrorKind::Syntax, place)
}

fn not_a_pack() -> Error {
    Error::new(ErrorKind::NotSenml, "a SenML pack in JSON is an array of records, which are objects")
}

fn too_deep(limits: &Limits) -> Error {
    limit("nested JSON values", limits.depth)
}

struct PackVisitor<'r, 'o> {
    resolver: &'r mut Resolver<'o>,
    failed: &'r mut Option<Error>,
}

impl<'de> Visitor<'de> for PackVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut records: A) -> Result<(), A::Error> {
        let Self { resolver, failed } = self;
        while records
            .next_element_seed(RecordSeed { resolver: &mut *resolver, failed: &mut *failed })?
            .is_some()
        {}
        Ok(())
    }
}

struct RecordSeed<'r, 'o> {
    resolver: &'r mut Resolver<'o>,
    failed: &'r mut Option<Error>,
}

impl RecordSeed<'_, '_> {
    /// Keeps our error beside serde's, which has no room for it.
    fn fail<E: serde::de::Error>(&mut self, error: Error) -> E {
        *self.failed = Some(error.at_record(self.resolver.position()));
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for RecordSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        let position = self.resolver.position();
        let failed = &mut *self.failed;
        let read = deserializer
            .deserialize_any(RecordVisitor { resolver: &mut *self.resolver, failed: &mut *failed });
        let raw = match read {
            Ok(raw) => raw,
            Err(error) => {
                if let Some(failed) = failed.take() {
                    *self.failed = Some(failed.at_record(position));
                }
                return Err(error);
            }
        };
        self.resolver.push(raw).map_err(|error| self.fail(error))
    }
}

struct RecordVisitor<'r, 'o> {
    resolver: &'r mut Resolver<'o>,
    failed: &'r mut Option<Error>,
}

impl<'de> Visitor<'de> for RecordVisitor<'_, '_> {
    type Value = Raw<'static>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let options = self.resolver.options;
        let mut raw = Raw::default();
        let mut count = 0;
        while let Some(label) = fields.next_key::<Cow<'de, str>>()? {
            count += 1;
            let value: Json = fields.next_value()?;
            let set = if count > options.limits.attributes {
                Err(limit("labels of a record", options.limits.attributes))
            } else {
                set_label(&mut raw, &label, value, options.strict, &options.limits)
            };
            if let Err(error) = set {
                *self.failed = Some(error);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(raw)
    }
}

fn set_label(
    raw: &mut Raw<'_>,
    label: &str,
    value: Json,
    strict: bool,
    limits: &Limits,
) -> Result<(), Error> {
    check_label(label, &value, limits)?;
    let doubled = match label {
        "bver" => raw.bver.replace(number(label, &value)?).is_some(),
        "bn" => raw.bn.replace(text(label, value)?).is_some(),
        "bt" => raw.bt.replace(time(label, &value)?).is_some(),
        "bu" => raw.bu.replace(text(label, value)?).is_some(),
        "bv" => raw.bv.replace(number(label, &value)?).is_some(),
        "bs" => raw.bs.replace(number(label, &value)?.value).is_some(),
        "n" => raw.n.replace(text(label, value)?).is_some(),
        "u" => raw.u.replace(text(label, value)?).is_some(),
        "v" if !strict && (value.is_null() || value.as_str().is_some_and(is_gap)) => {
            std::mem::replace(&mut raw.gap, true) || raw.v.is_some()
        }
        "v" => raw.v.replace(number(label, &value)?).is_some() || raw.gap,
        "vs" => raw.vs.replace(text(label, value)?).is_some(),
        "vb" => raw.vb.replace(value.as_bool().ok_or_else(|| bad_type(label, "a boolean"))?).is_some(),
        "vd" => raw.vd.replace(data(&text(label, value)?, strict)?).is_some(),
        "s" => raw.s.replace(number(label, &value)?.value).is_some(),
        "t" => raw.t.replace(time(label, &value)?).is_some(),
        "ut" => raw.ut.replace(number(label, &value)?.value).is_some(),
        other => {
            let doubled = raw.other.iter().any(|(known, _)| known == other);
            raw.other.push((other.to_owned(), value));
            doubled
        }
    };
    if doubled {
        return Err(Error::new(ErrorKind::Syntax, "a label is there twice"));
    }
    Ok(())
}

/// Keeps what a label holds within the limits.
pub(crate) fn check_label(label: &str, value: &Json, limits: &Limits) -> Result<(), Error> {
    check_text(label, limits.text)?;
    check_value(value, limits.depth.saturating_sub(2), limits) // the array and the record are around it
}

fn check_value(value: &Json, depth: usize, limits: &Limits) -> Result<(), Error> {
    match value {
        Json::String(text) => check_text(text, limits.text),
        Json::Array(_) | Json::Object(_) if depth == 0 => Err(too_deep(limits)),
        Json::Array(list) => list.iter().try_for_each(|value| check_value(value, depth - 1, limits)),
        Json::Object(object) => object.iter().try_for_each(|(key, value)| {
            check_text(key, limits.text)?;
            check_value(value, depth - 1, limits)
        }),
        _ => Ok(()),
    }
}

fn text(label: &str, value: Json) -> Result<Cow<'static, str>, Error> {
    match value {
        Json::String(text) => Ok(Cow::Owned(text)),
        _ => Err(bad_type(label, "text")),
    }
}

fn number(label: &str, value: &Json) -> Result<Number, Error> {
    let Json::Number(number) = value else {
        return Err(bad_type(label, "a number"));
    };
    if let Some(integer) = number.as_i128() {
        return Ok(Number::integer(integer));
    }
    number.as_f64().map(Number::float).ok_or_else(|| bad_type(label, "a number"))
}

fn time(label: &str, value: &Json) -> Result<i64, Error> {
    micros(number(label, value)?.value)
        .ok_or_else(|| Error::new(ErrorKind::BadTime, format!("`{label}` is out of range")))
}

fn bad_type(label: &str, what: &str) -> Error {
    Error::new(ErrorKind::BadType, format!("`{label}` is not {what}"))
}

/// Writes the pack as an array of objects.
pub(super) fn write(pack: &Pack, options: &WriteOptions) -> Result<String, Error> {
    let mut out = Objects::new();
    write::pack(&mut out, pack.version, &pack.records, pack.records.all(), options)?;
    Ok(out.finish())
}

/// Writes the resolved form.
pub(super) fn write_resolved(pack: &Pack) -> Result<String, Error> {
    let mut out = Objects::new();
    write::resolved(&mut out, pack)?;
    Ok(out.finish())
}

/// Records as JSON objects.
struct Objects {
    out: String,
    first: bool,
}

impl Objects {
    fn new() -> Self {
        Self { out: "[".to_owned(), first: true }
    }

    fn finish(mut self) -> String {
        self.out.push(']');
        self.out
    }

    fn label(&mut self, label: &str) -> &mut String {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        string(&mut self.out, label);
        self.out.push(':');
        &mut self.out
    }
}

impl write::Fields for Objects {
    fn begin(&mut self) {
        self.out.push_str(if self.out.len() > 1 { ",{" } else { "{" });
        self.first = true;
    }

    fn text(&mut self, label: &str, text: &str) -> Result<(), Error> {
        string(self.label(label), text);
        Ok(())
    }

    fn number(&mut self, label: &str, number: f64) {
        write_number(self.label(label), number);
    }

    fn integer(&mut self, label: &str, integer: i128) {
        self.label(label).push_str(itoa::Buffer::new().format(integer));
    }

    fn seconds(&mut self, label: &str, micros: i64) {
        write_seconds(self.label(label), micros);
    }

    fn boolean(&mut self, label: &str, boolean: bool) {
        self.label(label).push_str(if boolean { "true" } else { "false" });
    }

    fn other(&mut self, label: &str, value: &Json) -> Result<(), Error> {
        self.label(label).push_str(&value.to_string());
        Ok(())
    }

    fn end(&mut self) {
        self.out.push('}');
    }
}

fn string(out: &mut String, text: &str) {
    // The plain case needs no escaping at all; the rest is serde_json's to know.
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Json::from(text).to_string());
    }
}
