//! The JSON of the reference program: metadata as nested objects, a list of records with times in a zone.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::{Data, Part};
use crate::senml::{Record, Value};

impl Data {
    /// One object a series: `{"meta": {…}, "records": [{"name", "time", "value", "unit"}, …]}`, times in `zone` with
    /// their offset.
    ///
    /// A gap has the value `null`, a missing unit is `null`. Where a record has them there are also `sum`, `update_time`
    /// and `other` (an object of further SenML labels). A binary value is written in base64url, and
    /// `"encoding": "base64url"` tells it from a text. Elements that Quoalise does not define have no place in it.
    pub fn to_json(&self, zone: &TimeZone) -> Vec<Json> {
        self.parts.iter().map(|part| self.part_to_json(part, zone)).collect()
    }

    fn part_to_json(&self, part: &Part, zone: &TimeZone) -> Json {
        let records: Vec<Json> =
            self.records.rows(part.rows()).map(|record| record_to_json(&record, zone)).collect();
        json!({ "meta": part.meta.to_element().to_json(), "records": records })
    }
}

fn record_to_json(record: &Record<'_>, zone: &TimeZone) -> Json {
    let mut object = Map::new();
    object.insert("name".to_owned(), Json::from(record.name));
    object.insert("time".to_owned(), Json::from(iso_time(record, zone)));
    let exact = record.integer.and_then(serde_json::Number::from_i128);
    let value = match record.value {
        Some(Value::Number(number)) => exact.map_or_else(|| Json::from(number), Json::Number),
        Some(Value::Text(text)) => Json::from(text),
        Some(Value::Boolean(boolean)) => Json::from(boolean),
        Some(Value::Data(data)) => Json::from(URL_SAFE_NO_PAD.encode(data)),
        None => Json::Null,
    };
    object.insert("value".to_owned(), value);
    if let Some(Value::Data(_)) = record.value {
        object.insert("encoding".to_owned(), Json::from("base64url"));
    }
    object.insert("unit".to_owned(), record.unit.map_or(Json::Null, Json::from));
    if let Some(sum) = record.sum {
        object.insert("sum".to_owned(), Json::from(sum));
    }
    if let Some(update_time) = record.update_time {
        object.insert("update_time".to_owned(), Json::from(update_time));
    }
    if !record.other.is_empty() {
        object.insert("other".to_owned(), Json::Object(record.other.iter().cloned().collect()));
    }
    Json::Object(object)
}

/// ISO 8601 with the offset in force then, as `2022-01-10T00:00:00+01:00`; a fraction only where there is one.
///
/// In UTC, with `Z`, where ISO 8601 has no such year or offset: before year 0, and before there was standard time.
pub(crate) fn iso_time(record: &Record<'_>, zone: &TimeZone) -> String {
    let time = record.timestamp().to_zoned(zone.clone());
    if time.year() < 0 || time.offset().seconds() % 60 != 0 {
        return record.timestamp().to_string();
    }
    time.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}
