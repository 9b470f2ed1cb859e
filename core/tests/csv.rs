//! Tables in and out. The real meter's file is in `vectors.rs`, where it can be reported as skipped.
#![cfg(feature = "csv")]
#![allow(clippy::unwrap_used)]

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use quoalise::data::{Aggregation, CsvOptions, Data, SamplingInterval, Stamp};
use quoalise::senml::{Error, ErrorKind, Limits, Value};

const CURVE: &[u8] = include_bytes!("../../tests/vectors/csv/enedis-sge.csv");
const LINKY: &str = "00000000000001;Courbe de charge;;;Energie active;Consommation;Comptage Brut;W;";

fn read(table: &str) -> Result<Data, Error> {
    Data::from_csv(table.as_bytes(), &CsvOptions::default())
}

fn curve(header: &str, rows: &str, options: &CsvOptions) -> Result<Data, Error> {
    let table = format!(
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;\
         Unite;Pas en minutes\n{header}\nHorodate;Valeur\n{rows}"
    );
    Data::from_csv(table.as_bytes(), options)
}

fn starts(data: &Data) -> Vec<String> {
    data.records().iter().map(|record| record.timestamp().to_string()).collect()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").unwrap()
}

#[test]
fn each_reading_of_a_load_curve_begins_where_its_own_interval_does() {
    let data = Data::from_csv(CURVE, &CsvOptions::default()).unwrap();
    let records = data.records();
    let expected = [
        (100, "2021-10-31T00:00:00+02:00", "the first: as long as it is to the next"),
        (-1, "2021-10-31T01:00:00+02:00", "a gap is kept"),
        (102, "2021-10-31T02:00:00+02:00", "the hour before the clocks go back"),
        (103, "2021-10-31T02:00:00+01:00", "and the same hour again"),
        (104, "2021-10-31T04:00:00+01:00", "after a hole of an hour, which is left open"),
        (105, "2021-10-31T05:00:00+01:00", "the last of the steady hours"),
        (106, "2021-10-31T18:00:00+01:00", "after half a day: as long as it is to the next"),
        (107, "2021-10-31T18:30:00+01:00", "half an hour from here"),
        (108, "2021-10-31T19:30:00+01:00", "a half hour left out, not one hour among half hours"),
        (109, "2021-10-31T20:00:00+01:00", "half an hour goes on"),
        (110, "2022-03-27T01:00:00+01:00", "after months"),
        (111, "2022-03-27T01:30:00+01:00", "the half hour before the clocks go forward"),
        (112, "2022-03-27T03:00:00+02:00", "and the one after"),
        (113, "2022-03-27T03:30:00+02:00", "ten minutes from here"),
        (114, "2022-03-27T03:40:00+02:00", "ten minutes go on"),
        (115, "2022-03-27T04:00:00+02:00", "after a distance that is no usual step"),
        (116, "2022-03-27T04:10:00+02:00", "ten minutes go on"),
        (117, "2022-03-27T05:40:00+02:00", "the last, after a hole: as long as the one before"),
    ];
    assert_eq!(records.len(), expected.len());
    for (record, (value, start, why)) in records.iter().zip(expected) {
        let start: Timestamp = start.parse().unwrap();
        assert_eq!(record.timestamp(), start, "{why}");
        assert_eq!(record.value, (value >= 0).then_some(Value::Number(value.into())), "{why}");
        assert_eq!(record.name, "urn:dev:prm:00000000000001_consumption/power/active/raw");
        assert_eq!(record.unit, Some("W"));
    }
}

#[test]
fn a_load_curve_says_what_it_is() {
    let data = Data::from_csv(CURVE, &CsvOptions::default()).unwrap();
    let meta = data.meta();
    assert_eq!(meta.device_type.as_deref(), Some("electricity-meter"));
    let device = meta.device.as_ref().unwrap();
    assert_eq!(
        (device.authority.as_deref(), device.kind.as_deref(), device.value.as_deref()),
        (Some("enedis"), Some("prm"), Some("00000000000001"))
    );
    let measurement = &meta.measurement;
    assert_eq!(measurement.name.as_deref(), Some("active-power"));
    assert_eq!(measurement.direction.as_deref(), Some("consumption"));
    assert_eq!(measurement.quantity.as_deref(), Some("power"));
    assert_eq!(measurement.kind.as_deref(), Some("electrical"));
    assert_eq!(measurement.unit.as_deref(), Some("W"));
    assert_eq!(measurement.aggregation, Some(Aggregation::Mean));
    assert_eq!(measurement.sampling_interval, None, "its steps differ");

    let header = "00000000000002;Courbe de charge;;;Energie active;Production;Comptage Corrigé;W;";
    let rows = "2022-01-10T00:30:00+01:00;0\n2022-01-10T01:00:00+01:00;0\n2022-01-10T03:00:00+01:00;1\n";
    let data = curve(header, rows, &CsvOptions::default()).unwrap();
    assert_eq!(data.records().name(0), "urn:dev:prm:00000000000002_production/power/active/corrected");
    assert_eq!(data.meta().measurement.corrected, Some(true));
    assert_eq!(data.meta().measurement.sampling_interval, SamplingInterval::parse("PT30M"));
    assert_eq!(data.energy_wh(), Some(0.5));
}

#[test]
fn the_header_may_tell_the_step() {
    let header = LINKY.to_owned() + "15";
    let rows = "2022-01-10T01:00:00+01:00;1\n2022-01-10T02:00:00+01:00;2\n";
    let data = curve(&header, rows, &CsvOptions::default()).unwrap();
    assert_eq!(starts(&data), ["2022-01-09T23:45:00Z", "2022-01-10T00:45:00Z"]);
    assert_eq!(data.meta().measurement.sampling_interval, SamplingInterval::parse("PT15M"));
    let refused = curve(&(LINKY.to_owned() + "0"), rows, &CsvOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadNumber);
}

#[test]
fn what_a_lone_reading_lasts_must_be_told() {
    let row = "2022-01-10T01:00:00+01:00;1\n";
    let refused = curve(LINKY, row, &CsvOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadTime);
    assert!(refused.to_string().contains("line 4") && refused.to_string().contains("--step"), "{refused}");
    let options = CsvOptions::default().step(SignedDuration::from_mins(30));
    assert_eq!(starts(&curve(LINKY, row, &options).unwrap()), ["2022-01-09T23:30:00Z"]);
    // Told only where the file does not tell.
    let rows = "2022-01-10T01:00:00+01:00;1\n2022-01-10T02:00:00+01:00;1\n";
    let data = curve(LINKY, rows, &options).unwrap();
    assert_eq!(starts(&data), ["2022-01-09T23:00:00Z", "2022-01-10T00:00:00Z"]);
}

#[test]
fn a_first_reading_before_a_hole_lasts_as_long_as_the_next() {
    let rows = "2022-01-10T01:00:00+01:00;1\n2022-01-10T05:00:00+01:00;2\n2022-01-10T05:30:00+01:00;3\n";
    let data = curve(LINKY, rows, &CsvOptions::default()).unwrap();
    assert_eq!(starts(&data), ["2022-01-09T23:30:00Z", "2022-01-10T03:30:00Z", "2022-01-10T04:00:00Z"]);
}

#[test]
fn rows_may_come_in_any_order_and_twice() {
    let rows = "2022-01-10T02:00:00+01:00;2\n2022-01-10T01:30:00+01:00;1\n2022-01-10T02:00:00+01:00;3\n";
    let data = curve(LINKY, rows, &CsvOptions::default()).unwrap();
    assert_eq!(starts(&data), ["2022-01-10T00:30:00Z", "2022-01-10T00:00:00Z", "2022-01-10T00:30:00Z"]);
    assert_eq!(data.records().values(), [2.0, 1.0, 3.0]);
}

#[test]
fn large_consumers_curves_are_stamped_at_the_start() {
    let rows = "2022-01-10T00:00:00+01:00;1\n2022-01-10T00:10:00+01:00;2\n2022-01-10T02:00:00+01:00;3\n";
    let data = curve(LINKY, rows, &CsvOptions::default().stamps(Stamp::Start)).unwrap();
    assert_eq!(starts(&data), ["2022-01-09T23:00:00Z", "2022-01-09T23:10:00Z", "2022-01-10T01:00:00Z"]);
    assert_eq!(data.meta().measurement.sampling_interval, SamplingInterval::parse("PT10M"));
}

#[test]
fn an_export_that_is_not_understood_is_refused() {
    let row = "2022-01-10T01:00:00+01:00;1\n2022-01-10T01:30:00+01:00;1\n";
    let index = "00000000000001;Index;;;Energie active;Consommation;Comptage Brut;;";
    assert_eq!(curve(index, row, &CsvOptions::default()).unwrap_err().kind(), ErrorKind::NotSenml);
    let voltage = "00000000000001;Courbe de charge;;;Tension;Consommation;Comptage Brut;V;";
    let refused = curve(voltage, row, &CsvOptions::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotSenml);
    assert!(refused.to_string().contains("--name"), "{refused}");
    let named = CsvOptions::default().name("urn:dev:prm:00000000000001_voltage");
    let named = curve(voltage, row, &named).unwrap();
    assert_eq!(named.records().name(0), "urn:dev:prm:00000000000001_voltage");
    assert_eq!(named.meta().measurement.name, None);
    let cut = "Identifiant PRM;Type de donnees\n00000000000001;Courbe de charge\n";
    assert_eq!(read(cut).unwrap_err().kind(), ErrorKind::NotSenml);
    assert_eq!(read("Identifiant PRM;Type de donnees\n").unwrap_err().kind(), ErrorKind::NotSenml);
}

#[test]
fn columns_come_in_any_order_by_name() {
    let table = "unit;value;TIME;name;quality\n\
                 kWh;1,5;2022-01-10T00:00:00+01:00;b;x\n\
                 ;null;1641769200;;\n\
                 ;-2e3;1641769200,25;a;\n";
    let options = CsvOptions::default().name("other").unit("W");
    let data = Data::from_csv(table.as_bytes(), &options).unwrap();
    let records: Vec<_> = data.records().iter().map(|r| (r.name, r.time, r.unit, r.value)).collect();
    let time = 1_641_769_200_000_000;
    assert_eq!(
        records,
        [
            ("b", time, Some("kWh"), Some(Value::Number(1.5))),
            ("other", time, Some("W"), None),
            ("a", time + 250_000, Some("W"), Some(Value::Number(-2000.0))),
        ]
    );
    let strict = |table: &[u8]| Data::from_csv(table, &options.clone().strict(true));
    assert_eq!(strict(table.as_bytes()).unwrap_err().kind(), ErrorKind::NotSenml);
    assert_eq!(strict(b"time,value\n0,null\n").unwrap_err().kind(), ErrorKind::BadNumber);
    assert!(strict(b"time,value\n0,\n").unwrap().records().get(0).unwrap().is_gap());
}

#[test]
fn columns_beside_numbers() {
    let table = "time,value,text,boolean,data,sum,update_time,other\n\
                 0,,open,,,,,\n1,,,true,,,,\n2,,,,aGkgCg,,,\n3,,,,=,,,\n4,,,,,12.5,60,\"{\"\"x\"\":[1]}\"\n\
                 5,,\"\"\"\"\"\",,,,,\n6,,\"a, b\nc\",,,,,\n7,9007199254740993,,,,,,\n";
    let data = read(table).unwrap();
    let values: Vec<_> = data.records().iter().map(|record| record.value).collect();
    assert_eq!(
        values,
        [
            Some(Value::Text("open")),
            Some(Value::Boolean(true)),
            Some(Value::Data(b"hi \n")),
            Some(Value::Data(b"")),
            None,
            Some(Value::Text("")),
            Some(Value::Text("a, b\nc")),
            Some(Value::Number(9007199254740992.0)),
        ]
    );
    let fourth = data.records().get(4).unwrap();
    assert_eq!((fourth.sum, fourth.update_time), (Some(12.5), Some(60.0)));
    assert_eq!(fourth.other, [("x".to_owned(), serde_json::json!([1]))]);
    assert_eq!(data.records().get(7).unwrap().integer, Some(9007199254740993));
    assert_eq!(read(&data.to_csv(&TimeZone::UTC)).unwrap().records(), data.records());
}

#[test]
fn times_without_an_offset_need_a_zone() {
    let refused = read("time,value\n2022-01-10T00:00:00,1\n").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadTime);
    let said = refused.to_string();
    assert!(said.contains("line 2") && said.contains("+01:00") && said.contains("--tz"), "{said}");

    let options = CsvOptions::default().zone(paris());
    let read = |time: &str| Data::from_csv(format!("time,value\n{time},1\n").as_bytes(), &options);
    for (time, utc) in [
        ("2022-01-10 00:00", "2022-01-09T23:00:00Z"),
        ("2022-07-10T00:00:00.5", "2022-07-09T22:00:00.5Z"),
        ("2022-07-10", "2022-07-09T22:00:00Z"),
        ("2022-07-10T00:00:00-04:00", "2022-07-10T04:00:00Z"),
        ("2022-07-10T00:00:00Z", "2022-07-10T00:00:00Z"),
        ("2022-03-27T02:30:00+01:00", "2022-03-27T01:30:00Z"),
    ] {
        assert_eq!(starts(&read(time).unwrap()), [utc], "{time}");
    }
    for time in ["2022-03-27T02:30:00", "2022-10-30T02:30:00"] {
        let refused = read(time).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::BadTime, "{time}");
        assert!(refused.to_string().contains("clocks"), "{refused}");
    }
}

#[test]
fn what_is_wrong_is_told_by_line_and_without_a_value() {
    let mut limits = Limits::default();
    (limits.records, limits.text, limits.attributes, limits.bytes) = (2, 40, 4, 200);
    let options = CsvOptions::default().limits(limits);
    let long = format!("time,value\n0,{}\n", "9".repeat(41));
    let longer = " ".repeat(201);
    for (table, kind, line) in [
        ("", ErrorKind::Syntax, 0),
        ("\n \n", ErrorKind::Syntax, 0),
        ("when,value\n", ErrorKind::NotSenml, 1),
        ("time,val\n", ErrorKind::NotSenml, 1),
        ("time,value,time\n", ErrorKind::NotSenml, 1),
        ("time,value\n0,1\n\n0,12e\n", ErrorKind::BadNumber, 4),
        ("time,value\n0,1,5\n", ErrorKind::Syntax, 2),
        ("time,value\n0\n", ErrorKind::Syntax, 2),
        ("time,value\n0,1e999\n", ErrorKind::BadNumber, 2),
        ("time,value\n0,inf\n", ErrorKind::BadNumber, 2),
        ("time;value\n0;1.234,5\n", ErrorKind::BadNumber, 2),
        ("time,value\n1e300,1\n", ErrorKind::BadTime, 2),
        ("time,value\n12/01/2022,1\n", ErrorKind::BadTime, 2),
        ("time,value\n,1\n", ErrorKind::BadTime, 2),
        ("time,value,name\n0,1,a b\n", ErrorKind::BadName, 2),
        ("time,value,text\n0,1,987\n", ErrorKind::SeveralValues, 2),
        ("time,value,boolean\n0,,987\n", ErrorKind::BadType, 2),
        ("time,value,data\n0,,9!87\n", ErrorKind::BadType, 2),
        ("time,value,other\n0,,987\n", ErrorKind::BadType, 2),
        ("time,value,other\n0,,\"{\"\"v\"\":987}\"\n", ErrorKind::BadType, 2),
        ("time,value\n0,1\n0,1\n0,1\n", ErrorKind::Limit, 4),
        ("time,value,a,b,c\n", ErrorKind::Limit, 1),
        (&long, ErrorKind::Limit, 2),
        (&longer, ErrorKind::Limit, 0),
    ] {
        let refused = Data::from_csv(table.as_bytes(), &options).unwrap_err();
        assert_eq!(refused.kind(), kind, "{table:?}: {refused}");
        let said = refused.to_string();
        assert_eq!(said.contains(&format!(" line {line}: ")), line > 0, "{table:?}: {said}");
        assert!(!said.contains("987") && !said.contains("12/01"), "{said}");
    }
    let refused = Data::from_csv(b"time,value\n0,1\n0,\xff\n", &CsvOptions::default()).unwrap_err();
    assert_eq!((refused.kind(), refused.to_string().contains("line 3")), (ErrorKind::Syntax, true));
}

#[test]
fn a_table_is_written_in_a_zone_and_as_narrow_as_may_be() {
    let data = Data::from_csv(CURVE, &CsvOptions::default()).unwrap();
    let table = data.to_csv(&paris());
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("time,value,unit,name"));
    let name = "urn:dev:prm:00000000000001_consumption/power/active/raw";
    assert_eq!(lines.next(), Some(&*format!("2021-10-31T00:00:00+02:00,100,W,{name}")));
    assert_eq!(lines.next(), Some(&*format!("2021-10-31T01:00:00+02:00,,W,{name}")));
    assert_eq!(read(&table).unwrap().records(), data.records());
    // Far away, where years and offsets are no ISO 8601.
    let far = read("time,value\n-377705023201,1\n-63000000000,2\n-3000000000.5,3\n253402200000,4\n").unwrap();
    let table = far.to_csv(&paris());
    assert_eq!(read(&table).unwrap().records(), far.records(), "{table}");
}
