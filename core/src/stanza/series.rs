//! Series as they are told of: rows of a result form, and fields of one (`docs/protocol/discovery.md`).

use super::{Field, FieldType, Form, FormType};
use crate::data::{Aggregation, Identifier, Measurement, SamplingInterval, Series};
use crate::stanza::time::parse_time;

/// The `FORM_TYPE` of a series in an answer to disco#info (XEP-0128).
pub(crate) const FORM_TYPE: &str = "urn:quoalise:series:0";

/// The columns: name, label, and what a series has there.
type Column = (&'static str, &'static str, FieldType, fn(&Series) -> Vec<String>);

const COLUMNS: [Column; 15] = [
    ("identifier", "Identifier", FieldType::TextSingle, |series| vec![series.identifier.to_string()]),
    ("title", "Title", FieldType::TextSingle, |series| one(series.title.as_ref())),
    ("name", "Measurement", FieldType::TextSingle, |series| one(series.measurement.name.as_ref())),
    ("direction", "Direction", FieldType::TextSingle, |series| one(series.measurement.direction.as_ref())),
    ("quantity", "Quantity", FieldType::TextSingle, |series| one(series.measurement.quantity.as_ref())),
    ("type", "Type", FieldType::TextSingle, |series| one(series.measurement.kind.as_ref())),
    ("subtype", "Subtype", FieldType::TextSingle, |series| one(series.measurement.subtype.as_ref())),
    ("unit", "Unit", FieldType::TextSingle, |series| one(series.measurement.unit.as_ref())),
    ("aggregation", "Aggregation", FieldType::TextSingle, |series| {
        one(series.measurement.aggregation.as_ref().map(Aggregation::as_str))
    }),
    ("sampling_interval", "Step", FieldType::TextSingle, |series| one(series.measurement.sampling_interval)),
    ("corrected", "Corrected", FieldType::Boolean, |series| one(series.measurement.corrected)),
    ("estimated", "Estimated", FieldType::Boolean, |series| one(series.measurement.estimated)),
    ("first_time", "First", FieldType::TextSingle, |series| one(series.first)),
    ("last_time", "Last", FieldType::TextSingle, |series| one(series.last)),
    ("rights", "Rights", FieldType::ListMulti, |series| {
        series.rights.names().into_iter().map(str::to_owned).collect()
    }),
];

fn one(value: Option<impl ToString>) -> Vec<String> {
    value.iter().map(ToString::to_string).collect()
}

/// A table of series, with the columns that any of them fills.
pub(crate) fn table(series: &[Series]) -> Form {
    let mut form = Form::new(FormType::Result);
    let used = |column: &&Column| {
        matches!(column.0, "identifier" | "rights")
            || series.iter().any(|series| !column.3(series).is_empty())
    };
    let columns: Vec<&Column> = COLUMNS.iter().filter(used).collect();
    form.reported =
        columns.iter().map(|(var, label, kind, _)| Field::new(*var, *kind).label(*label)).collect();
    form.items = series.iter().map(|series| fields(series, &columns)).collect();
    form
}

/// One series, as the answer to disco#info has it.
pub(crate) fn extension(series: &Series) -> Form {
    let columns: Vec<&Column> = COLUMNS.iter().filter(|column| !column.3(series).is_empty()).collect();
    let mut form = Form::new(FormType::Result);
    form.fields.push(Field::new("FORM_TYPE", FieldType::Hidden).value(FORM_TYPE));
    form.fields.extend(fields(series, &columns));
    form
}

fn fields(series: &Series, columns: &[&Column]) -> Vec<Field> {
    let field = |(var, _, kind, values): &&Column| {
        let mut field = Field::new(*var, *kind);
        field.values = values(series);
        field
    };
    columns.iter().map(field).collect()
}

/// Reads a row. What cannot be understood is passed over, but for the name: without that there is nothing to ask for.
pub(crate) fn read(row: &[Field]) -> Option<Series> {
    let get = |var: &str| row.iter().filter(|field| field.var == var).find_map(Field::first);
    let owned = |var: &str| get(var).map(str::to_owned);
    let boolean = |var: &str| match get(var)? {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
    let time = |var: &str| parse_time(get(var)?).ok().map(|time| time.timestamp());
    let mut series = Series::new(Identifier::new(get("identifier")?).ok()?);
    series.title = owned("title");
    series.measurement = Measurement {
        name: owned("name"),
        direction: owned("direction"),
        quantity: owned("quantity"),
        kind: owned("type"),
        subtype: owned("subtype"),
        unit: owned("unit"),
        aggregation: get("aggregation").map(Aggregation::from),
        sampling_interval: get("sampling_interval").and_then(SamplingInterval::parse),
        corrected: boolean("corrected"),
        estimated: boolean("estimated"),
    };
    (series.first, series.last) = (time("first_time"), time("last_time"));
    let rights = row.iter().filter(|field| field.var == "rights");
    for right in rights.flat_map(|field| &field.values) {
        match right.trim() {
            "get_history" => series.rights.get_history = true,
            "subscribe" => series.rights.subscribe = true,
            _ => {}
        }
    }
    Some(series)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_comes_back_as_it_was_told() {
        let mut full =
            Series::new("urn:dev:prm:00000000000001_consumption/power/active/raw".parse().unwrap());
        full.title = Some("Active power".to_owned());
        full.measurement.unit = Some("W".to_owned());
        full.measurement.aggregation = Some(Aggregation::Mean);
        full.measurement.sampling_interval = SamplingInterval::parse("PT30M");
        full.measurement.corrected = Some(false);
        full.first = Some("2022-01-10T00:00:00Z".parse().unwrap());
        full.last = Some("2022-02-10T00:00:00.5Z".parse().unwrap());
        full.rights.get_history = true;
        let bare = Series::new("urn:dev:ow:1_voltage".parse().unwrap());

        let table = table(&[full.clone(), bare.clone()]);
        assert_eq!(table.reported.len(), 9, "only columns that are used");
        let again = Form::from_element(&table.to_element()).unwrap();
        assert_eq!(again, table);
        assert_eq!(
            again.items.iter().map(|row| read(row).unwrap()).collect::<Vec<_>>(),
            [full.clone(), bare]
        );
        assert_eq!(read(&extension(&full).fields), Some(full));
        assert_eq!(read(&[Field::text("unit").value("W")]), None);
    }
}
