//! Whatever the data, what is written reads back equal.
#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use quoalise::data::{
    Aggregation, CsvOptions, Data, DeviceIdentifier, Measurement, Metadata, Pricing, SamplingInterval,
};
use quoalise::senml::{Pack, ReadOptions, Record, Records, Value, WriteOptions};
use serde_json::Value as Json;

/// A record that owns what it is made of.
#[derive(Clone, Debug)]
struct Owned {
    name: String,
    time: i64,
    unit: Option<String>,
    value: OwnedValue,
    sum: Option<f64>,
    update_time: Option<f64>,
    other: Vec<(String, Json)>,
}

#[derive(Clone, Debug)]
enum OwnedValue {
    Gap,
    Number(f64),
    Integer(i128),
    Text(String),
    Boolean(bool),
    Data(Vec<u8>),
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-100_000..100_000_i32).prop_map(f64::from),
        2 => (-1_000_000..1_000_000_i32).prop_map(|tenths| f64::from(tenths) / 10.0),
        1 => any::<f64>().prop_filter("finite", |number| number.is_finite()),
        1 => (1_u64 << 52..1 << 54).prop_map(|integer| integer as f64),
    ]
}

/// Characters that some representation has to look after, and a few others.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z ]{0,10}",
        "[\"'<>&\\\\,;=\n\r\t é€😀#\u{85}\u{2028}-]{0,8}",
        Just("null".to_owned()),
        Just("None".to_owned()),
        Just("1.5".to_owned()),
        Just("\u{feff}".to_owned()),
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just("urn:dev:prm:00000000000001_consumption/power/active/raw".to_owned()),
        2 => "urn:dev:prm:0000000000000[12]_[ab]{0,2}",
        1 => "[A-Za-z0-9][A-Za-z0-9:./_-]{0,12}",
    ]
}

/// From 1978 on, as SenML has no absolute time before; mostly some seconds of some day, and now and then far away.
fn senml_time() -> impl Strategy<Value = i64> {
    prop_oneof![
        6 => (0..48_i64).prop_map(|half_hours| (1_641_769_200 + half_hours * 1800) * 1_000_000),
        2 => 268_435_456_000_000..4_000_000_000_000_000_i64,
        1 => 268_435_456_000_000..=253_402_207_200_000_000_i64,
    ]
}

fn any_time() -> impl Strategy<Value = i64> {
    prop_oneof![senml_time(), -377_705_023_201_000_000..=253_402_207_200_000_000_i64]
}

/// Of a kind that XML keeps: texts. JSON and tables keep others too, which the unit tests look at.
fn other() -> impl Strategy<Value = Vec<(String, Json)>> {
    prop_oneof![
        5 => Just(Vec::new()),
        1 => prop::collection::btree_map("y[a-z]{0,2}", text().prop_map(Json::from), 0..3)
            .prop_map(|labels| labels.into_iter().collect()),
    ]
}

fn record(time: impl Strategy<Value = i64>) -> impl Strategy<Value = Owned> {
    let value = prop_oneof![
        8 => number().prop_map(OwnedValue::Number),
        3 => Just(OwnedValue::Gap),
        1 => prop_oneof![any::<i64>().prop_map(i128::from), any::<u64>().prop_map(i128::from)]
            .prop_map(OwnedValue::Integer),
        1 => text().prop_map(OwnedValue::Text),
        1 => any::<bool>().prop_map(OwnedValue::Boolean),
        1 => prop::collection::vec(any::<u8>(), 0..6).prop_map(OwnedValue::Data),
    ];
    let unit = prop_oneof![5 => Just(Some("W".to_owned())), 1 => Just(None), 1 => text().prop_map(Some)];
    let extras = (rarely(number()), rarely(number()), other());
    (name(), time, unit, value, extras).prop_map(|(name, time, unit, value, (sum, update_time, other))| {
        Owned { name, time, unit: unit.filter(|unit| !unit.is_empty()), value, sum, update_time, other }
    })
}

fn rarely<T: Clone + std::fmt::Debug>(what: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.1, what)
}

fn records(time: impl Strategy<Value = i64>) -> impl Strategy<Value = Records> {
    prop::collection::vec(record(time), 0..30).prop_map(|owned| {
        let mut records = Records::new();
        for owned in &owned {
            let mut record = Record::number(&owned.name, owned.time, owned.unit.as_deref(), None);
            record.value = match &owned.value {
                OwnedValue::Gap => None,
                OwnedValue::Number(number) => Some(Value::Number(*number)),
                OwnedValue::Integer(integer) => {
                    record.integer = Some(*integer);
                    Some(Value::Number(*integer as f64))
                }
                OwnedValue::Text(text) => Some(Value::Text(text)),
                OwnedValue::Boolean(boolean) => Some(Value::Boolean(*boolean)),
                OwnedValue::Data(data) => Some(Value::Data(data)),
            };
            (record.sum, record.update_time, record.other) = (owned.sum, owned.update_time, &owned.other);
            records.push(&record).unwrap();
        }
        records
    })
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let field = || prop::option::of(text());
    let interval = prop_oneof![
        Just(None),
        (1..100_000_i64).prop_map(SamplingInterval::from_seconds),
        Just(SamplingInterval::parse("P1D")),
    ];
    let aggregation = prop::option::of(text().prop_map(|text| Aggregation::from(&*text)));
    let flags = (any::<Option<bool>>(), any::<Option<bool>>());
    let pricing = prop::option::of((field(), field()));
    (
        (field(), prop::option::of((field(), field()))),
        (field(), field(), field(), field(), field(), field()),
        (aggregation, interval, flags, pricing),
    )
        .prop_map(|((device_type, device), texts, (aggregation, sampling_interval, flags, pricing))| {
            let mut meta = Metadata::default();
            meta.device_type = device_type;
            // What has no content is not written, so it is not there when it is read.
            meta.device = device
                .filter(|(kind, value)| kind.is_some() || value.is_some())
                .map(|(kind, value)| DeviceIdentifier { authority: None, kind, value });
            meta.measurement = Measurement {
                name: texts.0,
                direction: texts.1,
                quantity: texts.2,
                kind: texts.3,
                subtype: texts.4,
                unit: texts.5,
                aggregation,
                sampling_interval,
                corrected: flags.0,
                estimated: flags.1,
            };
            meta.pricing = pricing
                .filter(|(code, kind)| code.is_some() || kind.is_some())
                .map(|(code, kind)| Pricing { range_code: code, kind, ..Pricing::default() });
            meta
        })
}

fn data(time: impl Strategy<Value = i64>) -> impl Strategy<Value = Data> {
    prop::collection::vec((metadata(), records(time)), 1..4).prop_map(|parts| {
        let mut parts = parts.into_iter();
        let (meta, records) = parts.next().unwrap();
        let mut data = Data::new(meta, records);
        for (meta, records) in parts {
            data.push(meta, &records);
        }
        data
    })
}

fn pack() -> impl Strategy<Value = Pack> {
    (prop_oneof![Just(10_u32), Just(26)], records(senml_time())).prop_map(|(version, records)| Pack {
        // A pack without records has nowhere to say its version.
        version: if records.is_empty() { 10 } else { version },
        records,
    })
}

fn all() -> WriteOptions {
    WriteOptions::default().keep_gaps(true)
}

fn read() -> ReadOptions {
    ReadOptions::at(Timestamp::UNIX_EPOCH)
}

proptest! {
    // What fails is shown whole; a file of seeds in the tree would only be forgotten.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn senml_in_json(pack in pack()) {
        let json = pack.to_json(&all()).unwrap();
        prop_assert_eq!(Pack::from_json(json.as_bytes(), &read()).unwrap(), pack, "{}", json);
    }

    #[test]
    fn senml_in_xml(pack in pack()) {
        let xml = pack.to_xml(&all()).unwrap();
        prop_assert_eq!(Pack::from_xml(xml.as_bytes(), &read()).unwrap(), pack, "{}", xml);
    }

    #[test]
    fn json_and_xml_of_one_pack_read_equal_and_strictly(pack in pack()) {
        let options = WriteOptions::default();
        let (json, xml) = (pack.to_json(&options).unwrap(), pack.to_xml(&options).unwrap());
        let json = Pack::from_json(json.as_bytes(), &read().strict(true));
        let xml = Pack::from_xml(xml.as_bytes(), &read().strict(true));
        prop_assert_eq!(&json, &xml);
        // Left out is only what the RFC does not allow.
        let without_gaps = pack.records.iter().filter(|record| !record.is_gap()).count();
        match json {
            Ok(pack) => prop_assert_eq!(pack.records.len(), without_gaps),
            Err(error) => prop_assert_eq!((error.kind().as_str(), without_gaps), ("empty-pack", 0)),
        }
    }

    #[test]
    fn payload(data in data(senml_time())) {
        let xml = data.to_xml(&all()).unwrap();
        prop_assert_eq!(Data::from_xml(xml.as_bytes(), &read()).unwrap(), data, "{}", xml);
    }

    #[test]
    fn table(data in data(any_time()), zone in prop_oneof![Just("UTC"), Just("Europe/Paris"), Just("Asia/Kathmandu")]) {
        let table = data.to_csv(&TimeZone::get(zone).unwrap());
        let back = Data::from_csv(table.as_bytes(), &CsvOptions::default()).unwrap();
        prop_assert_eq!(back.records(), data.records(), "{}", table);
    }

    #[test]
    fn resolved(pack in pack()) {
        let json = pack.to_resolved_json().unwrap();
        let resolved = Pack::from_json(json.as_bytes(), &read()).unwrap();
        let mut times = pack.records.times().to_vec();
        times.sort_unstable();
        // In one number, far away, microseconds are more digits than a double has.
        if times.iter().all(|time| *time < 1 << 52) {
            prop_assert_eq!(resolved.records.times(), &times[..]);
            let mut rows: Vec<Record> = pack.records.iter().collect();
            rows.sort_by_key(|record| record.time);
            prop_assert!(resolved.records.iter().eq(rows), "{}", json);
        }
        prop_assert!(!json.contains("\"bn\":") && !json.contains("\"bt\":") && !json.contains("\"bu\":"));
    }

    /// The fast way through plain records and the slow one, on documents that are nearly all such records.
    #[test]
    fn scanner(
        records in prop::collection::vec((xml_number(), xml_number(), 0..14_usize), 0..20),
        base in prop_oneof![Just("1641769200"), Just("0.5"), Just("-1e3")],
        prefix in prop_oneof![Just(""), Just("s:")],
    ) {
        let ns = if prefix.is_empty() { "xmlns" } else { "xmlns:s" };
        let mut xml = format!("<{prefix}sensml {ns}=\"urn:ietf:params:xml:ns:senml\"><{prefix}senml bn=\"a\" bt=\"{base}\" v=\"1\"/>");
        for (t, v, form) in records {
            xml += &match form {
                0..5 => format!("<{prefix}senml t=\"{t}\" v=\"{v}\"/>"),
                5 => format!("\n  <{prefix}senml\tv='{v}'\n t='{t}' />"),
                6 => format!("<{prefix}senml t=\"{t}\" v=\"{v}\"></{prefix}senml>"),
                7 => format!("<{prefix}senml t=\"{t}\" v=\"{v}\" ></{prefix}senml >\n"),
                8 => format!("<!-- c -->\n<{prefix}senml t=\"{t}\" v=\"{v}\"/>"),
                9 => format!("<w xmlns=\"urn:x\" xmlns:s=\"urn:y\"><{prefix}senml t=\"{t}\" v=\"{v}\"/></w>"),
                10 => format!("<{prefix}senml t=\"{t}\"/>"),
                11 => format!("<{prefix}senml bu=\"W\" t=\"{t}\" v=\"{v}\"/>"),
                12 => format!("<{prefix}senml t=\"{t}\" v=\"{v}\" n=\"b\"/>"),
                _ => format!("x<{prefix}senml t=\"{t}\" v=\"{v}\"/>&lt;"),
            };
        }
        xml += &format!("</{prefix}sensml>");
        for options in [read(), read().strict(true)] {
            let fast = Pack::from_xml(xml.as_bytes(), &options);
            let slow = Pack::from_xml(xml.as_bytes(), &options.without_scanner());
            prop_assert_eq!(fast, slow, "{}", xml);
        }
    }
}

/// Numbers as XML may write them, some that are none, and some that are out of range.
fn xml_number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0..100_000_u32).prop_map(|number| number.to_string()),
        3 => number().prop_map(|number| number.to_string()),
        3 => "-?[0-9]{1,18}(\\.[0-9]{0,8})?([eE][+-]?[0-9]{1,3})?",
        1 => "[+-]?[0-9.eE]{0,4}",
        1 => prop_oneof![Just(" 1 "), Just("&#49;"), Just("NaN"), Just("INF"), Just("None"), Just("")]
            .prop_map(str::to_owned),
    ]
}
