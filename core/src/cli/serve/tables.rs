//! Readings in tables: read into memory, and again when they change.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::exit::{Exit, Failure};
use super::Seen;
use crate::data::{CsvOptions, Data, Identifier, Metadata};
use crate::provider::readings::InMemory;
use crate::senml::{ABSOLUTE, Record, Records};

/// The files, and what is in them.
pub(super) struct Tables {
    pub readings: InMemory,
    pub files: Vec<Table>,
    /// What is new, until it is taken.
    pub found: Vec<(Metadata, Records)>,
    options: CsvOptions,
    /// How long a file that has become shorter has to rest before it is read: whoever writes it anew may pause.
    patience: Duration,
    /// The earliest time served, in microseconds.
    earliest: i64,
    told: bool,
    told_early: bool,
}

/// As long as programs that write a file anew may wait for what they write.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file.
pub(super) struct Table {
    path: PathBuf,
    /// What it is remembered as.
    pub source: String,
    /// The names of its series.
    pub series: BTreeSet<String>,
    /// How it was when it was read.
    read: Option<Seen>,
    /// How it was when it was last looked at.
    looked: Option<Seen>,
    /// Since when it has been so.
    since: Instant,
    /// A line without its end was left out: it may be being written.
    cut: bool,
}

impl Tables {
    /// Reads the files; if they are `watched`, a last line without its end is left for later.
    pub(super) fn read(paths: &[PathBuf], options: CsvOptions, watched: bool) -> Result<Self, Failure> {
        Self::read_from(paths, options, watched, ABSOLUTE)
    }

    fn read_from(
        paths: &[PathBuf],
        options: CsvOptions,
        watched: bool,
        earliest: i64,
    ) -> Result<Self, Failure> {
        let mut files = Vec::new();
        let mut called: BTreeMap<String, &Path> = BTreeMap::new();
        let readings = InMemory::new();
        for path in paths {
            let read = Seen::of(path);
            let table = read_table(path, &options, !watched)?;
            if let Some(name) = table.called
                && let Some(other) = called.insert(name, path)
            {
                let (one, other) = (path.display(), other.display());
                let message = format!(
                    "{other} and {one} have no names of series, and would both be the series called as their file: give \
                     them a column `name`, or call both as one series (--name)"
                );
                return Err(Failure::new(Exit::Usage, message));
            }
            readings.add(&table.data)?;
            let series = table.data.records().names().map(str::to_owned).collect();
            let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            let source = format!("csv {}", full.display());
            let (path, cut) = (path.clone(), table.cut);
            files.push(Table { path, source, series, read, looked: None, since: Instant::now(), cut });
        }
        let found = Vec::new();
        let patience = PATIENCE;
        let (told, told_early) = (false, false);
        let mut tables = Self { readings, files, found, options, patience, earliest, told, told_early };
        let readings = std::mem::take(&mut tables.readings);
        tables.readings = tables.without_early(readings)?;
        Ok(tables)
    }

    /// Leaves out what SenML cannot say: one such reading would spoil each answer it is in.
    fn without_early(&mut self, readings: InMemory) -> Result<InMemory, Failure> {
        if readings.leave_out_before(self.earliest)? && !self.told_early {
            log::warn!(
                "a table has readings from before 4 July 1978, which SenML cannot say; they are left out"
            );
            self.told_early = true;
        }
        Ok(readings)
    }

    /// Reads the files again if one has changed, and finds what is new.
    pub(super) fn look(&mut self) {
        let (mut changed, mut waits) = (false, false);
        for file in &mut self.files {
            let now = Seen::of(&file.path);
            let rests = now == file.looked;
            if !rests {
                file.looked.clone_from(&now);
                file.since = Instant::now();
            }
            changed |= match (&now, &file.read) {
                // It will come back.
                (None, _) => false,
                (now, read) if now == read => file.cut && rests,
                // Somebody writes it anew, and has not got far.
                (Some(now), Some(read)) if now.length < read.length => {
                    let done = rests && file.since.elapsed() >= self.patience;
                    // All are read together.
                    waits |= !done;
                    done
                }
                _ => true,
            };
        }
        if !changed || waits {
            return;
        }
        match self.read_again().and_then(|fresh| self.without_early(fresh)) {
            Ok(fresh) => {
                self.told = false;
                self.found.extend(news(&self.readings, &fresh));
                self.readings.replace(fresh);
            }
            Err(failure) => {
                if !self.told {
                    log::warn!("{}; what was read before is still served", failure.message);
                    self.told = true;
                }
            }
        }
    }

    fn read_again(&mut self) -> Result<InMemory, Failure> {
        let fresh = InMemory::new();
        let mut read = Vec::new();
        for file in &self.files {
            let now = Seen::of(&file.path);
            // Its last line is done once nobody has touched it for a while.
            let rests = now == file.looked && now == file.read;
            let ReadTable { data, cut, .. } = read_table(&file.path, &self.options, rests)?;
            fresh.add(&data)?;
            read.push((now, cut, data.records().names().map(str::to_owned).collect()));
        }
        for (file, (now, cut, series)) in self.files.iter_mut().zip(read) {
            (file.read, file.cut, file.series) = (now, cut, series);
        }
        Ok(fresh)
    }
}

struct ReadTable {
    data: Data,
    /// Whether the last line was left out, being without its end.
    cut: bool,
    /// What the series is called after the file; `None` where the file says it.
    called: Option<String>,
}

fn read_table(path: &Path, options: &CsvOptions, whole: bool) -> Result<ReadTable, Failure> {
    let mut table = Vec::new();
    // One byte more than is allowed: the reader then says so.
    let most = options.limits.bytes as u64 + 1;
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut table))
        .map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", path.display())))?;
    let end = table.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    // A file of one line says nothing yet: it is the reader that says so.
    let cut = !whole && end > 0 && end < table.len();
    if cut {
        table.truncate(end);
    }
    let read = |options: &CsvOptions| {
        Data::from_csv(&table, options).map_err(|error| Failure::malformed(path.display(), &error))
    };
    let mut data = read(options)?;
    let mut called = None;
    // What a table without names gives them.
    if options.name.is_none() && data.records().names().any(|name| name == "value") {
        let name = name_of(path);
        data = read(&options.clone().name(&*name))?;
        called = Some(name);
    }
    Ok(ReadTable { data, cut, called })
}

/// The name of the file, as a series'.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-:._".contains(c) { c } else { '-' };
    let name: String =
        stem.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).chars().map(plain).collect();
    Identifier::new(name).map_or_else(|_| "value".to_owned(), |name| name.to_string())
}

/// What `fresh` has and `known` has not, or otherwise: new readings, late ones, and corrections.
fn news(known: &InMemory, fresh: &InMemory) -> Vec<(Metadata, Records)> {
    let mut news = Vec::new();
    for name in fresh.names() {
        let is_known =
            |record: &Record<'_>| known.with(&name, |_, records| holds(records, record)) == Some(true);
        news.extend(
            fresh.with(&name, |meta, records| (meta.clone(), select(records, |record| !is_known(record)))),
        );
    }
    news.retain(|(_, records)| !records.is_empty());
    news
}

/// What is in memory of a series and later than a time.
pub(super) fn later(readings: &InMemory, name: &str, than: Option<i64>) -> Option<(Metadata, Records)> {
    let later = |record: &Record<'_>| than.is_none_or(|than| record.time > than);
    let found = readings.with(name, |meta, records| (meta.clone(), select(records, later)))?;
    (!found.1.is_empty()).then_some(found)
}

/// The time of the last reading of each of these series.
pub(super) fn last_times<'s>(
    readings: &InMemory,
    series: impl IntoIterator<Item = &'s String>,
) -> BTreeMap<String, i64> {
    let last = |name: &str| {
        readings.with(name, |_, records| {
            records.iter().rfind(|record| !record.is_gap()).map(|record| record.time)
        })?
    };
    series.into_iter().filter_map(|name| Some((name.clone(), last(name)?))).collect()
}

/// Gaps are no news: nothing is written of them.
fn select(records: &Records, wanted: impl Fn(&Record<'_>) -> bool) -> Records {
    let mut selected = Records::new();
    for record in records.iter().filter(|record| !record.is_gap() && wanted(record)) {
        // What was in memory already has been checked.
        let _ = selected.push(&record);
    }
    selected
}

fn holds(records: &Records, record: &Record<'_>) -> bool {
    let times = records.times();
    let first = times.partition_point(|time| *time < record.time);
    let same = times[first..].iter().take_while(|time| **time == record.time).count();
    records.rows(first..first + same).any(|known| known == *record)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tempfile::TempDir;

    use super::*;

    struct Bench {
        folder: TempDir,
        tables: Tables,
    }

    impl Bench {
        fn new(files: &[(&str, &str)]) -> Self {
            let folder = TempDir::new().unwrap();
            let write = |(name, text): &(&str, &str)| {
                let path = folder.path().join(name);
                std::fs::write(&path, text).unwrap();
                path
            };
            let paths: Vec<PathBuf> = files.iter().map(write).collect();
            let mut tables = Tables::read_from(&paths, CsvOptions::default(), true, i64::MIN).unwrap();
            tables.patience = Duration::ZERO;
            Self { folder, tables }
        }

        fn append(&self, name: &str, text: &str) {
            let file = File::options().append(true).open(self.folder.path().join(name));
            file.unwrap().write_all(text.as_bytes()).unwrap();
        }

        fn put(&self, name: &str, text: &str) {
            std::fs::write(self.folder.path().join(name), text).unwrap();
        }

        fn look(&mut self) -> Vec<(String, i64, f64)> {
            let mut found = Vec::new();
            self.tables.look();
            for (_, records) in std::mem::take(&mut self.tables.found) {
                for (row, record) in records.iter().enumerate() {
                    found.push((record.name.to_owned(), record.time / 1_000_000, records.values()[row]));
                }
            }
            found
        }

        fn has(&self, name: &str) -> usize {
            self.tables.readings.with(name, |_, records| records.len()).unwrap_or_default()
        }
    }

    fn reading(name: &str, time: i64, value: f64) -> (String, i64, f64) {
        (name.to_owned(), time, value)
    }

    #[test]
    fn what_is_added_is_news_once() {
        let mut bench =
            Bench::new(&[("wind.csv", "time,value\n10,1\n20,\n"), ("b.csv", "time,value,name\n10,1,m/x\n")]);
        assert_eq!(bench.tables.readings.names(), ["m/x", "wind"]);
        assert_eq!(bench.look(), []);
        bench.append("wind.csv", "30,3\n5,0.5\n40,\n50,5");
        assert_eq!(
            bench.look(),
            [reading("wind", 5, 0.5), reading("wind", 30, 3.0)],
            "but for the open line"
        );
        assert_eq!(bench.has("wind"), 5);
        bench.append("wind.csv", "5\n");
        assert_eq!(bench.look(), [reading("wind", 50, 55.0)]);
        assert_eq!(bench.look(), []);
        bench.append("wind.csv", "60,6");
        assert_eq!(bench.look(), []);
        assert_eq!(bench.look(), [reading("wind", 60, 6.0)], "nobody writes it any more");
        assert_eq!(bench.look(), []);
        bench.put("b.csv", "time,value,name\n10,2,m/x\n20,9,m/y\n");
        assert_eq!(
            bench.look(),
            [reading("m/x", 10, 2.0), reading("m/y", 20, 9.0)],
            "a correction, and a new series"
        );
    }

    #[test]
    fn a_file_that_is_written_anew_is_waited_for() {
        let mut bench = Bench::new(&[("a.csv", "time,value\n10,1\n20,2\n30,3\n")]);
        bench.put("a.csv", "time,val");
        assert_eq!(bench.look(), []);
        bench.put("a.csv", "time,value\n20,2\n");
        assert_eq!(bench.look(), []);
        assert_eq!(bench.has("a"), 3);
        bench.append("a.csv", "30,3\n40,4\n");
        assert_eq!(bench.look(), [reading("a", 40, 4.0)]);
        assert_eq!(bench.has("a"), 3);
        bench.put("a.csv", "time,value\n");
        assert_eq!(bench.look(), []);
        assert_eq!((bench.look(), bench.has("a")), (Vec::new(), 0), "it is empty indeed");
    }

    #[test]
    fn what_cannot_be_read_changes_nothing() {
        let mut bench = Bench::new(&[("a.csv", "time,value\n10,1\n")]);
        bench.append("a.csv", "what is this\n");
        assert_eq!((bench.look(), bench.has("a")), (Vec::new(), 1));
        std::fs::remove_file(bench.folder.path().join("a.csv")).unwrap();
        assert_eq!((bench.look(), bench.has("a")), (Vec::new(), 1));
        bench.put("a.csv", "time,value\n10,1\n20,2\n30,3\n40,4\n");
        assert_eq!(bench.look().len(), 3);
    }

    #[test]
    fn files_of_one_series_are_one_series() {
        let first = "time,value,name\n10,1,a\n20,2,a\n";
        let mut bench = Bench::new(&[("1.csv", first), ("2.csv", "time,value,name\n20,3,a\n30,4,a\n")]);
        assert_eq!(bench.has("a"), 3);
        bench.append("1.csv", "15,9,a\n");
        assert_eq!(bench.look(), [reading("a", 15, 9.0)], "what the second file says otherwise is no news");
    }

    #[test]
    fn the_last_line_may_be_open_at_the_start() {
        let text = "time,value\n10,1\n20,5";
        let mut bench = Bench::new(&[("a.csv", text)]);
        assert_eq!((bench.has("a"), bench.look()), (1, Vec::new()));
        bench.append("a.csv", "5\n");
        assert_eq!(bench.look(), [reading("a", 20, 55.0)]);
        let mut bench = Bench::new(&[("a.csv", text)]);
        assert_eq!((bench.look(), bench.look()), (Vec::new(), vec![reading("a", 20, 5.0)]));
        let path = [bench.folder.path().join("a.csv")];
        bench.put("a.csv", text);
        let once = Tables::read_from(&path, CsvOptions::default(), false, i64::MIN).unwrap();
        assert_eq!(once.readings.with("a", |_, records| records.len()), Some(2), "nobody looks again");
    }

    #[test]
    fn a_file_that_is_shorter_is_given_time() {
        let mut bench = Bench::new(&[("a.csv", "time,value\n10,1\n20,2\n30,3\n")]);
        bench.tables.patience = PATIENCE;
        bench.put("a.csv", "time,value\n10,1\n");
        for _ in 0..3 {
            assert_eq!((bench.look(), bench.has("a")), (Vec::new(), 3));
        }
        bench.append("a.csv", "20,2\n30,3\n");
        assert_eq!((bench.look(), bench.has("a")), (Vec::new(), 3), "nothing came back that was not there");
    }

    #[test]
    fn what_is_too_early_is_left_out() {
        let mut bench =
            Bench::new(&[("a.csv", "time,value\n10,1\n1641769200,2\n"), ("b.csv", "time,value\n10,1\n")]);
        let files: Vec<PathBuf> = bench.tables.files.iter().map(|file| file.path.clone()).collect();
        bench.tables = Tables::read(&files, CsvOptions::default(), true).unwrap();
        assert_eq!((bench.has("a"), bench.has("b")), (1, 0));
        bench.append("a.csv", "20,1\n1641769300,3\n");
        assert_eq!(bench.look(), [reading("a", 1_641_769_300, 3.0)]);
    }

    #[test]
    fn two_files_of_one_name_are_two_series() {
        let folder = TempDir::new().unwrap();
        let put = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = [put("1/power.csv", "time,value\n10,1\n"), put("2/power.csv", "time,value\n20,2\n")];
        let read = |options| Tables::read_from(&files, options, true, i64::MIN);
        let refused = read(CsvOptions::default()).err().unwrap();
        assert!(refused.message.contains("--name"), "{}", refused.message);
        assert!(read(CsvOptions::default().name("power")).is_ok());
    }

    #[test]
    fn series_may_be_called_as_their_file() {
        let name = |path: &str| name_of(Path::new(path));
        assert_eq!(name("/data/wind speed (m|s).csv"), "wind-speed--m-s-");
        assert_eq!(name("urn:dev:ow:1_x.csv"), "urn:dev:ow:1_x");
        assert_eq!(name("_.csv"), "value");
        assert_eq!(name(&"x".repeat(2000)), "value");
    }
}
