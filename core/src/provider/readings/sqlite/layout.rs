//! Where in a database the readings are, and the SQL that says so. Names come from the database's own schema, and are
//! quoted.

use std::path::Path;

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use super::rows::TimeForm;
use super::{Query, SqliteOptions, TimeUnit};
use crate::error::{Error, ErrorKind};
use crate::senml::check_name;

/// The tables and columns, quoted.
pub(super) struct Layout {
    pub readings: String,
    pub name: Name,
    pub time: String,
    pub value: String,
    pub unit: Option<String>,
    /// The name by which the table's rowid is not hidden; `None` where it has none.
    pub rowid: Option<&'static str>,
    pub series: Option<SeriesTable>,
    /// The unit where no column gives one.
    pub default_unit: Option<String>,
    pub time_unit: Option<TimeUnit>,
    is_table: bool,
}

/// What says which series a reading is of.
pub(super) enum Name {
    Column(String),
    /// All are of one.
    All(String),
}

/// The table of what is known of the series.
pub(super) struct SeriesTable {
    pub table: String,
    pub name: String,
    /// Of [`KNOWN`] those that are there, with their quoted names.
    pub columns: Vec<(&'static str, String)>,
}

/// How times are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Numbers.
    Number,
    /// Numbers as text, as tables imported from text have them.
    Digits,
    /// ISO 8601.
    Text,
}

/// The columns of the table of series.
pub(super) const KNOWN: [&str; 15] = [
    "title",
    "device_type",
    "device_authority",
    "device_kind",
    "device_id",
    "measurement",
    "direction",
    "quantity",
    "kind",
    "subtype",
    "unit",
    "aggregation",
    "sampling_interval",
    "corrected",
    "estimated",
];

struct Table {
    name: String,
    has_rowid: bool,
    is_table: bool,
}

impl Layout {
    pub(super) fn find(connection: &Connection, path: &Path, options: &SqliteOptions) -> Query<Self> {
        let file = path.display();
        let tables = tables(connection)?;
        let find = |name: &str| tables.iter().find(|table| table.name.eq_ignore_ascii_case(name));
        let no_table = |name: &str| {
            let names = list(tables.iter().map(|table| &*table.name));
            wrong(format!(
                "{file} has no table `{name}`. It has {names}: name the one with the readings (`--table`)"
            ))
        };

        let wanted = options.table.as_deref().unwrap_or("readings");
        let table = find(wanted).ok_or_else(|| no_table(wanted))?;
        let columns = columns(connection, &table.name)?;
        let column = |given: &Option<String>, usual: &str| -> Result<String, String> {
            let wanted = given.as_deref().unwrap_or(usual);
            let found = columns.iter().find(|column| column.eq_ignore_ascii_case(wanted));
            found.map(|column| quote(column)).ok_or_else(|| wanted.to_owned())
        };
        let no_column = |option: &'static str| {
            let (file, table, columns) = (&file, &table.name, &columns);
            move |wanted: String| {
                let names = list(columns.iter().map(String::as_str));
                wrong(format!(
                    "`{table}` in {file} has no column `{wanted}`. It has {names}: name the right one (`{option}`)"
                ))
            }
        };
        let time = column(&options.time_column, "time").map_err(no_column("--time-column"))?;
        let value = column(&options.value_column, "value").map_err(no_column("--value-column"))?;
        let unit = match column(&options.unit_column, "unit") {
            Err(wanted) if options.unit_column.is_some() => {
                return Err(no_column("--unit-column")(wanted).into());
            }
            unit => unit.ok(),
        };
        let name = match (column(&options.name_column, "name"), &options.name) {
            (Ok(column), _) => Name::Column(column),
            (Err(_), Some(name)) if options.name_column.is_none() => {
                check_name(name)?;
                Name::All(name.clone())
            }
            (Err(wanted), _) => {
                let error = no_column("--name-column")(wanted);
                return Err(error
                    .remedy("If all rows are of one series, say what it is called (`--name`)")
                    .into());
            }
        };

        let hidden = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        let rowid = ["rowid", "_rowid_", "oid"].into_iter().find(|name| table.has_rowid && !hidden(name));
        let wanted = options.series_table.as_deref().unwrap_or("series");
        let series = match find(wanted) {
            Some(table) => SeriesTable::find(connection, &table.name)?,
            None => None,
        };
        if series.is_none() && options.series_table.is_some() {
            let names = list(tables.iter().map(|table| &*table.name));
            let text = format!("{file} has no table `{wanted}` with a column `name`. It has {names}");
            return Err(wrong(text).into());
        }
        let (default_unit, time_unit) = (options.unit.clone(), options.time_unit);
        let (readings, is_table) = (format!("main.{}", quote(&table.name)), table.is_table);
        Ok(Self { readings, name, time, value, unit, rowid, series, default_unit, time_unit, is_table })
    }

    /// How times are written, by the first of them, and whether an index leads there; `None` while there are none.
    pub(super) fn form(&self, connection: &Connection) -> Query<Option<TimeForm>> {
        let Self { readings, time: column, .. } = self;
        let sql = format!(
            "SELECT {column}, unixepoch({column}) FROM {readings} WHERE {column} IS NOT NULL AND {column} <> '' LIMIT 1"
        );
        let sample = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((sample, understood)): Option<(Value, Value)> = sample else { return Ok(None) };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let (time, number) = match &sample {
            Value::Integer(number) => (Time::Number, *number as f64),
            Value::Real(number) => (Time::Number, *number),
            Value::Text(text) if digits(text) => (Time::Digits, text.parse().unwrap_or_default()),
            Value::Text(_) if understood != Value::Null => (Time::Text, 0.0),
            _ => return Err(wrong(format!("the times in {column} are neither numbers nor ISO 8601")).into()),
        };
        // As seconds they would be thousands of years ahead.
        if self.time_unit.is_none() && number.abs() >= 1e11 {
            let remedy = "Say what they are, such as milliseconds (`--time-unit ms`)";
            return Err(wrong(format!("the times in {column} are no seconds since 1970"))
                .remedy(remedy)
                .into());
        }
        let sql =
            format!("EXPLAIN QUERY PLAN {} ORDER BY {} LIMIT 1", self.select(time, true), self.time(time));
        let mut statement = connection.prepare(&sql)?;
        let mut plan = statement.raw_query();
        let mut indexed = true;
        while let Some(step) = plan.next()? {
            let ValueRef::Text(text) = step.get_ref(3)? else { continue };
            let text = String::from_utf8_lossy(text);
            // As long as nothing is sorted and no table read through, a period is found at once.
            indexed &= !text.starts_with("SCAN") && !text.contains("TEMP B-TREE");
        }
        Ok(Some(TimeForm { time, indexed }))
    }

    /// The time of a row, as a number that orders rows as their times do; NULL where it is none.
    pub(super) fn time(&self, time: Time) -> String {
        let column = &self.time;
        match time {
            Time::Number => column.clone(),
            Time::Digits => {
                format!(
                    "CASE WHEN {column} <> '' AND {column} NOT GLOB '*[^0-9.]*' THEN CAST({column} AS NUMERIC) END"
                )
            }
            Time::Text => format!("unixepoch({column},'subsec')"),
        }
    }

    /// The condition that a row has a value, texts that say there is none being none: as `senml::xml::is_gap`.
    pub(super) fn has_value(&self) -> String {
        let value = &self.value;
        format!(
            "{value} IS NOT NULL AND (typeof({value}) <> 'text' OR \
             trim({value}, char(9, 10, 12, 13, 32)) NOT IN ('', 'null', 'None', 'NaN', 'nan'))"
        )
    }

    /// Time, value and unit of rows; of one series, and over a period where `bounded`.
    pub(super) fn select(&self, time: Time, bounded: bool) -> String {
        let mut sql = format!("{} WHERE {}", self.select_all(time), self.of_series());
        if bounded {
            let time = self.time(time);
            sql += &format!(" AND {time} >= ? AND {time} < ?");
        }
        sql
    }

    pub(super) fn select_all(&self, time: Time) -> String {
        let Self { readings, value, .. } = self;
        let (time, unit) = (self.time(time), self.unit.as_deref().unwrap_or("NULL"));
        format!("SELECT {time}, {value}, {unit} FROM {readings}")
    }

    /// The condition that a row is of one series, whose name is the next parameter.
    pub(super) fn of_series(&self) -> String {
        match &self.name {
            Name::Column(column) => format!("{column} = ?"),
            Name::All(_) => "? IS NOT NULL".to_owned(),
        }
    }

    /// What makes an index, for people.
    pub(super) fn index(&self, form: TimeForm) -> String {
        if !self.is_table {
            return "Have an index made on the tables behind this view".to_owned();
        }
        let Self { readings, name, .. } = self;
        let time = match form.time {
            Time::Number => self.time.clone(),
            _ => self.time(form.time),
        };
        let name = match name {
            Name::Column(column) => format!("{column}, "),
            Name::All(_) => String::new(),
        };
        let table = readings.strip_prefix("main.").unwrap_or(readings);
        format!("Make one: CREATE INDEX readings_by_time ON {table} ({name}{time});")
    }
}

impl SeriesTable {
    fn find(connection: &Connection, table: &str) -> Query<Option<Self>> {
        let columns = columns(connection, table)?;
        let column = |name: &str| {
            columns.iter().find(|column| column.eq_ignore_ascii_case(name)).map(|column| quote(column))
        };
        let Some(name) = column("name") else { return Ok(None) };
        let columns = KNOWN.into_iter().filter_map(|known| Some((known, column(known)?))).collect();
        Ok(Some(Self { table: format!("main.{}", quote(table)), name, columns }))
    }
}

fn tables(connection: &Connection) -> Query<Vec<Table>> {
    let sql = "SELECT name, type, wr FROM pragma_table_list \
               WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    let mut statement = connection.prepare(sql)?;
    let tables = statement.query_map([], |row| {
        let (kind, without_rowid): (String, bool) = (row.get(1)?, row.get(2)?);
        let is_table = kind == "table";
        Ok(Table { name: row.get(0)?, has_rowid: is_table && !without_rowid, is_table })
    })?;
    Ok(tables.collect::<rusqlite::Result<_>>()?)
}

fn columns(connection: &Connection, table: &str) -> Query<Vec<String>> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1, 'main')")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    Ok(names.collect::<rusqlite::Result<_>>()?)
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.take(50).map(|name| format!("`{name}`")).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

fn wrong(text: String) -> Error {
    Error::new(ErrorKind::InvalidArgument, text)
}
