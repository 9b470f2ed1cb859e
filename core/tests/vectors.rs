//! Vectors, each through the library and once more through `quoalise convert`: our own (`tests/vectors`), and where they
//! are at hand those shared with the project, with one real meter's year.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libtest_mimic::{Arguments, Failed, Trial};
use quoalise::data::{CsvOptions, Data, Gap, Metadata};
use quoalise::senml::{Error, ErrorKind, Pack, ReadOptions, Record, Value, WriteOptions};
use serde_json::{Map, Value as Json, json};

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let mut trials = Vec::new();
    own(&mut trials);
    shared(&mut trials);
    libtest_mimic::run(&args, trials).exit_code()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// One document and what it should come to, leniently and strictly.
#[derive(Clone)]
struct Vector {
    format: Format,
    document: Vec<u8>,
    now: Option<f64>,
    lenient: Expected,
    strict: Expected,
    /// The records hold a time that SenML has no absolute way to write.
    unwritable: bool,
}

#[derive(Clone, Copy)]
enum Format {
    Json,
    Xml,
    Quoalise,
}

#[derive(Clone)]
enum Expected {
    /// The resolved records.
    Records(Vec<Json>),
    /// How many records there are.
    Count(usize),
    /// The name of an error; empty for any.
    Error(String),
    /// Whatever it is.
    Anything,
}

impl Vector {
    fn check(&self) -> Result<(), Failed> {
        for (strict, expected) in [(false, &self.lenient), (true, &self.strict)] {
            let mut options = ReadOptions::default().strict(strict);
            if let Some(now) = self.now {
                options.now = Timestamp::from_microsecond((now * 1e6).round() as i64)?;
            }
            let read = match self.format {
                Format::Json => Pack::from_json(&self.document, &options).map(Data::from_pack),
                Format::Xml => Pack::from_xml(&self.document, &options).map(Data::from_pack),
                Format::Quoalise => Data::from_xml(&self.document, &options),
            };
            self.compare(read, expected).map_err(|error| format!("strict: {strict}: {error}"))?;
        }
        Ok(())
    }

    fn compare(&self, read: Result<Data, Error>, expected: &Expected) -> Result<(), String> {
        let data = match (read, expected) {
            (_, Expected::Anything) => return Ok(()),
            (Err(_), Expected::Error(kind)) if kind.is_empty() => return Ok(()),
            (Err(error), Expected::Error(kind)) if error.kind().as_str() == kind => return Ok(()),
            (Err(error), _) => return Err(format!("{error}, not {}", expected.show())),
            (Ok(_), Expected::Error(_)) => return Err(format!("no error, not {}", expected.show())),
            (Ok(data), _) => data,
        };
        same_records(&resolve(&data), expected)?;
        let pack = data.clone().into_pack();
        match pack.to_resolved_json() {
            Err(error) if self.unwritable && error.kind() == ErrorKind::NotWritable => return Ok(()),
            written => same_written(&written.map_err(|error| error.to_string())?, expected)?,
        }
        // What was read is written and read back equal, in every representation.
        let (write, again) = (WriteOptions::default().keep_gaps(true), ReadOptions::default());
        let json = pack.to_json(&write).and_then(|json| Pack::from_json(json.as_bytes(), &again));
        if json.as_ref() != Ok(&pack) {
            return Err(format!("JSON does not read back equal: {json:?}"));
        }
        match pack.to_xml(&write).and_then(|xml| Pack::from_xml(xml.as_bytes(), &again)) {
            Ok(back) if same_as_text(&back, &pack) => {}
            Err(error) if error.kind() == ErrorKind::NotWritable => {}
            back => return Err(format!("XML does not read back equal: {back:?}")),
        }
        match data.to_xml(&write).and_then(|xml| Data::from_xml(xml.as_bytes(), &again)) {
            Ok(back) if back.parts() == data.parts() => {}
            Err(error) if error.kind() == ErrorKind::NotWritable => {}
            back => return Err(format!("the payload does not read back equal: {back:?}")),
        }
        let table = Data::from_csv(data.to_csv(&TimeZone::UTC).as_bytes(), &CsvOptions::default());
        match table {
            Ok(back) if back.records() == data.records() => Ok(()),
            back => Err(format!("the table does not read back equal: {back:?}")),
        }
    }

    /// The same through the command.
    fn check_command(&self) -> Result<(), Failed> {
        let from = match self.format {
            Format::Json => "senml-json",
            Format::Xml => "senml-xml",
            Format::Quoalise => "quoalise",
        };
        for (strict, expected) in [(false, &self.lenient), (true, &self.strict)] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_quoalise"));
            command.args(["convert", "--from", from, "--to", "resolved"]);
            command.args(self.now.map(|now| format!("--now={now}"))).args(strict.then_some("--strict"));
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn()?;
            let mut stdin = child.stdin.take().unwrap();
            let document = self.document.clone();
            let feeder = std::thread::spawn(move || drop(stdin.write_all(&document)));
            let output = child.wait_with_output()?;
            feeder.join().unwrap();
            let said = String::from_utf8(output.stderr)?;
            let told = format!("strict: {strict}: {:?} {said}", output.status.code());
            match (output.status.code(), expected) {
                (Some(0 | 9), Expected::Anything) => {}
                (Some(9), Expected::Error(kind)) if said.contains(&format!(": {kind}")) => {}
                (Some(1), Expected::Records(_)) if self.unwritable && said.contains("not-writable") => {}
                (Some(0), Expected::Records(_) | Expected::Count(_)) if !self.unwritable => {
                    same_written(&String::from_utf8(output.stdout)?, expected)?;
                }
                _ => return Err(told.into()),
            }
        }
        Ok(())
    }

    fn trials(self, name: &str, trials: &mut Vec<Trial>) {
        let again = self.clone();
        trials.push(Trial::test(name, move || self.check()));
        trials.push(Trial::test(format!("{name}::convert"), move || again.check_command()));
    }
}

impl Expected {
    fn show(&self) -> String {
        match self {
            Self::Records(records) => Json::from(records.clone()).to_string(),
            Self::Count(count) => format!("{count} records"),
            Self::Error(kind) => format!("the error {kind}"),
            Self::Anything => "anything".to_owned(),
        }
    }
}

/// XML attributes are texts in no order: whatever else a label held comes back as text.
fn same_as_text(back: &Pack, pack: &Pack) -> bool {
    let as_text = |record: &Record<'_>| {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut texts: Vec<_> =
            record.other.iter().map(|(label, value)| (label.clone(), text(value))).collect();
        texts.sort();
        texts
    };
    let bare = |mut record: Record<'_>| {
        let labels = as_text(&record);
        record.other = &[];
        (labels, resolve_record(&record, 10))
    };
    back.version == pack.version && back.records.iter().map(bare).eq(pack.records.iter().map(bare))
}

/// The records by RFC 8428 section 4.6, written down here once more so that not the writer judges the reader.
fn resolve(data: &Data) -> Vec<Json> {
    let mut rows = Vec::new();
    for part in data.parts() {
        rows.extend(data.records().rows(part.rows()).map(|record| (record, part.version())));
    }
    let mut records: Vec<Json> =
        rows.iter().map(|(record, version)| resolve_record(record, *version)).collect();
    chronological(&mut records);
    records
}

fn resolve_record(record: &Record<'_>, version: u32) -> Json {
    use base64::Engine;
    let mut object = Map::new();
    if version != 10 {
        object.insert("bver".to_owned(), json!(version));
    }
    object.insert("n".to_owned(), json!(record.name));
    if let Some(unit) = record.unit {
        object.insert("u".to_owned(), json!(unit));
    }
    object.insert("t".to_owned(), json!(record.time as f64 / 1e6));
    let (label, value) = match (record.value, record.integer) {
        (_, Some(integer)) => ("v", integer.to_string().parse().unwrap()),
        (Some(Value::Number(value)), _) => ("v", json!(value)),
        (Some(Value::Text(text)), _) => ("vs", json!(text)),
        (Some(Value::Boolean(boolean)), _) => ("vb", json!(boolean)),
        (Some(Value::Data(data)), _) => {
            ("vd", json!(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(data)))
        }
        (None, _) => ("", Json::Null),
    };
    if !label.is_empty() {
        object.insert(label.to_owned(), value);
    }
    if let Some(sum) = record.sum {
        object.insert("s".to_owned(), json!(sum));
    }
    if let Some(update_time) = record.update_time {
        object.insert("ut".to_owned(), json!(update_time));
    }
    object.extend(record.other.iter().cloned());
    Json::Object(object)
}

fn same_written(written: &str, expected: &Expected) -> Result<(), String> {
    let written: Json = serde_json::from_str(written).map_err(|error| error.to_string())?;
    same_records(written.as_array().ok_or("no array")?, expected)
}

fn same_records(records: &[Json], expected: &Expected) -> Result<(), String> {
    let same = match expected {
        Expected::Records(expected) => {
            records.len() == expected.len() && records.iter().zip(expected).all(|(a, b)| same(a, b))
        }
        Expected::Count(count) => records.len() == *count,
        Expected::Error(_) => false,
        Expected::Anything => true,
    };
    if same {
        return Ok(());
    }
    Err(format!("{}, not {}", Json::from(records.to_vec()), expected.show()))
}

/// Equal JSON, where 1 and 1.0 are equal.
fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => match (a.as_i128(), b.as_i128()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_f64() == b.as_f64(),
        },
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

// Our own vectors

fn own(trials: &mut Vec<Trial>) {
    let folder = root().join("tests/vectors/senml");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        let group = file.file_stem().unwrap().to_str().unwrap().to_owned();
        for case in read_json(&file).as_array().unwrap() {
            let name = format!("{group}::{}", case["id"].as_str().unwrap());
            let vector = own_vector(case);
            if case.get("meta").is_some() {
                let (case, document) = (case.clone(), vector.document.clone());
                trials
                    .push(Trial::test(format!("{name}::metadata"), move || check_payload(&case, &document)));
            }
            vector.trials(&name, trials);
        }
    }
    stanza_vectors(&root().join("tests/vectors/xmpp"), "xmpp", trials);
}

fn own_vector(case: &Json) -> Vector {
    let text = |key: &str| case.get(key).and_then(Json::as_str);
    let (format, document) = if let Some(pack) = case.get("pack") {
        (Format::Json, pack.to_string().into_bytes())
    } else if let Some(json) = text("json") {
        (Format::Json, repeat(json).into_bytes())
    } else if let Some(xml) = text("xml") {
        (Format::Xml, repeat(xml).into_bytes())
    } else if let Some(quoalise) = text("quoalise") {
        (Format::Quoalise, repeat(quoalise).into_bytes())
    } else {
        let hex = text("hex").unwrap();
        let bytes = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        (if text("as") == Some("senml-json") { Format::Json } else { Format::Xml }, bytes.collect())
    };
    let lenient = if let Some(records) = case.get("resolved") {
        let mut records = records.as_array().unwrap().clone();
        chronological(&mut records);
        Expected::Records(records)
    } else if let Some(count) = case.get("resolved_count").or(case.get("count")) {
        Expected::Count(count.as_u64().unwrap() as usize)
    } else {
        Expected::Error(text("error").unwrap().to_owned())
    };
    let strict = text("strict").map_or_else(|| lenient.clone(), |kind| Expected::Error(kind.to_owned()));
    let unwritable = case.get("unwritable").is_some();
    Vector { format, document, now: case.get("now").and_then(Json::as_f64), lenient, strict, unwritable }
}

/// That section also wants records by time, and the working group's own file keeps series apart: each series comes by
/// time, in its own places.
fn chronological(records: &mut [Json]) {
    let names: std::collections::BTreeSet<String> =
        records.iter().filter_map(|record| record["n"].as_str()).map(str::to_owned).collect();
    for name in names {
        let places: Vec<usize> = (0..records.len()).filter(|at| records[*at]["n"] == name).collect();
        let mut own: Vec<Json> = places.iter().map(|at| records[*at].clone()).collect();
        own.sort_by(|a, b| a["t"].as_f64().unwrap().total_cmp(&b["t"].as_f64().unwrap()));
        for (at, record) in places.into_iter().zip(own) {
            records[at] = record;
        }
    }
}

/// `{{3*ab#}}` is `ab0ab1ab2`.
fn repeat(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (inside, after) = after.split_once("}}").unwrap();
        let (count, what) = inside.split_once('*').unwrap();
        out += before;
        out.extend((0..count.parse::<usize>().unwrap()).map(|at| what.replace('#', &at.to_string())));
        rest = after;
    }
    out + rest
}

fn check_payload(case: &Json, document: &[u8]) -> Result<(), Failed> {
    let data = Data::from_xml(document, &ReadOptions::default())?;
    let meta = Json::from(data.parts().iter().map(|part| meta_json(part.meta())).collect::<Vec<_>>());
    if !same(&meta, &case["meta"]) {
        return Err(format!("{meta}, not {}", case["meta"]).into());
    }
    if let Some(energy) = case.get("energy_wh") {
        assert_eq!(data.energy_wh(), energy.as_f64());
    }
    if let Some(versions) = case.get("versions") {
        let found: Vec<u32> = data.parts().iter().map(|part| part.version()).collect();
        assert_eq!(json!(found), *versions);
    }
    Ok(())
}

fn meta_json(meta: &Metadata) -> Json {
    let device = meta.device.clone().unwrap_or_default();
    let m = &meta.measurement;
    let fields = [
        ("device_type", json!(meta.device_type)),
        ("authority", json!(device.authority)),
        ("kind", json!(device.kind)),
        ("value", json!(device.value)),
        ("name", json!(m.name)),
        ("direction", json!(m.direction)),
        ("quantity", json!(m.quantity)),
        ("type", json!(m.kind)),
        ("subtype", json!(m.subtype)),
        ("unit", json!(m.unit)),
        ("aggregation", json!(m.aggregation.as_ref().map(|aggregation| aggregation.as_str()))),
        (
            "sampling_interval",
            m.sampling_interval.map_or(Json::Null, |step| {
                json!(
                    step.seconds()
                        .and_then(quoalise::data::SamplingInterval::from_seconds)
                        .unwrap_or(step)
                        .to_string()
                )
            }),
        ),
        ("corrected", json!(m.corrected)),
        ("estimated", json!(m.estimated)),
        (
            "pricing",
            meta.pricing.as_ref().map_or(Json::Null, |pricing| {
                json!({
                    "range_code": pricing.range_code, "range_description": pricing.range_description,
                    "kind": pricing.kind, "kind_description": pricing.kind_description,
                })
            }),
        ),
    ];
    let told = fields.into_iter().filter(|(_, value)| !value.is_null());
    Json::Object(told.map(|(key, value)| (key.to_owned(), value)).collect())
}

// Shared vectors

fn shared(trials: &mut Vec<Trial>) {
    let folder = root().parent().unwrap().join("shared");
    let vectors = folder.join("vectors/senml");
    if vectors.is_dir() {
        rfc_vectors(&vectors.join("rfc8428"), trials);
        edge_vectors(&vectors.join("edge"), trials);
        reference_vectors(&vectors.join("quoalise"), trials);
    } else {
        trials.push(Trial::test("shared::senml", || Ok(())).with_ignored_flag(true));
    }
    let stanzas = folder.join("vectors/xmpp");
    if stanzas.is_dir() {
        stanza_vectors(&stanzas, "shared::xmpp", trials);
    } else {
        trials.push(Trial::test("shared::xmpp", || Ok(())).with_ignored_flag(true));
    }
    let meter = folder.join("data/enedis-sge");
    let missing = !meter.is_dir();
    let curve = meter.join("c5-load-curve.csv");
    let same_curve = curve.clone();
    trials.push(Trial::test("shared::meter::curve", move || real_curve(&curve)).with_ignored_flag(missing));
    let soap = meter.join("c5-load-curve-week.soap.xml");
    trials.push(
        Trial::test("shared::meter::week", move || real_week(&same_curve, &soap)).with_ignored_flag(missing),
    );
}

fn read_json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn rfc_vectors(folder: &Path, trials: &mut Vec<Trial>) {
    for example in read_json(&folder.join("manifest.json"))["examples"].as_array().unwrap() {
        let id = example["id"].as_str().unwrap();
        let mut resolved = read_json(&folder.join(format!("{id}.resolved.json"))).as_array().unwrap().clone();
        let pack = read_json(&folder.join(format!("{id}.json")));
        // RFC 8428 section 4.6 keeps a version that is not 10; the working group's file drops it.
        if let Some(version) = pack[0].get("bver").filter(|version| **version != 10) {
            for record in &mut resolved {
                record.as_object_mut().unwrap().insert("bver".to_owned(), version.clone());
            }
        }
        for (format, extension) in [(Format::Json, "json"), (Format::Xml, "xml")] {
            let vector = Vector {
                format,
                document: fs::read(folder.join(format!("{id}.{extension}"))).unwrap(),
                now: example["now"].as_f64(),
                lenient: Expected::Records(resolved.clone()),
                strict: Expected::Records(resolved.clone()),
                unwritable: false,
            };
            vector.trials(&format!("shared::rfc8428::{id}::{extension}"), trials);
        }
    }
}

fn edge_vectors(folder: &Path, trials: &mut Vec<Trial>) {
    let records = |case: &Json| case["resolved"].as_array().cloned().map(Expected::Records);
    for case in read_json(&folder.join("cases.json"))["cases"].as_array().unwrap() {
        let error = || Expected::Error(case["error"].as_str().unwrap().to_owned());
        let expected = records(case).unwrap_or_else(error);
        let vector = Vector {
            format: Format::Json,
            document: case["pack"].to_string().into_bytes(),
            now: case["now"].as_f64(),
            lenient: expected.clone(),
            strict: expected,
            unwritable: false,
        };
        vector.trials(&format!("shared::edge::{}", case["id"].as_str().unwrap()), trials);
    }
    for case in read_json(&folder.join("xml-cases.json")).as_array().unwrap() {
        let vector = Vector {
            format: Format::Xml,
            document: case["xml"].as_str().unwrap().as_bytes().to_vec(),
            now: None,
            lenient: Expected::Anything, // the file tells what strict readers do
            strict: records(case).unwrap_or(Expected::Error(String::new())),
            unwritable: false,
        };
        vector.trials(&format!("shared::edge::{}", case["id"].as_str().unwrap()), trials);
    }
}

/// What the reference encoder writes, and what it means.
fn reference_vectors(folder: &Path, trials: &mut Vec<Trial>) {
    let meter = "urn:dev:prm:09111642617347_consumption/power/active/raw";
    let index = "urn:dev:prm:30001642617347_consumption/energy/index";
    let power = |t: u32, v: u32| json!({"n": meter, "u": "W", "t": 1643756400 + t, "v": v});
    let energy =
        |class: &str, v: u32| json!({"n": format!("{index}{class}"), "u": "Wh", "t": 1647560408, "v": v});
    let classes = vec![
        energy("", 1227032000),
        energy("/distributor/hce", 847000),
        energy("/distributor/hch", 527659000),
    ];
    let curve = vec![power(0, 476), power(1800, 476), power(3600, 508), power(7200, 342)];
    let mut repeated = curve.clone();
    repeated.insert(3, power(5400, 508));
    for (name, format, records) in [
        ("reference-data-element", Format::Quoalise, curve),
        ("reference-encoder-compressed", Format::Xml, classes.clone()),
        ("reference-encoder-uncompressed", Format::Xml, classes),
        ("reference-encoder-with-none", Format::Xml, repeated),
    ] {
        let vector = Vector {
            format,
            document: fs::read(folder.join(format!("{name}.xml"))).unwrap(),
            now: None,
            lenient: Expected::Records(records.clone()),
            strict: Expected::Records(records),
            unwritable: false,
        };
        vector.trials(&format!("shared::quoalise::{name}"), trials);
    }
}

fn stanza_vectors(folder: &Path, group: &str, trials: &mut Vec<Trial>) {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "xml"))
    {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        let document = fs::read_to_string(&file).unwrap();
        let (lenient, strict) = if document.contains("urn:ietf:params:xml:ns:senml") {
            // Those with gaps, or without any record, are for lenient readers only.
            let count = Expected::Count(document.matches("senml ").count());
            let strict = if name.contains("gaps") || name.contains("empty") {
                Expected::Anything
            } else {
                count.clone()
            };
            (count, strict)
        } else {
            (Expected::Error("not-senml".to_owned()), Expected::Error("not-senml".to_owned()))
        };
        if name.ends_with("delayed") {
            let document = document.clone();
            trials.push(Trial::test(format!("{group}::{name}::time"), move || {
                let data = Data::from_xml(document.as_bytes(), &ReadOptions::default())?;
                assert_eq!(data.records().get(0).unwrap().timestamp(), "2022-02-03T03:59:00Z".parse()?);
                Ok(())
            }));
        }
        let document = document.into_bytes();
        let vector =
            Vector { format: Format::Quoalise, document, now: None, lenient, strict, unwritable: false };
        vector.trials(&format!("{group}::{name}"), trials);
    }
}

// One real meter

/// The year of the real meter: every reading against the file's own rows, and where the steps change.
fn real_curve(file: &Path) -> Result<(), Failed> {
    let bytes = fs::read(file)?;
    let data = Data::from_csv(&bytes, &CsvOptions::default())?;
    let records = data.records();
    let text = String::from_utf8(bytes)?;
    let rows: Vec<(&str, &str)> = text.lines().skip(3).map(|row| row.split_once(';').unwrap()).collect();
    assert_eq!(records.len(), rows.len());
    assert_eq!(records.len(), 17_866);
    assert_eq!(records.iter().filter(Record::is_gap).count(), 14);
    let mut lengths = std::collections::BTreeMap::new();
    for (record, (stamp, value)) in records.iter().zip(&rows) {
        let end = stamp.parse::<Timestamp>()?.as_microsecond();
        *lengths.entry((end - record.time) / 60_000_000).or_insert(0) += 1;
        let value = value.parse::<f64>().ok().map(Value::Number);
        assert_eq!(record.value, value);
        assert_eq!(record.name, "urn:dev:prm:09111642617347_consumption/power/active/raw");
    }
    // 874 hours, then half hours; none reaches over the one before.
    assert_eq!(lengths.into_iter().collect::<Vec<_>>(), [(30, 16_992), (60, 874)]);
    for (at, pair) in rows.windows(2).enumerate() {
        let before = pair[0].0.parse::<Timestamp>()?.as_microsecond();
        assert!(records.times()[at + 1] >= before, "line {}", at + 5);
    }
    for (line, start) in [
        (4, "2021-01-07T00:00:00+01:00"),      // the first
        (745, "2021-02-06T21:00:00+01:00"),    // before an hour left out
        (746, "2021-02-06T23:00:00+01:00"),    // and after it
        (866, "2021-02-12T00:00:00+01:00"),    // after another
        (877, "2021-02-12T11:00:00+01:00"),    // the last hour
        (878, "2021-02-13T00:00:00+01:00"),    // the first half hour, half a day later
        (879, "2021-02-13T00:30:00+01:00"),    // half hours from here
        (17_869, "2022-02-01T23:30:00+01:00"), // the last
    ] {
        assert_eq!(records.get(line - 4).unwrap().timestamp(), start.parse()?, "line {line}");
    }
    // Both changes of the clocks have all their half hours, 46 and 50 a day.
    let paris = TimeZone::get("Europe/Paris")?;
    for (day, count) in [("2021-03-28", 46), ("2021-10-31", 50), ("2021-06-01", 48)] {
        let day = day.parse::<jiff::civil::Date>()?;
        let of_day = records.iter().filter(|record| record.timestamp().to_zoned(paris.clone()).date() == day);
        assert_eq!(of_day.count(), count, "{day}");
    }
    // And back again in every format.
    let write = WriteOptions::default().keep_gaps(true);
    assert_eq!(Data::from_xml(data.to_xml(&write)?.as_bytes(), &ReadOptions::default())?, data);
    let pack = data.clone().into_pack();
    assert_eq!(Pack::from_json(pack.to_json(&write)?.as_bytes(), &ReadOptions::default())?, pack);
    assert_eq!(Pack::from_xml(pack.to_xml(&write)?.as_bytes(), &ReadOptions::default())?, pack);
    let table = data.to_csv(&paris);
    assert_eq!(Data::from_csv(table.as_bytes(), &CsvOptions::default())?.records(), records);
    assert_eq!(data.gaps(), Vec::<Gap>::new(), "no interval is that of the whole file");
    Ok(())
}

/// A week that the meter's SOAP service told as well, with the length of each interval.
fn real_week(file: &Path, soap: &Path) -> Result<(), Failed> {
    let data = Data::from_csv(&fs::read(file)?, &CsvOptions::default())?;
    let soap = fs::read_to_string(soap)?;
    let mut count = 0;
    for measure in soap.split("<mesure>").skip(1) {
        let field = |name: &str| {
            let (_, rest) = measure.split_once(&format!("<{name}>")).unwrap();
            rest.split_once("</").unwrap().0
        };
        let (end, step) = (field("d").parse::<Timestamp>()?, field("p").parse::<jiff::Span>()?);
        let start = (end - step).as_microsecond();
        let row = data.records().times().binary_search(&start).map_err(|_| format!("nothing at {start}"))?;
        assert_eq!(data.records().values()[row], field("v").parse::<f64>()?);
        count += 1;
    }
    assert_eq!(count, 336);
    Ok(())
}
