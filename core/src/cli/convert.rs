use std::fmt;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use log::info;

use super::exit::{Exit, Failure};
use super::format::{Format, Layout, terminal_width, write};
use super::{end_at_interrupt, parse_seconds, parse_zone};
use crate::data::{CsvOptions, Data, Guess, Stamp};
use crate::senml::{self, ErrorKind, Limits, Pack, ReadOptions};

/// Turn a file of readings into another format, without any server
#[derive(clap::Args)]
pub(super) struct Args {
    /// Format of the input; found out from it unless given
    #[arg(long, value_name = "FORMAT", value_enum)]
    from: Option<Source>,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", value_enum)]
    to: Format,
    /// What relative times count from, in seconds since 1970 [default: the present]
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, allow_negative_numbers = true)]
    now: Option<Timestamp>,
    /// Refuse what RFC 8428 refuses: records without a value, empty packs, stray content
    #[arg(long)]
    strict: bool,
    /// Write SenML records without a value for gaps, which are left out otherwise; csv and resolved always have them
    #[arg(long)]
    keep_gaps: bool,
    /// csv: name of the records, where the table gives none [default: value]
    #[arg(long)]
    name: Option<String>,
    /// csv: unit of the records, where the table gives none
    #[arg(long)]
    unit: Option<String>,
    /// Time zone of the output, and of csv input whose times have no offset [default for output: the system's]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    tz: Option<TimeZone>,
    /// csv: which end of its interval a reading in an Enedis load curve is stamped at: `end` for a Linky meter, `start`
    /// for larger connections
    #[arg(long, value_enum, default_value = "end")]
    stamps: Stamps,
    /// csv: length of an interval in an Enedis load curve, where the file does not tell it
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=44_640))]
    step: Option<u32>,
    /// File to read; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// SenML in XML
    SenmlXml,
    /// SenML in JSON
    SenmlJson,
    /// The Quoalise payload, by itself or in a stanza
    Quoalise,
    /// A table `time,value`, or a load curve as Enedis SGE exports it
    Csv,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Stamps {
    Start,
    End,
}

impl From<Stamps> for Stamp {
    fn from(stamps: Stamps) -> Self {
        match stamps {
            Stamps::Start => Self::Start,
            Stamps::End => Self::End,
        }
    }
}

impl Args {
    pub fn run(self) -> Result<(), Failure> {
        end_at_interrupt();
        let limits = Limits::default();
        let input = self.read_input(limits)?;
        let from = self.from.unwrap_or_else(|| guess(&input, &self.file, limits));
        let data = self.decode(&input, from, limits).map_err(|error| {
            let mut failure = Failure::malformed(self.source(), &error);
            failure.message += self.advice(from, error.kind());
            failure
        })?;
        info!("read {} as {}: {} records", self.source(), from, data.records().len());

        let zone = self.tz.clone().unwrap_or_else(TimeZone::system);
        let layout = Layout::new(&zone).keep_gaps(self.keep_gaps).width(terminal_width());
        let mut out = BufWriter::new(io::stdout().lock());
        write(&data, self.to, &layout, &mut out)?;
        out.flush()?;
        Ok(())
    }

    fn source(&self) -> impl fmt::Display {
        if self.is_stdin() { "standard input".to_owned() } else { self.file.display().to_string() }
    }

    fn is_stdin(&self) -> bool {
        self.file == Path::new("-")
    }

    /// All of the input, and one byte more than is allowed of a longer one: the reader then says so.
    fn read_input(&self, limits: Limits) -> Result<Vec<u8>, Failure> {
        let most = limits.bytes as u64 + 1;
        let mut input = Vec::new();
        let read = if self.is_stdin() {
            io::stdin().lock().take(most).read_to_end(&mut input)
        } else {
            File::open(&self.file).and_then(|file| file.take(most).read_to_end(&mut input))
        };
        read.map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", self.source())))?;
        Ok(input)
    }

    fn decode(&self, input: &[u8], from: Source, limits: Limits) -> Result<Data, senml::Error> {
        let now = self.now.unwrap_or_else(Timestamp::now);
        let options = ReadOptions::at(now).strict(self.strict).limits(limits);
        match from {
            Source::SenmlXml => Pack::from_xml(input, &options).map(Data::from_pack),
            Source::SenmlJson => Pack::from_json(input, &options).map(Data::from_pack),
            Source::Quoalise => Data::from_xml(input, &options),
            Source::Csv => {
                let mut options = CsvOptions::default().strict(self.strict).limits(limits);
                options.name.clone_from(&self.name);
                options.unit.clone_from(&self.unit);
                options.zone.clone_from(&self.tz);
                options.step = self.step.map(|minutes| SignedDuration::from_mins(minutes.into()));
                options.stamps = self.stamps.into();
                Data::from_csv(input, &options)
            }
        }
    }

    /// What to do about an error, where it can be told.
    fn advice(&self, from: Source, kind: ErrorKind) -> &'static str {
        match kind {
            ErrorKind::NoValue | ErrorKind::EmptyPack | ErrorKind::UnexpectedContent if self.strict => {
                " (is accepted without --strict)"
            }
            ErrorKind::Syntax | ErrorKind::NotSenml if self.from.is_none() => match from {
                Source::SenmlXml => " (read as senml-xml; tell another format by --from)",
                Source::SenmlJson => " (read as senml-json; tell another format by --from)",
                Source::Quoalise => " (read as quoalise; tell another format by --from)",
                Source::Csv => " (read as csv; tell another format by --from)",
            },
            _ => "",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SenmlXml => "senml-xml",
            Self::SenmlJson => "senml-json",
            Self::Quoalise => "quoalise",
            Self::Csv => "csv",
        })
    }
}

/// The format, by how the input begins; by the file's name where that tells nothing.
fn guess(input: &[u8], file: &Path, limits: Limits) -> Source {
    match Guess::of(input, limits) {
        Some(Guess::SenmlXml) => Source::SenmlXml,
        Some(Guess::Quoalise) => Source::Quoalise,
        Some(Guess::SenmlJson) => Source::SenmlJson,
        None => match file.extension().and_then(|extension| extension.to_str()) {
            Some("xml" | "senmlx") => Source::SenmlXml,
            Some("json" | "senml") => Source::SenmlJson,
            _ => Source::Csv,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_is_found_out() {
        let by = |input: &str, file: &str| guess(input.as_bytes(), Path::new(file), Limits::default());
        assert_eq!(by("[{}]", "-"), Source::SenmlJson);
        assert_eq!(by("\u{feff} \n[", "x.csv"), Source::SenmlJson);
        assert_eq!(by("<?xml version='1.0'?>\n<!-- c --><n:sensml xmlns:n='x'/>", "-"), Source::SenmlXml);
        assert_eq!(by("<quoalise xmlns='urn:quoalise:0'/>", "-"), Source::Quoalise);
        assert_eq!(by("<message><quoalise xmlns='urn:quoalise:0'/></message>", "x.json"), Source::Quoalise);
        assert_eq!(by("time,value\n", "-"), Source::Csv);
        assert_eq!(by("", "x.json"), Source::SenmlJson);
        assert_eq!(by("", "x.xml"), Source::SenmlXml);
        assert_eq!(by("", "x.csv"), Source::Csv);
    }
}
