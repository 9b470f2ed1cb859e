use std::borrow::Cow;

use serde_json::Value as Json;

use super::number::Number;
use super::records::{Extra, NumberRows, check_name, check_time};
use super::{ABSOLUTE, DEFAULT_VERSION, Error, ErrorKind, Pack, ReadOptions, Records};

/// One record as it is written, before it is resolved. Times are microseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw<'a> {
    pub bver: Option<Number>,
    pub bn: Option<Cow<'a, str>>,
    pub bt: Option<i64>,
    pub bu: Option<Cow<'a, str>>,
    pub bv: Option<Number>,
    pub bs: Option<f64>,
    pub n: Option<Cow<'a, str>>,
    pub u: Option<Cow<'a, str>>,
    pub v: Option<Number>,
    /// `v` is there and says that there is no value.
    pub gap: bool,
    pub vs: Option<Cow<'a, str>>,
    pub vb: Option<bool>,
    pub vd: Option<Vec<u8>>,
    pub s: Option<f64>,
    pub t: Option<i64>,
    pub ut: Option<f64>,
    pub other: Vec<(String, Json)>,
}

impl Raw<'_> {
    fn has_own_fields(&self) -> bool {
        self.n.is_some()
            || self.u.is_some()
            || self.v.is_some()
            || self.gap
            || self.vs.is_some()
            || self.vb.is_some()
            || self.vd.is_some()
            || self.s.is_some()
            || self.t.is_some()
            || self.ut.is_some()
            || !self.other.is_empty()
    }

    fn has_base_fields(&self) -> bool {
        self.bver.is_some()
            || self.bn.is_some()
            || self.bt.is_some()
            || self.bu.is_some()
            || self.bv.is_some()
            || self.bs.is_some()
    }
}

/// Turns records as written into resolved columns (RFC 8428 section 4).
///
/// One resolver serves every representation; several packs may go into one set of columns, each between
/// [`begin_pack`](Self::begin_pack) and [`end_pack`](Self::end_pack).
#[derive(Debug)]
pub(crate) struct Resolver<'o> {
    pub options: &'o ReadOptions,
    now: i64,
    records: Records,
    total: usize,
    base: Base,
}

/// What is in force until replaced, and the dictionary numbers it comes to.
#[derive(Debug, Default)]
struct Base {
    seen: usize,
    version: Option<u32>,
    name: String,
    time: i64,
    unit: String,
    value: Option<Number>,
    sum: Option<f64>,
    name_id: Option<u32>,
    unit_id: Option<u32>,
}

impl<'o> Resolver<'o> {
    pub fn new(options: &'o ReadOptions) -> Self {
        Self {
            options,
            now: options.now.as_microsecond(),
            records: Records::new(),
            total: 0,
            base: Base::default(),
        }
    }

    /// Forgets what was in force; the records read so far stay.
    pub fn begin_pack(&mut self) {
        self.base = Base::default();
    }

    /// Checks the pack as a whole and gives its version.
    pub fn end_pack(&mut self) -> Result<u32, Error> {
        if self.options.strict && self.base.seen == 0 {
            return Err(Error::new(ErrorKind::EmptyPack, "a pack holds at least one record"));
        }
        Ok(self.base.version.unwrap_or(DEFAULT_VERSION))
    }

    pub fn finish(mut self) -> Result<Pack, Error> {
        let version = self.end_pack()?;
        Ok(Pack { version, records: self.records })
    }

    pub fn into_records(self) -> Records {
        self.records
    }

    /// How many resolved records there are so far.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// About `more` records are to come.
    #[cfg(feature = "xmpp")]
    pub fn expect(&mut self, more: usize) {
        self.records.reserve(more.min(self.options.limits.records));
    }

    /// The record being read or to be read next, counted from 1, for errors.
    pub fn position(&self) -> usize {
        self.base.seen + 1
    }

    pub fn push(&mut self, raw: Raw<'_>) -> Result<(), Error> {
        let position = self.position();
        self.resolve(raw).map_err(|error| error.at_record(position))?;
        self.base.seen += 1;
        Ok(())
    }

    /// Takes records of an offset and a number and nothing else, which nearly all are; nothing where the next of these
    /// needs the whole way.
    pub fn numbers(&mut self) -> Option<Numbers<'_>> {
        let (Some(name), Some(unit), None, None, Some(_)) =
            (self.base.name_id, self.base.unit_id, self.base.value, self.base.sum, self.base.version)
        else {
            return None;
        };
        Some(Numbers {
            base: self.base.time,
            left: self.options.limits.records.saturating_sub(self.total),
            rows: self.records.numbers(name, unit),
            total: &mut self.total,
            seen: &mut self.base.seen,
        })
    }

    fn resolve(&mut self, raw: Raw<'_>) -> Result<(), Error> {
        self.total += 1;
        if self.total > self.options.limits.records {
            return Err(limit("records", self.options.limits.records));
        }
        if let Some((label, _)) = raw.other.iter().find(|(label, _)| label.ends_with('_')) {
            let label: String = label.chars().take(32).collect();
            return Err(Error::new(
                ErrorKind::MustUnderstand,
                format!("the label `{label}` must be understood, and is not"),
            ));
        }
        self.set_version(raw.bver)?;
        let (own, empty) = (raw.has_own_fields(), !raw.has_own_fields() && !raw.has_base_fields());
        self.set_base(raw.bn, raw.bt, raw.bu, raw.bv, raw.bs);
        if !own && !empty && self.base.value.is_none() && self.base.sum.is_none() {
            return Ok(()); // it only sets base fields
        }

        let name = self.resolve_name(raw.n.as_deref())?;
        let unit = self.resolve_unit(raw.u.as_deref());
        if self.records.dictionary_bytes() > self.options.limits.bytes {
            return Err(limit("bytes in names and units", self.options.limits.bytes));
        }
        let time = self.resolve_time(raw.t.unwrap_or(0))?;
        let sum = match (self.base.sum, raw.s) {
            (None, None) => None,
            (base, own) => Some(finite(base.unwrap_or(0.0) + own.unwrap_or(0.0))?),
        };
        let others = [raw.vs.is_some(), raw.vb.is_some(), raw.vd.is_some()].iter().filter(|is| **is).count();
        if others + usize::from(raw.v.is_some()) > 1 {
            return Err(Error::new(ErrorKind::SeveralValues, "more than one of `v`, `vs`, `vb`, `vd`"));
        }
        // A base value alone is a value; it does not touch text, booleans and data.
        let number = match (self.base.value, raw.v) {
            (None, own) => own,
            (base, None) => base.filter(|_| others == 0 && !raw.gap),
            (Some(base), Some(own)) => Some(Number::float(finite(base.value + own.value)?)),
        };
        if self.options.strict && (raw.gap || (number.is_none() && others == 0 && sum.is_none())) {
            return Err(Error::new(ErrorKind::NoValue, "neither a value nor a sum"));
        }
        self.records.push_row(name, unit, time, number.map(|number| number.value));
        self.records.set_extra(Extra {
            text: raw.vs.map(Cow::into_owned),
            boolean: raw.vb,
            data: raw.vd,
            sum,
            update_time: raw.ut,
            integer: number.and_then(|number| number.exact),
            other: raw.other,
        });
        Ok(())
    }

    fn set_version(&mut self, bver: Option<Number>) -> Result<(), Error> {
        let version = match bver {
            None => self.base.version.unwrap_or(DEFAULT_VERSION),
            Some(number) => check_version(number)?,
        };
        if self.base.version.is_some_and(|before| before != version) {
            return Err(Error::new(ErrorKind::MixedVersions, "records of one pack have different `bver`"));
        }
        self.base.version = Some(version);
        Ok(())
    }

    fn set_base(
        &mut self,
        bn: Option<Cow<'_, str>>,
        bt: Option<i64>,
        bu: Option<Cow<'_, str>>,
        bv: Option<Number>,
        bs: Option<f64>,
    ) {
        if let Some(name) = bn {
            self.base.name.clear();
            self.base.name.push_str(&name);
            self.base.name_id = None;
        }
        if let Some(unit) = bu {
            self.base.unit.clear();
            self.base.unit.push_str(&unit);
            self.base.unit_id = None;
        }
        self.base.time = bt.unwrap_or(self.base.time);
        self.base.value = bv.or(self.base.value);
        self.base.sum = bs.or(self.base.sum);
    }

    fn resolve_name(&mut self, own: Option<&str>) -> Result<u32, Error> {
        match own.filter(|name| !name.is_empty()) {
            None => {
                if let Some(id) = self.base.name_id {
                    return Ok(id);
                }
                check_name(&self.base.name)?;
                let id = self.records.name_id(&self.base.name);
                self.base.name_id = Some(id);
                Ok(id)
            }
            Some(own) if self.base.name.is_empty() => {
                check_name(own)?;
                Ok(self.records.name_id(own))
            }
            Some(own) => {
                let name = [&self.base.name, own].concat();
                check_name(&name)?;
                Ok(self.records.name_id(&name))
            }
        }
    }

    fn resolve_unit(&mut self, own: Option<&str>) -> u32 {
        match (own, self.base.unit_id) {
            (Some(unit), _) => self.records.unit_id(unit),
            (None, Some(id)) => id,
            (None, None) => {
                let id = self.records.unit_id(&self.base.unit);
                self.base.unit_id = Some(id);
                id
            }
        }
    }

    fn resolve_time(&self, t: i64) -> Result<i64, Error> {
        let too_far = || Error::new(ErrorKind::BadTime, "base time and time together are out of range");
        let mut time = self.base.time.checked_add(t).ok_or_else(too_far)?;
        if time < ABSOLUTE {
            time = time.checked_add(self.now).ok_or_else(too_far)?;
        }
        check_time(time)
    }
}

/// See [`Resolver::numbers`]. What is not counted yet is when it goes.
pub(crate) struct Numbers<'r> {
    base: i64,
    left: usize,
    rows: NumberRows<'r>,
    total: &'r mut usize,
    seen: &'r mut usize,
}

impl Numbers<'_> {
    /// About so many are to come.
    pub fn expect(&mut self, more: usize) {
        self.rows.expect(more.min(self.left));
    }

    /// False where this record needs the whole way: then nothing has happened.
    #[inline]
    pub fn push(&mut self, t: i64, v: f64) -> bool {
        let Some(time) = self.base.checked_add(t).filter(|time| (ABSOLUTE..YEAR_9999).contains(time)) else {
            return false;
        };
        if self.rows.pushed() >= self.left {
            return false;
        }
        self.rows.push(time, v);
        true
    }
}

impl Drop for Numbers<'_> {
    fn drop(&mut self) {
        *self.total += self.rows.pushed();
        *self.seen += self.rows.pushed();
    }
}

/// The end of what [`Numbers`] takes; later times (there are none) go the whole way.
const YEAR_9999: i64 = 253_370_764_800_000_000;

/// The low four bits are 10; bit 4 is secondary units (RFC 9100). Lower versions are older drafts' and mean 10.
fn check_version(number: Number) -> Result<u32, Error> {
    let version = number.value;
    if version.fract() != 0.0 || version < 1.0 {
        return Err(Error::new(ErrorKind::BadType, "`bver` is no positive integer"));
    }
    match version {
        v if v <= 10.0 || v == 26.0 => Ok(v as u32),
        _ => {
            Err(Error::new(ErrorKind::UnsupportedVersion, "`bver` asks for features that are not known here"))
        }
    }
}

fn finite(number: f64) -> Result<f64, Error> {
    if number.is_finite() {
        return Ok(number);
    }
    Err(Error::new(ErrorKind::BadNumber, "base value and value together are not finite"))
}

pub(crate) fn limit(what: &str, most: usize) -> Error {
    Error::new(ErrorKind::Limit, format!("more than {most} {what}"))
}
