use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::number::{Number, is_exact};
use super::resolve::limit;
use super::{Error, ErrorKind};

/// Records of one or several series, resolved, kept in columns.
///
/// A year at ten minutes is 52,560 records and weighs about a megabyte. `Debug` shows sizes only: readings are
/// personal.
#[derive(Clone, Default)]
pub struct Records {
    names: Dictionary,
    units: Dictionary,
    name: Index,
    unit: Index,
    time: Vec<i64>,
    value: Vec<f64>,
    valid: Validity,
    // Few records are anything but a time and a number: what else they hold is kept apart, by ascending row.
    extras: Vec<(usize, Box<Extra>)>,
}

/// A value of a record. A gap is no value: `None` where this is optional.
#[derive(Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// `v`, with the base value added.
    Number(f64),
    /// `vs`.
    Text(&'a str),
    /// `vb`.
    Boolean(bool),
    /// `vd`, decoded from base64url.
    Data(&'a [u8]),
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number(_) => "Number(…)",
            Self::Text(_) => "Text(…)",
            Self::Boolean(_) => "Boolean(…)",
            Self::Data(_) => "Data(…)",
        })
    }
}

/// One resolved record (RFC 8428 section 4.6), borrowed from its columns.
#[derive(Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The full name: base name and name together.
    pub name: &'a str,
    /// Microseconds since 1970 UTC; where the value is over a period, its start.
    pub time: i64,
    /// The unit (`W`, `Wh`, …), where one is given. Reactive power always is in `var`, also where `Wr` was written.
    pub unit: Option<&'a str>,
    /// The value; `None` for a gap, and for a record that only carries a sum.
    pub value: Option<Value<'a>>,
    /// The integral of the value over time, in unit times seconds (RFC 8428 section 4.5.4).
    pub sum: Option<f64>,
    /// In how many seconds at the latest the next record is to come.
    pub update_time: Option<f64>,
    /// The number itself where it is an integer beyond 2^53 and within 64 bits, which `value` only approaches.
    pub integer: Option<i128>,
    /// Labels that SenML's registry may have and this library does not know, in their order.
    pub other: &'a [(String, Json)],
}

impl<'a> Record<'a> {
    /// A record with a number, or a gap.
    pub fn number(name: &'a str, time: i64, unit: Option<&'a str>, value: Option<f64>) -> Self {
        Self {
            name,
            time,
            unit,
            value: value.map(Value::Number),
            sum: None,
            update_time: None,
            integer: None,
            other: &[],
        }
    }

    /// The time as a timestamp.
    pub fn timestamp(&self) -> Timestamp {
        // Every way into the columns checks the range, so the fallback is never taken.
        Timestamp::from_microsecond(self.time).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Whether this is a gap: neither a value nor a sum.
    pub fn is_gap(&self) -> bool {
        self.value.is_none() && self.sum.is_none()
    }
}

impl fmt::Debug for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record").field("value", &self.value).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Extra {
    pub text: Option<String>,
    pub boolean: Option<bool>,
    pub data: Option<Vec<u8>>,
    pub sum: Option<f64>,
    pub update_time: Option<f64>,
    pub integer: Option<i128>,
    pub other: Vec<(String, Json)>,
}

impl Records {
    /// No records.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records, gaps included.
    pub fn len(&self) -> usize {
        self.time.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.time.is_empty()
    }

    /// The times, in microseconds since 1970 UTC.
    pub fn times(&self) -> &[i64] {
        &self.time
    }

    /// The numbers; NaN where [`validity`](Self::validity) says there is none.
    pub fn values(&self) -> &[f64] {
        &self.value
    }

    /// One bit a record, least significant first as in Arrow: set where the record has a number.
    pub fn validity(&self) -> &[u8] {
        &self.valid.bits
    }

    /// How many records have no number: gaps, and values of other types.
    pub fn null_count(&self) -> usize {
        self.valid.nulls
    }

    /// Whether record `row` has a number.
    pub fn is_valid(&self, row: usize) -> bool {
        self.valid.get(row)
    }

    /// The name of record `row`.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn name(&self, row: usize) -> &str {
        assert!(row < self.len(), "no record {row}");
        self.names.get(self.name.get(row))
    }

    /// The unit of record `row`.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn unit(&self, row: usize) -> Option<&str> {
        assert!(row < self.len(), "no record {row}");
        let unit = self.units.get(self.unit.get(row));
        (!unit.is_empty()).then_some(unit)
    }

    /// The different names, in the order they first occur.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.list.iter().map(|name| &**name)
    }

    /// Which of the [`names`](Self::names) record `row` has.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn name_index(&self, row: usize) -> usize {
        assert!(row < self.len(), "no record {row}");
        self.name.get(row) as usize
    }

    /// The different units, in the order they first occur; the empty one stands for none.
    pub fn units(&self) -> impl ExactSizeIterator<Item = &str> {
        self.units.list.iter().map(|unit| &**unit)
    }

    /// Which of the [`units`](Self::units) record `row` has.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn unit_index(&self, row: usize) -> usize {
        assert!(row < self.len(), "no record {row}");
        self.unit.get(row) as usize
    }

    /// The rows of the records that hold more than a time and a number, or something else; mostly there are none.
    pub fn special(&self) -> impl ExactSizeIterator<Item = usize> {
        self.extras.iter().map(|(row, _)| *row)
    }

    /// Record `row`, or `None` past the end.
    pub fn get(&self, row: usize) -> Option<Record<'_>> {
        let time = *self.time.get(row)?;
        let mut record = Record {
            name: self.name(row),
            time,
            unit: self.unit(row),
            value: self.valid.get(row).then(|| Value::Number(self.value[row])),
            sum: None,
            update_time: None,
            integer: None,
            other: &[],
        };
        if let Some(extra) = self.extra(row) {
            if let Some(text) = &extra.text {
                record.value = Some(Value::Text(text));
            } else if let Some(boolean) = extra.boolean {
                record.value = Some(Value::Boolean(boolean));
            } else if let Some(data) = &extra.data {
                record.value = Some(Value::Data(data));
            }
            record.sum = extra.sum;
            record.update_time = extra.update_time;
            record.integer = extra.integer;
            record.other = &extra.other;
        }
        Some(record)
    }

    /// All records, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Record<'_>> + DoubleEndedIterator {
        self.rows(self.all())
    }

    /// The records of `rows`.
    ///
    /// # Panics
    /// If the range ends past the last record.
    pub fn rows(
        &self,
        rows: Range<usize>,
    ) -> impl ExactSizeIterator<Item = Record<'_>> + DoubleEndedIterator {
        assert!(rows.end <= self.len(), "no record {}", rows.end);
        rows.map(|row| self.get(row).expect("the range was checked"))
    }

    /// Appends a record. A unit `Wr` is kept as `var`, which it means. An [`integer`](Record::integer) that is not what `value` approaches is left out.
    ///
    /// # Errors
    /// `BadName`, `BadTime`, or `BadNumber` for a number that is not finite.
    pub fn push(&mut self, record: &Record<'_>) -> Result<(), Error> {
        check_name(record.name)?;
        check_time(record.time)?;
        for number in [record.sum, record.update_time].into_iter().flatten() {
            check_finite(number)?;
        }
        let mut extra = Extra {
            sum: record.sum,
            update_time: record.update_time,
            other: record.other.to_vec(),
            ..Extra::default()
        };
        let mut number = None;
        match record.value {
            Some(Value::Number(value)) => {
                number = Some(check_finite(value)?);
                extra.integer = record.integer.filter(|i| is_exact(*i) && *i as f64 == value);
            }
            Some(Value::Text(text)) => extra.text = Some(text.to_owned()),
            Some(Value::Boolean(boolean)) => extra.boolean = Some(boolean),
            Some(Value::Data(data)) => extra.data = Some(data.to_vec()),
            None => {}
        }
        let name = self.names.id(record.name);
        let unit = self.unit_id(record.unit.unwrap_or_default());
        self.push_row(name, unit, record.time, number);
        self.set_extra(extra);
        Ok(())
    }

    /// Appends all of `other`.
    pub fn extend(&mut self, other: &Records) {
        self.append(other, other.all());
    }

    /// These rows alone, in this order.
    ///
    /// # Panics
    /// If there is no such record.
    pub fn select(&self, rows: impl IntoIterator<Item = usize>) -> Self {
        let mut some = Self::new();
        some.append(self, rows);
        some
    }

    /// What is here was checked when it came.
    fn append(&mut self, other: &Records, rows: impl IntoIterator<Item = usize>) {
        // Only those that the rows have.
        let mut names = vec![None; other.names.list.len()];
        let mut units = vec![None; other.units.list.len()];
        for row in rows {
            let (name, unit) = (other.name.get(row) as usize, other.unit.get(row) as usize);
            let name = *names[name].get_or_insert_with(|| self.names.id(&other.names.list[name]));
            let unit = *units[unit].get_or_insert_with(|| self.units.id(&other.units.list[unit]));
            let value = other.valid.get(row).then(|| other.value[row]);
            self.push_row(name, unit, other.time[row], value);
            if let Some(extra) = other.extra(row) {
                self.extras.push((self.len() - 1, Box::new(extra.clone())));
            }
        }
    }

    pub(crate) fn all(&self) -> Range<usize> {
        0..self.len()
    }

    pub(crate) fn reserve(&mut self, more: usize) {
        self.time.reserve(more);
        self.value.reserve(more);
    }

    /// The identifier of a name that has been checked.
    pub(crate) fn name_id(&mut self, name: &str) -> u32 {
        self.names.id(name)
    }

    /// Bytes of all names and units.
    pub(crate) fn dictionary_bytes(&self) -> usize {
        self.names.bytes + self.units.bytes
    }

    /// The identifier of a unit; the empty one stands for none.
    pub(crate) fn unit_id(&mut self, unit: &str) -> u32 {
        self.units.id(registered_unit(unit))
    }

    #[inline]
    pub(crate) fn push_row(&mut self, name: u32, unit: u32, time: i64, value: Option<f64>) {
        self.name.extend(name, self.time.len(), 1);
        self.unit.extend(unit, self.time.len(), 1);
        self.valid.push(self.time.len(), value.is_some());
        self.time.push(time);
        self.value.push(value.unwrap_or(f64::NAN));
    }

    /// Appends records of one name and unit that hold a number and nothing else.
    pub(crate) fn numbers(&mut self, name: u32, unit: u32) -> NumberRows<'_> {
        NumberRows { first: self.len(), records: self, name, unit }
    }

    /// Gives the record just pushed what is not a time and a number.
    pub(crate) fn set_extra(&mut self, extra: Extra) {
        if extra != Extra::default() {
            self.extras.push((self.len() - 1, Box::new(extra)));
        }
    }

    pub(crate) fn names_in(&self, rows: Range<usize>) -> Vec<&str> {
        if let Index::Same(id) = self.name {
            return if rows.is_empty() { Vec::new() } else { vec![self.names.get(id)] };
        }
        let mut ids: Vec<u32> = rows.map(|row| self.name.get(row)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| self.names.get(id)).collect()
    }

    fn extra(&self, row: usize) -> Option<&Extra> {
        if self.extras.is_empty() {
            return None;
        }
        let at = self.extras.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(&self.extras[at].1)
    }
}

/// See [`Records::numbers`]. The columns that are the same in all of them follow at the end.
pub(crate) struct NumberRows<'r> {
    records: &'r mut Records,
    first: usize,
    name: u32,
    unit: u32,
}

impl NumberRows<'_> {
    pub fn expect(&mut self, more: usize) {
        self.records.reserve(more);
    }

    #[inline]
    pub fn push(&mut self, time: i64, value: f64) {
        self.records.time.push(time);
        self.records.value.push(value);
    }

    /// How many so far.
    #[inline]
    pub fn pushed(&self) -> usize {
        self.records.time.len() - self.first
    }
}

impl Drop for NumberRows<'_> {
    fn drop(&mut self) {
        let more = self.pushed();
        self.records.name.extend(self.name, self.first, more);
        self.records.unit.extend(self.unit, self.first, more);
        self.records.valid.extend(self.first, more);
    }
}

impl PartialEq for Records {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records")
            .field("len", &self.len())
            .field("names", &self.names.list.len())
            .finish_non_exhaustive()
    }
}

/// Bytes of a resolved name; those in use have under a hundred. A base name and many short names could otherwise come to
/// any number of long ones.
const LONGEST_NAME: usize = 1024;

/// Names allow `A-Z a-z 0-9 - : . / _`, first a letter or digit (RFC 8428 section 4.5.1).
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    let bytes = name.as_bytes();
    if bytes.len() > LONGEST_NAME {
        return Err(limit("bytes in a name", LONGEST_NAME));
    }
    let Some(first) = bytes.first() else {
        return Err(Error::new(ErrorKind::BadName, "no name: neither `n` nor a base name gives one"));
    };
    if !first.is_ascii_alphanumeric() {
        return Err(Error::new(ErrorKind::BadName, "the name does not begin with a letter or digit"));
    }
    if !bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.' | b'/' | b'_')) {
        return Err(Error::new(
            ErrorKind::BadName,
            "the name has a character that is none of letters, digits, `-`, `:`, `.`, `/`, `_`",
        ));
    }
    Ok(())
}

/// The name SenML has registered for a unit: some publishers write `Wr` for reactive power, which is `var`.
pub(crate) fn registered_unit(unit: &str) -> &str {
    if unit == "Wr" { "var" } else { unit }
}

pub(crate) fn check_time(micros: i64) -> Result<i64, Error> {
    if (Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond()).contains(&micros) {
        return Ok(micros);
    }
    Err(Error::new(ErrorKind::BadTime, "the time is outside the years -9999 to 9999"))
}

fn check_finite(number: f64) -> Result<f64, Error> {
    if number.is_finite() {
        return Ok(number);
    }
    Err(Error::new(ErrorKind::BadNumber, "a number that is not finite"))
}

impl From<Number> for Value<'_> {
    fn from(number: Number) -> Self {
        Self::Number(number.value)
    }
}

/// Distinct strings, each with a number.
#[derive(Clone, Default)]
struct Dictionary {
    list: Vec<Box<str>>,
    bytes: usize,
    // Filled once there are enough strings for a search to be slower than a hash.
    map: HashMap<Box<str>, u32>,
}

const SEARCHED: usize = 8;

impl Dictionary {
    fn id(&mut self, text: &str) -> u32 {
        if self.list.len() <= SEARCHED {
            if let Some(id) = self.list.iter().position(|known| **known == *text) {
                return id as u32;
            }
        } else if let Some(id) = self.map.get(text) {
            return *id;
        }
        let id = self.list.len() as u32;
        self.list.push(text.into());
        self.bytes += text.len();
        if self.list.len() > SEARCHED {
            if self.map.is_empty() {
                self.map = self.list.iter().cloned().zip(0..).collect();
            } else {
                self.map.insert(text.into(), id);
            }
        }
        id
    }

    fn get(&self, id: u32) -> &str {
        &self.list[id as usize]
    }
}

/// A column of dictionary numbers; most series have one name and one unit throughout.
#[derive(Clone)]
enum Index {
    Same(u32),
    Each(Vec<u32>),
}

impl Default for Index {
    fn default() -> Self {
        Self::Same(0)
    }
}

impl Index {
    /// For `more` rows behind `len`.
    #[inline]
    fn extend(&mut self, id: u32, len: usize, more: usize) {
        match self {
            _ if more == 0 => {}
            Self::Same(same) if *same == id => {}
            Self::Same(same) if len == 0 => *same = id,
            Self::Same(same) => {
                let mut each = vec![*same; len];
                each.resize(len + more, id);
                *self = Self::Each(each);
            }
            Self::Each(each) => each.resize(len + more, id),
        }
    }

    fn get(&self, row: usize) -> u32 {
        match self {
            Self::Same(same) => *same,
            Self::Each(each) => each[row],
        }
    }
}

#[derive(Clone, Default)]
struct Validity {
    bits: Vec<u8>,
    nulls: usize,
}

impl Validity {
    #[inline]
    fn push(&mut self, row: usize, valid: bool) {
        if row.is_multiple_of(8) {
            self.bits.push(0);
        }
        if valid {
            if let Some(last) = self.bits.last_mut() {
                *last |= 1 << (row % 8);
            }
        } else {
            self.nulls += 1;
        }
    }

    /// For `more` valid rows behind `len`.
    fn extend(&mut self, len: usize, more: usize) {
        let end = len + more;
        if more == 0 {
            return;
        }
        if !len.is_multiple_of(8)
            && let Some(last) = self.bits.last_mut()
        {
            *last |= 0xFF << (len % 8);
        }
        self.bits.resize(end.div_ceil(8), 0xFF);
        if !end.is_multiple_of(8)
            && let Some(last) = self.bits.last_mut()
        {
            *last &= !(0xFF << (end % 8));
        }
    }

    fn get(&self, row: usize) -> bool {
        self.bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_has_its_rows_and_nothing_else() {
        let mut all = Records::new();
        for i in 0..40_i64 {
            let name = format!("s{}", i % 20);
            let mut record = Record::number(&name, i, (i % 2 == 0).then_some("W"), Some(i as f64));
            record.sum = (i % 7 == 0).then_some(i as f64);
            all.push(&record).unwrap();
        }
        let some = all.select(5..9);
        assert!(some.iter().eq(all.rows(5..9)));
        assert_eq!(some.names().collect::<Vec<_>>(), ["s5", "s6", "s7", "s8"], "no name without a row");
        let few = all.select([3, 21, 35]);
        assert!(few.iter().eq([3, 21, 35].map(|row| all.get(row).unwrap())));
        assert_eq!(few.iter().map(|record| record.sum).collect::<Vec<_>>(), [None, Some(21.0), Some(35.0)]);
        assert!(all.select(0..0).is_empty());
        assert!(few.special().eq([1, 2]));
        for records in [&all, &some, &few] {
            let (names, units): (Vec<_>, Vec<_>) = (records.names().collect(), records.units().collect());
            for (row, record) in records.iter().enumerate() {
                assert_eq!(names[records.name_index(row)], record.name);
                assert_eq!(units[records.unit_index(row)], record.unit.unwrap_or_default());
            }
        }
    }

    #[test]
    fn columns_give_back_what_was_pushed() {
        let mut records = Records::new();
        for i in 0..20_i64 {
            let name = format!("s{}", i % 11);
            let value = (i % 3 != 0).then_some(i as f64);
            records.push(&Record::number(&name, i, (i % 2 == 0).then_some("W"), value)).unwrap();
        }
        let mut text = Record::number("text", 20, None, None);
        text.value = Some(Value::Text("open"));
        text.sum = Some(3.0);
        records.push(&text).unwrap();

        assert_eq!(records.len(), 21);
        assert_eq!(records.null_count(), 8);
        assert_eq!(records.name(12), "s1");
        assert_eq!(records.unit(3), None);
        assert_eq!(records.get(20), Some(text));
        assert!(records.get(3).unwrap().is_gap());
        assert_eq!(records.names().count(), 12);

        let mut twice = records.clone();
        twice.extend(&records);
        assert_eq!(twice.len(), 42);
        assert_eq!(twice.get(41), records.get(20));
        assert!(twice.rows(21..42).eq(records.iter()));
    }

    #[test]
    fn numbers_at_once_are_those_one_by_one() {
        for before in 0..10_usize {
            for more in 0..20_usize {
                let (mut at_once, mut one_by_one) = (Records::new(), Records::new());
                for records in [&mut at_once, &mut one_by_one] {
                    for i in 0..before as i64 {
                        records.push(&Record::number("a", i, None, (i % 3 != 0).then_some(0.5))).unwrap();
                    }
                }
                let name = at_once.name_id(if before % 2 == 0 { "a" } else { "b" });
                let unit = at_once.unit_id("W");
                let mut rows = at_once.numbers(name, unit);
                for i in 0..more as i64 {
                    rows.push(i, 1.5);
                    assert_eq!(rows.pushed(), i as usize + 1);
                }
                drop(rows);
                for i in 0..more as i64 {
                    let name = if before % 2 == 0 { "a" } else { "b" };
                    one_by_one.push(&Record::number(name, i, Some("W"), Some(1.5))).unwrap();
                }
                for records in [&mut at_once, &mut one_by_one] {
                    records.push(&Record::number("a", 9, None, None)).unwrap();
                }
                assert_eq!(at_once, one_by_one);
                assert_eq!(at_once.validity(), one_by_one.validity());
                assert_eq!(at_once.null_count(), one_by_one.null_count());
            }
        }
    }

    #[test]
    fn a_year_at_ten_minutes_weighs_about_a_megabyte() {
        let mut records = Records::new();
        for i in 0..52_560 {
            records.push(&Record::number("urn:dev:prm:1_a", i * 600_000_000, Some("W"), Some(1.0))).unwrap();
        }
        let bytes =
            records.time.capacity() * 8 + records.value.capacity() * 8 + records.valid.bits.capacity();
        assert!(bytes < 1_200_000, "{bytes}");
        assert!(matches!((&records.name, &records.unit), (Index::Same(_), Index::Same(_))));
    }

    #[test]
    fn debug_shows_no_reading() {
        let mut records = Records::new();
        records.push(&Record::number("urn:dev:prm:123_a", 0, None, Some(987.0))).unwrap();
        let shown = format!("{records:?} {:?}", records.get(0));
        assert!(!shown.contains("987") && !shown.contains("123"), "{shown}");
    }
}
