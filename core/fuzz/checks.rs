//! What has to hold of a reader whatever it is given: the bodies of the fuzz targets, and of the tests in
//! `core/tests/readers.rs`, which feed them the corpora and some noise.
//!
//! Each returns whether the input was understood at all, and panics where something does not hold.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quoalise::data::{CsvOptions, Data};
use quoalise::fuzzing;
use quoalise::senml::{Error, ErrorKind, Limits, Pack, ReadOptions, Record, Records, WriteOptions};
use serde_json::Value as Json;

/// Whether it was understood; a panic where something does not hold.
pub type Check = fn(&[u8]) -> bool;

/// All readers, by the names of their corpora.
pub const ALL: [(&str, Check); 6] = [
    ("senml_xml", senml_xml),
    ("senml_json", senml_json),
    ("quoalise", quoalise),
    ("csv", csv),
    ("stream", stream),
    ("stanzas", stanzas),
];

/// SenML in XML.
pub fn senml_xml(input: &[u8]) -> bool {
    let mut understood = false;
    for options in both_ways() {
        let read = Pack::from_xml(input, &options);
        same_without_scanner(&read, &Pack::from_xml(input, &options.without_scanner()));
        if let Ok(pack) = read {
            understood = true;
            check_pack(&pack);
        }
    }
    understood
}

/// SenML in JSON.
pub fn senml_json(input: &[u8]) -> bool {
    let packs = both_ways().into_iter().filter_map(|options| Pack::from_json(input, &options).ok());
    packs.inspect(check_pack).count() > 0
}

/// The Quoalise payload.
pub fn quoalise(input: &[u8]) -> bool {
    let mut understood = false;
    for options in both_ways() {
        let read = Data::from_xml(input, &options);
        same_without_scanner(&read, &Data::from_xml(input, &options.without_scanner()));
        if let Ok(data) = read {
            understood = true;
            check_data(&data);
            check_pack(&data.into_pack());
        }
    }
    understood
}

/// Tables.
pub fn csv(input: &[u8]) -> bool {
    let zone = TimeZone::get("Europe/Paris").expect("it is built in");
    let all = [CsvOptions::default().limits(limits()), CsvOptions::default().zone(zone).limits(limits())];
    let mut understood = false;
    for options in all.clone().into_iter().chain(all.map(|options| options.strict(true))) {
        if let Ok(data) = Data::from_csv(input, &options) {
            understood = true;
            check_data(&data);
            check_pack(&data.into_pack());
        }
    }
    understood
}

/// What stands between a session and the network: the tap and the guard, whatever pieces it comes in.
///
/// The first two bytes say how long these are.
pub fn stream(input: &[u8]) -> bool {
    let [first, second, xml @ ..] = input else { return false };
    let cut = |mut rest| {
        let mut sizes = [usize::from(*first) + 1, usize::from(*second) * 8 + 1].into_iter().cycle();
        std::iter::from_fn(move || {
            let size = sizes.next().unwrap_or(1).min(<[u8]>::len(rest));
            let (piece, behind) = <[u8]>::split_at(rest, size);
            rest = behind;
            Some(piece).filter(|piece| !piece.is_empty())
        })
    };

    // The guard: pieces make no difference; little is added; what was well-formed still is, and no deeper than the
    // stack bears.
    for largest in [1000, 1 << 20] {
        let (passed, refused) = fuzzing::guard([xml], largest);
        assert_eq!(fuzzing::guard(cut(xml), largest), (passed.clone(), refused), "pieces");
        assert!(passed.len() <= 16 * xml.len() + 100, "{} bytes of {}", passed.len(), xml.len());
        assert!(deepest(&passed) <= 64, "too deep");
        if fuzzing::is_well_formed(xml) && !refused {
            assert!(fuzzing::is_well_formed(&passed), "broken: {}", String::from_utf8_lossy(&passed));
            assert_eq!(
                fuzzing::guard([&*passed], 1 << 30),
                (passed, false),
                "it finds more at a second look"
            );
        }
    }

    // The tap: but for its stand-ins nothing is changed, and what is read of it is the same.
    let tapped = fuzzing::tap(cut(xml));
    assert_eq!(fuzzing::without_stand_ins(&tapped).0, xml, "the tap changed something");
    let (guarded, refused) = fuzzing::guard([xml], 1 << 20);
    if refused {
        return false;
    }
    let [read, _] = both_ways();
    let plain = fuzzing::payload(&guarded, &read);
    // Of what is no XML they need not make the same. (The XMPP library's parser does not see that attributes are there
    // twice; the reader of bytes does.)
    let syntax = Data::from_xml(&guarded, &read).is_err_and(|error| error.kind() == ErrorKind::Syntax);
    if plain.is_some() && !syntax {
        let (both, refused) = fuzzing::guard(cut(&tapped), 1 << 20);
        assert!(!refused, "the guard refuses what the tap made");
        assert_eq!(fuzzing::payload(&both, &read), plain, "read through the tap");
    }
    matches!(plain, Some(Ok(_)))
}

/// How many elements are open at once, as far as tags can be told without reading them.
fn deepest(xml: &[u8]) -> usize {
    let text = String::from_utf8_lossy(xml);
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut quote = None;
    let mut tag = String::new();
    for character in text.chars() {
        if tag.is_empty() {
            if character == '<' {
                tag.push(character);
            }
            continue;
        }
        tag.push(character);
        if tag.starts_with("<![CDATA[") {
            if tag.ends_with("]]>") {
                tag.clear();
            }
            continue;
        }
        match quote {
            Some(open) if open == character => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character != '>' => {}
            None => {
                if tag.starts_with("</") {
                    depth = depth.saturating_sub(1);
                } else if !tag.starts_with("<?") && !tag.ends_with("/>") {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                tag.clear();
            }
        }
    }
    deepest
}

/// Commands, forms, errors and payloads, in stanzas.
pub fn stanzas(input: &[u8]) -> bool {
    let [read, _] = both_ways();
    fuzzing::stanzas(input, &read) > 0
}

/// Bounds that a small input can reach.
fn limits() -> Limits {
    let mut limits = Limits::default();
    (limits.bytes, limits.records, limits.text) = (1 << 20, 2000, 4096);
    limits
}

fn both_ways() -> [ReadOptions; 2] {
    let now = Timestamp::from_second(1_700_000_000).expect("it is in range");
    let options = ReadOptions::at(now).limits(limits());
    [options, options.strict(true)]
}

fn same_without_scanner<T: PartialEq + std::fmt::Debug>(fast: &Result<T, Error>, slow: &Result<T, Error>) {
    let place = |error: &Error| (error.kind(), error.record());
    assert_eq!(
        fast.as_ref().map_err(place),
        slow.as_ref().map_err(place),
        "the scanner and the reader differ"
    );
}

/// What is read is written, and reads back equal.
fn check_pack(pack: &Pack) {
    let options = WriteOptions::default().keep_gaps(true);
    let [read, _] = both_ways();

    let json = pack.to_json(&options).and_then(|json| Pack::from_json(json.as_bytes(), &read));
    if let Some(back) = unless_impossible(json) {
        assert_eq!(back.records, pack.records, "JSON");
        assert!(back.version == pack.version || pack.records.is_empty());
    }
    let xml = pack.to_xml(&options).and_then(|xml| Pack::from_xml(xml.as_bytes(), &read));
    if let Some(back) = unless_impossible(xml) {
        assert!(same_as_texts(&back.records, &pack.records), "XML");
        assert!(back.version == pack.version || pack.records.is_empty());
    }
    let resolved = pack.to_resolved_json().and_then(|json| Pack::from_json(json.as_bytes(), &read));
    if let Some(back) = unless_impossible(resolved) {
        assert_eq!(back.records.len(), pack.records.len(), "resolved");
        let mut times = pack.records.times().to_vec();
        times.sort_unstable();
        // In one number, microseconds of times far away are more digits than a double has.
        let far = |(a, b): (&i64, &i64)| a == b || (b.abs() > 1 << 52 && (a - b).abs() < 100);
        let mut read = back.records.times().to_vec();
        read.sort_unstable();
        assert!(read.iter().zip(&times).all(far), "resolved times");
    }
    // Without gaps, in strict terms.
    let strict = pack.to_json(&WriteOptions::default());
    if let Ok(strict) = strict {
        let again = Pack::from_json(strict.as_bytes(), &read.strict(true));
        let values = pack.records.iter().filter(|record| !record.is_gap()).count();
        match again {
            Ok(again) => assert_eq!(again.records.len(), values),
            Err(error) if error.kind() == ErrorKind::EmptyPack => assert_eq!(values, 0),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Limit, "{error}"),
        }
    }
}

fn check_data(data: &Data) {
    let options = WriteOptions::default().keep_gaps(true);
    let [read, _] = both_ways();
    let xml = data.to_xml(&options).and_then(|xml| Data::from_xml(xml.as_bytes(), &read));
    if let Some(back) = unless_impossible(xml) {
        assert!(same_as_texts(back.records(), data.records()), "payload");
        assert_eq!(back.attributes(), data.attributes());
        assert_eq!(back.other(), data.other());
        assert_eq!(back.parts().len(), data.parts().len());
        for (back, part) in back.parts().iter().zip(data.parts()) {
            assert_eq!(back.rows(), part.rows());
            assert_eq!(back.meta(), part.meta());
            assert_eq!(back.attributes(), part.attributes());
            assert_eq!(back.other(), part.other());
        }
    }
    let zone = TimeZone::get("Europe/Paris").expect("it is built in");
    let table = Data::from_csv(data.to_csv(&zone).as_bytes(), &CsvOptions::default().limits(limits()));
    if let Some(back) = unless_impossible(table) {
        assert_eq!(back.records(), data.records(), "table");
    }
    assert_eq!(data.to_json(&zone).len(), data.parts().len());
    let _ = data.energy_wh();
    for gap in data.gaps() {
        assert!(gap.start < gap.end, "a gap that ends before it begins");
    }
}

/// `None` where the representation cannot carry it, or what is longer in it is more than the limits allow.
fn unless_impossible<T>(read: Result<T, Error>) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(error) if matches!(error.kind(), ErrorKind::NotWritable | ErrorKind::Limit) => None,
        Err(error) => panic!("what was written is refused: {error}"),
    }
}

/// Equal, but for unknown labels: in XML all are texts, and in no order.
fn same_as_texts(xml: &Records, records: &Records) -> bool {
    let texts = |record: &Record<'_>| -> Vec<(String, String)> {
        let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let mut texts: Vec<_> =
            record.other.iter().map(|(label, value)| (label.clone(), text(value))).collect();
        texts.sort();
        texts
    };
    let same = |(mut back, mut record): (Record<'_>, Record<'_>)| {
        let same_labels = texts(&back) == texts(&record);
        (back.other, record.other) = (&[], &[]);
        same_labels && back == record
    };
    xml.len() == records.len() && xml.iter().zip(records.iter()).all(same)
}
