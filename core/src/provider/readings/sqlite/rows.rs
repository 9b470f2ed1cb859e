//! What is asked of a database, on one connection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use rusqlite::types::{Value as Sql, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::layout::{Name, SeriesTable, Time};
use super::{Added, Inner, Mark, Problem, Query, TimeUnit};
use crate::data::{Aggregation, Data, DeviceIdentifier, Identifier, Metadata, SamplingInterval, Series};
use crate::provider::HistoryRequest;
use crate::provider::readings::memory::micros;
use crate::senml::number::{self, Number};
use crate::senml::records::check_time;
use crate::senml::xml::{is_gap, is_xml};
use crate::senml::{Record, Records, Value, check_name};

/// How the readings of a database are found.
#[derive(Clone, Copy)]
pub(super) struct TimeForm {
    pub time: Time,
    /// Whether an index leads from a name and a time to them.
    pub indexed: bool,
}

/// The readings, as one connection sees them.
pub(super) struct Rows<'c> {
    pub inner: &'c Inner,
    pub connection: &'c Connection,
    /// `None` while there are none.
    pub form: Option<TimeForm>,
    pub stopped: &'c AtomicBool,
}

/// A row as SQLite has it.
struct Reading<'r> {
    time: i64,
    value: Option<Value<'r>>,
    integer: Option<i128>,
    unit: Option<&'r str>,
}

/// What is known of a series.
#[derive(Default)]
struct Known {
    meta: Metadata,
    title: Option<String>,
}

impl Rows<'_> {
    /// `None` where there is no such series.
    pub(super) fn history(&self, request: &HistoryRequest) -> Query<Option<Data>> {
        let name = request.identifier.as_str();
        let mut records = Records::new();
        let known = self.known(name)?;
        let mut meta = known.as_ref().map(|known| known.meta.clone()).unwrap_or_default();
        if let Some(form) = self.form
            && self.may_have(name)
        {
            let layout = &self.inner.layout;
            let time = layout.time(form.time);
            let mut sql = layout.select(form.time, false);
            let mut parameters = vec![Sql::from(name.to_owned())];
            let start = request.start.map_or(i64::MIN, micros).max(self.inner.earliest);
            for (bound, operator) in [(Some(start), ">="), (request.end.map(micros), "<")] {
                if let Some(bound) = bound {
                    sql += &format!(" AND {time} {operator} ?");
                    parameters.push(self.bound(form.time, bound));
                }
            }
            sql += &format!(" ORDER BY {time} LIMIT ?");
            parameters.push(i64::try_from(request.most.saturating_add(1)).unwrap_or(i64::MAX).into());
            let unit = meta.measurement.unit.clone().or_else(|| layout.default_unit.clone());
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(parameters))?;
            while let Some(row) = rows.next()? {
                self.go_on()?;
                if let Some(reading) = self.reading(form.time, row, 0)? {
                    records.push(&reading.record(name, unit.as_deref()))?;
                }
            }
        }
        if records.is_empty() && known.is_none() && !self.has(name)? {
            return Ok(None);
        }
        if meta.measurement.unit.is_none() && !records.is_empty() {
            meta.measurement.unit = records.unit(0).map(str::to_owned);
        }
        Ok(Some(Data::new(meta, records)))
    }

    pub(super) fn series(&self, prefix: Option<&Identifier>) -> Query<Vec<Series>> {
        let covered = |name: &str| prefix.is_none_or(|prefix| prefix.covers(name));
        let mut all = BTreeMap::new();
        let described = match &self.inner.layout.series {
            Some(SeriesTable { table, name, .. }) => self.names(&format!("SELECT {name} FROM {table}"))?,
            None => Vec::new(),
        };
        for name in described.into_iter().chain(self.names_of_readings()?) {
            if covered(&name) && !all.contains_key(&name) {
                match Identifier::new(name.clone()) {
                    Ok(identifier) => drop(all.insert(name, Series::new(identifier))),
                    Err(_) => self.inner.leave_out(),
                }
            }
        }
        self.measure(&mut all)?;
        for (name, series) in &mut all {
            self.go_on()?;
            if let Some(known) = self.known(name)? {
                let unit = series.measurement.unit.take();
                series.title = known.title;
                series.measurement = known.meta.measurement;
                let layout = &self.inner.layout;
                let of_series = &mut series.measurement.unit;
                *of_series = of_series.take().or(unit).or_else(|| layout.default_unit.clone());
            } else if series.measurement.unit.is_none() {
                series.measurement.unit.clone_from(&self.inner.layout.default_unit);
            }
        }
        Ok(all.into_values().collect())
    }

    /// Finds the first and the last reading of each series.
    fn measure(&self, all: &mut BTreeMap<String, Series>) -> Query<()> {
        let Some(form) = self.form else { return Ok(()) };
        let layout = &self.inner.layout;
        let (time, has_value) = (layout.time(form.time), layout.has_value());
        let earliest = self.bound(form.time, self.inner.earliest);
        let timestamp = |time: i64| Timestamp::from_microsecond(time).ok();
        match &layout.name {
            Name::Column(column) if !form.indexed => {
                // One look through all, rather than one for each series.
                let unit = layout.unit.as_deref().unwrap_or("NULL");
                let sql = format!(
                    "SELECT CAST({column} AS TEXT), min({time}), max({time}), {unit} FROM {} WHERE {has_value} \
                     AND {time} >= ? GROUP BY {column}",
                    layout.readings
                );
                let mut statement = self.connection.prepare_cached(&sql)?;
                let mut rows = statement.query([earliest])?;
                while let Some(row) = rows.next()? {
                    self.go_on()?;
                    let Some(series) = text(row.get_ref(0)?).and_then(|name| all.get_mut(name)) else {
                        continue;
                    };
                    series.first = self.micros(form.time, row.get_ref(1)?).and_then(timestamp);
                    series.last = self.micros(form.time, row.get_ref(2)?).and_then(timestamp);
                    series.measurement.unit = text(row.get_ref(3)?).map(str::to_owned);
                }
            }
            _ => {
                for (name, series) in all {
                    if !self.may_have(name) {
                        continue;
                    }
                    let end = |direction: &str, from: &str| -> Query<Option<(Option<i64>, Option<String>)>> {
                        self.go_on()?;
                        let sql = format!(
                            "{} AND {has_value} AND {time} {from} ? ORDER BY {time} {direction} LIMIT 1",
                            layout.select(form.time, false)
                        );
                        let found =
                            self.connection.prepare_cached(&sql)?.query_row((&**name, &earliest), |row| {
                                let unit = text(row.get_ref(2)?).map(str::to_owned);
                                Ok((self.micros(form.time, row.get_ref(0)?), unit))
                            });
                        Ok(found.optional()?)
                    };
                    if end("ASC", "<")?.is_some() {
                        self.inner.leave_out();
                    }
                    if let Some((time, _)) = end("ASC", ">=")? {
                        series.first = time.and_then(timestamp);
                    }
                    if let Some((time, unit)) = end("DESC", ">=")? {
                        series.last = time.and_then(timestamp);
                        series.measurement.unit = unit;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether there is a series that this identifier covers.
    pub(super) fn has_below(&self, identifier: &Identifier) -> Query<bool> {
        let name = identifier.as_str();
        let layout = &self.inner.layout;
        let described = layout.series.as_ref().map(|series| (&series.table, &series.name));
        let own = match &layout.name {
            Name::Column(column) => Some((&layout.readings, column)),
            Name::All(all) if identifier.covers(all) => return Ok(true),
            Name::All(_) => None,
        };
        for (table, column) in own.into_iter().chain(described) {
            self.go_on()?;
            // `0` and the back quote are what follows `/` and `_`.
            let sql = format!(
                "SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} = ?1) \
                 OR EXISTS (SELECT 1 FROM {table} WHERE {column} > ?1 || '/' AND {column} < ?1 || '0') \
                 OR EXISTS (SELECT 1 FROM {table} WHERE {column} > ?1 || '_' AND {column} < ?1 || '`')"
            );
            if self.connection.prepare_cached(&sql)?.query_row([name], |row| row.get(0))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn mark(&self) -> Query<Mark> {
        let layout = &self.inner.layout;
        if let Some(rowid) = layout.rowid {
            let sql = format!("SELECT max({rowid}) FROM {}", layout.readings);
            let last: Option<i64> = self.connection.query_row(&sql, [], |row| row.get(0))?;
            return Ok(Mark::Row(last.unwrap_or(0)));
        }
        self.mark_by_time()
    }

    pub(super) fn mark_by_time(&self) -> Query<Mark> {
        let mut all = BTreeMap::new();
        for name in self.names_of_readings()? {
            if let Ok(identifier) = Identifier::new(name.clone()) {
                all.insert(name, Series::new(identifier));
            }
        }
        self.measure(&mut all)?;
        let last = |(name, series): (String, Series)| Some((name, series.last?.as_microsecond()));
        Ok(Mark::Times(all.into_iter().filter_map(last).collect()))
    }

    pub(super) fn added(&self, since: &Mark, most: usize) -> Query<Added> {
        let mut added = match (since, self.inner.layout.rowid) {
            (Mark::Row(since), Some(rowid)) => self.added_by_row(*since, rowid, most.max(1), None)?,
            (Mark::Part { since, until, done }, Some(rowid)) => {
                self.added_by_row(*since, rowid, usize::MAX, Some((*until, done)))?
            }
            (Mark::Times(since), _) => self.added_by_time(since, most.max(1))?,
            // The table is another than it was: there is no telling what of it is new.
            _ => Added { series: Vec::new(), mark: self.mark()?, more: false },
        };
        for (meta, records) in &mut added.series {
            if let Some(name) = records.names().next()
                && let Some(known) = self.known(name)?
            {
                *meta = known.meta;
            }
            if meta.measurement.unit.is_none() && !records.is_empty() {
                meta.measurement.unit = records.unit(0).map(str::to_owned);
            }
        }
        Ok(added)
    }

    /// The rows after `since`; or those up to another that are not of the series that are done.
    fn added_by_row(
        &self,
        since: i64,
        rowid: &str,
        most: usize,
        part: Option<(i64, &BTreeSet<String>)>,
    ) -> Query<Added> {
        let layout = &self.inner.layout;
        // Where no row has told yet what times look like, none has been seen: one that comes now is new.
        let Some(form) = self.form else {
            return Ok(Added { series: Vec::new(), mark: Mark::Row(since), more: false });
        };
        let now = self.mark()?;
        let Mark::Row(last) = &now else {
            return Ok(Added { series: Vec::new(), mark: now, more: false });
        };
        if *last <= since {
            // Rows were removed, and then their numbers are given again; or all were numbered anew.
            return Ok(Added { series: Vec::new(), mark: now, more: false });
        }
        let name = match &layout.name {
            Name::Column(column) => format!("CAST({column} AS TEXT)"),
            Name::All(_) => "NULL".to_owned(),
        };
        let select = layout.select_all(form.time);
        let fields = select.strip_prefix("SELECT ").unwrap_or(&select);
        let sql = format!(
            "SELECT {rowid}, {name}, {fields} WHERE {rowid} > ? AND {rowid} <= ? ORDER BY {rowid} LIMIT ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let limit = i64::try_from(most).unwrap_or(i64::MAX);
        let until = part.map(|(until, _)| until);
        let mut rows = statement.query([since, until.unwrap_or(i64::MAX), limit])?;
        let (mut mark, mut count) = (since, 0);
        let mut series: BTreeMap<String, Records> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            self.go_on()?;
            mark = row.get(0)?;
            count += 1;
            let name = match &layout.name {
                Name::Column(_) => text(row.get_ref(1)?),
                Name::All(name) => Some(name.as_str()),
            };
            let Some(name) = name.filter(|name| check_name(name).is_ok()) else {
                self.inner.leave_out();
                continue;
            };
            let Some(reading) = self.reading(form.time, row, 2)? else { continue };
            if reading.value.is_some() && part.is_none_or(|(_, done)| !done.contains(name)) {
                if !series.contains_key(name) {
                    series.insert(name.to_owned(), Records::new());
                }
                if let Some(records) = series.get_mut(name) {
                    // The series may know a unit, which goes before the one for all.
                    records.push(&reading.record(name, None))?;
                }
            }
        }
        let mut found = Vec::new();
        for records in series.into_values() {
            let unit = self.unit_of(records.name(0))?;
            found.push((Metadata::default(), in_order(&records, unit.as_deref())?));
        }
        Ok(Added {
            series: found,
            mark: Mark::Row(until.unwrap_or(mark)),
            more: until.is_some() || count == most,
        })
    }

    fn added_by_time(&self, since: &BTreeMap<String, i64>, most: usize) -> Query<Added> {
        let mut mark = since.clone();
        let mut found = Vec::new();
        let mut left = most;
        let Some(form) = self.form else {
            return Ok(Added { series: found, mark: Mark::Times(mark), more: false });
        };
        let layout = &self.inner.layout;
        let (time, has_value) = (layout.time(form.time), layout.has_value());
        for name in self.names_of_readings()? {
            if left == 0 {
                break;
            }
            if check_name(&name).is_err() {
                self.inner.leave_out();
                continue;
            }
            let known = since.get(&name).copied();
            let mut sql = format!("{} AND {has_value}", layout.select(form.time, false));
            let mut parameters = vec![Sql::from(name.clone())];
            match known {
                Some(known) => {
                    sql += &format!(" AND {time} > ?");
                    parameters.push(self.bound(form.time, known));
                }
                None => {
                    sql += &format!(" AND {time} >= ?");
                    parameters.push(self.bound(form.time, self.inner.earliest));
                }
            }
            sql += &format!(" ORDER BY {time}");
            let unit = self.unit_of(&name)?;
            let (mut records, mut last) = (Records::new(), None);
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query(params_from_iter(parameters))?;
            while left > 0
                && let Some(row) = rows.next()?
            {
                self.go_on()?;
                // Only rows by which the mark goes on count, or it might stay where it is for ever: not those of no
                // usable time, nor those that a fraction of a microsecond makes later than the last.
                let Some(reading) = self.reading(form.time, row, 0)? else { continue };
                if known.is_some_and(|known| known >= reading.time) {
                    continue;
                }
                left -= 1;
                last = Some(reading.time);
                if reading.value.is_some() {
                    records.push(&reading.record(&name, unit.as_deref()))?;
                }
            }
            mark.extend(last.map(|last| (name, last)));
            if !records.is_empty() {
                found.push((Metadata::default(), records));
            }
        }
        Ok(Added { series: found, mark: Mark::Times(mark), more: left == 0 })
    }

    /// The names in the table of readings.
    fn names_of_readings(&self) -> Query<Vec<String>> {
        let layout = &self.inner.layout;
        let (Some(form), readings) = (self.form, &layout.readings) else { return Ok(Vec::new()) };
        let column = match &layout.name {
            Name::Column(column) => column,
            Name::All(name) => return Ok(vec![name.clone()]),
        };
        if !form.indexed {
            return self.names(&format!("SELECT DISTINCT {column} FROM {readings}"));
        }
        // From name to name by the index, whatever the number of readings.
        self.names(&format!(
            "WITH RECURSIVE found(name) AS (SELECT min({column}) FROM {readings} UNION ALL \
             SELECT (SELECT min({column}) FROM {readings} WHERE {column} > found.name) FROM found \
             WHERE found.name IS NOT NULL) SELECT name FROM found"
        ))
    }

    fn names(&self, sql: &str) -> Query<Vec<String>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut names = Vec::new();
        while let Some(row) = rows.next()? {
            self.go_on()?;
            match row.get_ref(0)? {
                ValueRef::Integer(number) => names.push(number.to_string()),
                name => names.extend(text(name).map(str::to_owned)),
            }
        }
        Ok(names)
    }

    /// Whether the table of readings can have this series.
    fn may_have(&self, name: &str) -> bool {
        match &self.inner.layout.name {
            Name::Column(_) => true,
            Name::All(all) => all == name,
        }
    }

    fn has(&self, name: &str) -> Query<bool> {
        let layout = &self.inner.layout;
        if let Name::All(all) = &layout.name {
            return Ok(all == name);
        }
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE {})", layout.readings, layout.of_series());
        Ok(self.connection.prepare_cached(&sql)?.query_row([name], |row| row.get(0))?)
    }

    /// The unit of a series' values that come without one.
    fn unit_of(&self, name: &str) -> Query<Option<String>> {
        let unit = self.known(name)?.and_then(|known| known.meta.measurement.unit);
        Ok(unit.or_else(|| self.inner.layout.default_unit.clone()))
    }

    /// What the table of series says; `None` where it says nothing.
    fn known(&self, name: &str) -> Query<Option<Known>> {
        let Some(SeriesTable { table, name: column, columns }) = &self.inner.layout.series else {
            return Ok(None);
        };
        let mut fields: Vec<&str> = vec!["1"];
        fields.extend(columns.iter().map(|(_, quoted)| &**quoted));
        let sql = format!("SELECT {} FROM {table} WHERE {column} = ?1 LIMIT 1", fields.join(", "));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([name])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut known = Known::default();
        for (at, (field, _)) in columns.iter().enumerate() {
            let value = match row.get_ref(at + 1)? {
                ValueRef::Integer(number) => number.to_string(),
                value => match text(value) {
                    Some(text) if can_be_carried(text, LONGEST) => text.to_owned(),
                    _ => continue,
                },
            };
            known.set(field, value);
        }
        Ok(Some(known))
    }

    /// A reading of a row, of which time, value and unit stand at `at`; `None` for one without a time.
    fn reading<'r>(&self, time: Time, row: &'r Row<'_>, at: usize) -> Query<Option<Reading<'r>>> {
        let Some(time) = self.micros(time, row.get_ref(at)?) else {
            self.inner.leave_out();
            return Ok(None);
        };
        let mut integer = None;
        let mut number = |number: Number| {
            integer = number.exact;
            Some(Value::Number(number.value))
        };
        let value = match row.get_ref(at + 1)? {
            ValueRef::Null => None,
            ValueRef::Integer(value) => number(Number::integer(value.into())),
            ValueRef::Real(value) if value.is_finite() => number(Number::float(value)),
            ValueRef::Blob(data) if data.len() <= LONGEST / 4 * 3 => Some(Value::Data(data)),
            ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) if text.trim().is_empty() || is_gap(text) => None,
                Ok(text) if can_be_carried(text, LONGEST) => match number::parse(text) {
                    Some(value) => number(value),
                    None => Some(Value::Text(text)),
                },
                _ => {
                    self.inner.leave_out();
                    None
                }
            },
            ValueRef::Real(_) | ValueRef::Blob(_) => {
                self.inner.leave_out();
                None
            }
        };
        let unit = text(row.get_ref(at + 2)?).filter(|unit| can_be_carried(unit, LONGEST_UNIT));
        Ok(Some(Reading { time, value, integer, unit }))
    }

    /// A time in microseconds since 1970.
    fn micros(&self, form: Time, value: ValueRef<'_>) -> Option<i64> {
        let micros = match (value, form) {
            // SQLite knows milliseconds, and gives them as a double.
            (ValueRef::Real(seconds), Time::Text) => number::micros((seconds * 1000.0).round() / 1000.0),
            (ValueRef::Integer(seconds), Time::Text) => seconds.checked_mul(1_000_000),
            (ValueRef::Integer(time), _) => time.checked_mul(self.scale(form)),
            (ValueRef::Real(time), _) => match self.inner.layout.time_unit.unwrap_or_default() {
                TimeUnit::Seconds => number::micros(time),
                TimeUnit::Milliseconds => number::micros(time / 1e3),
                TimeUnit::Microseconds => number::micros(time / 1e6),
            },
            _ => None,
        };
        micros.filter(|micros| *micros >= self.inner.earliest && check_time(*micros).is_ok())
    }

    /// A time as it compares with those of the table.
    fn bound(&self, form: Time, micros: i64) -> Sql {
        let scale = self.scale(form);
        if micros % scale == 0 { (micros / scale).into() } else { (micros as f64 / scale as f64).into() }
    }

    /// Microseconds of the unit of time.
    fn scale(&self, form: Time) -> i64 {
        match (form, self.inner.layout.time_unit.unwrap_or_default()) {
            (Time::Text, _) | (_, TimeUnit::Seconds) => 1_000_000,
            (_, TimeUnit::Milliseconds) => 1000,
            (_, TimeUnit::Microseconds) => 1,
        }
    }

    fn go_on(&self) -> Query<()> {
        if self.stopped.load(Ordering::Relaxed) { Err(Problem::Stopped) } else { Ok(()) }
    }
}

/// Bytes of a text, or of data in base64: what XML parsers of XMPP take for an attribute.
const LONGEST: usize = 8192;

/// Bytes of a unit; those registered have under twenty.
const LONGEST_UNIT: usize = 100;

impl<'r> Reading<'r> {
    fn record(&self, name: &'r str, unit: Option<&'r str>) -> Record<'r> {
        let mut record = Record::number(name, self.time, self.unit.or(unit), None);
        record.value = self.value;
        record.integer = self.integer;
        record
    }
}

impl Known {
    fn set(&mut self, field: &str, text: String) {
        let (meta, boolean) = (&mut self.meta, matches!(&*text.to_ascii_lowercase(), "1" | "true"));
        let device = |meta: &mut Metadata, set: fn(&mut DeviceIdentifier, String), text: String| {
            set(meta.device.get_or_insert_default(), text);
        };
        let measurement = &mut meta.measurement;
        match field {
            "title" => self.title = Some(text),
            "device_type" => meta.device_type = Some(text),
            "device_authority" => device(meta, |device, text| device.authority = Some(text), text),
            "device_kind" => device(meta, |device, text| device.kind = Some(text), text),
            "device_id" => device(meta, |device, text| device.value = Some(text), text),
            "measurement" => measurement.name = Some(text),
            "direction" => measurement.direction = Some(text),
            "quantity" => measurement.quantity = Some(text),
            "kind" => measurement.kind = Some(text),
            "subtype" => measurement.subtype = Some(text),
            "unit" => measurement.unit = Some(text),
            "aggregation" => measurement.aggregation = Some(Aggregation::from(&*text)),
            "sampling_interval" => measurement.sampling_interval = SamplingInterval::parse(&text),
            "corrected" => measurement.corrected = Some(boolean),
            "estimated" => measurement.estimated = Some(boolean),
            _ => {}
        }
    }
}

fn can_be_carried(text: &str, most: usize) -> bool {
    text.len() <= most && text.chars().all(is_xml)
}

/// A text that says something.
fn text(value: ValueRef<'_>) -> Option<&str> {
    match value {
        ValueRef::Text(text) => std::str::from_utf8(text).ok().filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// The records by time, those without a unit with this one.
fn in_order(records: &Records, unit: Option<&str>) -> Query<Records> {
    let mut rows: Vec<usize> = (0..records.len()).collect();
    rows.sort_by_key(|row| records.times()[*row]);
    let mut ordered = Records::new();
    for mut record in rows.into_iter().filter_map(|row| records.get(row)) {
        record.unit = record.unit.or(unit);
        ordered.push(&record)?;
    }
    Ok(ordered)
}
