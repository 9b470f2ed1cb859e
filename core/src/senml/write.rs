//! How records are laid out as a pack, whatever the representation.

use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value as Json;

use super::{ABSOLUTE, DEFAULT_VERSION, Error, ErrorKind, Pack, Record, Records, Value, WriteOptions};

/// Where the fields of records go: attributes of XML elements, or members of JSON objects.
pub(super) trait Fields {
    fn begin(&mut self);
    fn text(&mut self, label: &str, text: &str) -> Result<(), Error>;
    fn number(&mut self, label: &str, number: f64);
    fn integer(&mut self, label: &str, integer: i128);
    fn seconds(&mut self, label: &str, micros: i64);
    fn boolean(&mut self, label: &str, boolean: bool);
    fn other(&mut self, label: &str, value: &Json) -> Result<(), Error>;
    fn end(&mut self);
}

/// Writes rows tersely: base name, time and unit once, then what differs.
pub(super) fn pack(
    to: &mut impl Fields,
    version: u32,
    records: &Records,
    rows: Range<usize>,
    options: &WriteOptions,
) -> Result<(), Error> {
    let base_name = common_prefix(&records.names_in(rows.clone()));
    // Without a `bu` for all there is none: nothing could take it back for a record that has no unit. And no `u`
    // stands under a `bu`, as old Quoalise consumers append the one to the other.
    let base_units = rows.clone().all(|row| records.unit(row).is_some());
    // The base time and the unit that the reader has from the record before.
    let mut in_force: Option<(i64, Option<&str>)> = None;
    for record in records.rows(rows) {
        if record.is_gap() && !options.keep_gaps {
            continue;
        }
        let time = absolute(record.time)?;
        to.begin();
        if in_force.is_none() && !base_name.is_empty() {
            to.text("bn", base_name)?;
        }
        let (base_time, unit_before) = match in_force {
            Some((base_time, unit)) if is_exact(time - base_time) => (base_time, unit),
            _ => {
                let base_time = if is_exact(time) { time } else { time - time.rem_euclid(1_000_000) };
                to.seconds("bt", base_time);
                (base_time, in_force.and_then(|(_, unit)| unit))
            }
        };
        if in_force.is_none() && version != DEFAULT_VERSION {
            to.integer("bver", version.into());
        }
        in_force = Some((base_time, record.unit));
        let mut own_fields = false;
        match record.unit {
            Some(unit) if base_units && Some(unit) != unit_before => to.text("bu", unit)?,
            Some(unit) if !base_units => {
                to.text("u", unit)?;
                own_fields = true;
            }
            _ => {}
        }
        let own_name = &record.name[base_name.len()..];
        if !own_name.is_empty() {
            to.text("n", own_name)?;
            own_fields = true;
        }
        // A gap that says nothing of its own would be taken for a record that only sets base fields.
        if time != base_time || (record.is_gap() && !own_fields) {
            to.seconds("t", time - base_time);
        }
        value(to, &record)?;
        to.end();
    }
    Ok(())
}

/// Writes all records resolved (RFC 8428 section 4.6).
pub(super) fn resolved(to: &mut impl Fields, pack: &Pack) -> Result<(), Error> {
    let mut rows: Vec<usize> = pack.records.all().collect();
    rows.sort_by_key(|row| pack.records.times()[*row]); // stable: records of one time keep their order
    for record in rows.into_iter().filter_map(|row| pack.records.get(row)) {
        to.begin();
        if pack.version != DEFAULT_VERSION {
            to.integer("bver", pack.version.into());
        }
        to.text("n", record.name)?;
        if let Some(unit) = record.unit {
            to.text("u", unit)?;
        }
        to.seconds("t", absolute(record.time)?);
        value(to, &record)?;
        to.end();
    }
    Ok(())
}

/// The labels that SenML gives a meaning here.
const KNOWN: [&str; 15] =
    ["bver", "bn", "bt", "bu", "bv", "bs", "n", "u", "v", "vs", "vb", "vd", "s", "t", "ut"];

/// Whether a label can mean something SenML's registry may have and this library does not know.
pub(crate) fn is_free_label(label: &str) -> bool {
    !KNOWN.contains(&label) && !label.ends_with('_')
}

fn value(to: &mut impl Fields, record: &Record<'_>) -> Result<(), Error> {
    match (record.value, record.integer) {
        (_, Some(integer)) => to.integer("v", integer),
        (Some(Value::Number(number)), None) => to.number("v", number),
        (Some(Value::Text(text)), None) => to.text("vs", text)?,
        (Some(Value::Boolean(boolean)), None) => to.boolean("vb", boolean),
        (Some(Value::Data(data)), None) => to.text("vd", &URL_SAFE_NO_PAD.encode(data))?,
        (None, None) => {}
    }
    if let Some(sum) = record.sum {
        to.number("s", sum);
    }
    if let Some(update_time) = record.update_time {
        to.number("ut", update_time);
    }
    for (label, value) in record.other {
        if !is_free_label(label) {
            return Err(Error::new(ErrorKind::NotWritable, "a label that would be read as another"));
        }
        to.other(label, value)?;
    }
    Ok(())
}

/// Whether a time or offset in microseconds reads back the same: as a double, seconds have that many digits until the
/// year 2242. Whole seconds always do.
fn is_exact(micros: i64) -> bool {
    micros % 1_000_000 == 0 || micros.unsigned_abs() < (1 << 33) * 1_000_000
}

fn common_prefix<'a>(names: &[&'a str]) -> &'a str {
    let Some((first, others)) = names.split_first() else { return "" };
    others.iter().fold(*first, |prefix, other| {
        let common = prefix.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        &prefix[..common] // names are ASCII
    })
}

/// Refuses a time that SenML would read back as relative to now.
fn absolute(time: i64) -> Result<i64, Error> {
    if time >= ABSOLUTE {
        return Ok(time);
    }
    Err(Error::new(
        ErrorKind::NotWritable,
        "a time before 1978-07-04T21:24:16Z: SenML would read it as relative to now",
    ))
}
