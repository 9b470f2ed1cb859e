use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::exit::{Exit, Failure};
use super::online::say;
use super::{parse_zone, run_until_interrupted};
use crate::data::{CsvOptions, Data};
use crate::sandbox::{Options, Sandbox};

/// Start a server with a provider on this machine, to try things out; nothing of it is reachable from elsewhere
#[derive(clap::Args)]
pub(super) struct Args {
    /// Table to serve, `time,value` or a load curve as Enedis SGE exports it [default: a made-up household of 2025]
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Name of the table's series, where it gives none
    #[arg(long, requires = "csv", default_value = "urn:dev:os:sandbox_value")]
    name: String,
    /// Unit of the table's values, where it gives none
    #[arg(long, requires = "csv")]
    unit: Option<String>,
    /// Time zone of the table's times that have no offset
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, requires = "csv")]
    tz: Option<TimeZone>,
    /// Where to listen: an address of this machine's own
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Folder for ca.pem and password, which must not be there yet [default: a new one in the system's folder for temporary files]
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Every how many seconds a new reading is made up and pushed; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = parse_interval)]
    push_every: f64,
}

impl Args {
    pub(super) fn run(self) -> Result<(), Failure> {
        let password = std::env::var("QUOALISE_PASSWORD").ok().filter(|password| !password.is_empty());
        let options = Options {
            listen: self.listen,
            password,
            data: self.csv.as_deref().map(|file| self.read(file)).transpose()?,
            push_every: (self.push_every > 0.0).then(|| Duration::from_secs_f64(self.push_every)),
        };
        run_until_interrupted(|_| async {
            let sandbox = Sandbox::start(options).await?;
            let mut folder = Folder::new(self.dir.clone())?;
            folder.write("ca.pem", sandbox.ca_pem())?;
            folder.write("password", &format!("{}\n", sandbox.password()))?;
            tell(&sandbox, &folder.path)?;
            // Ctrl-C ends it: then all of this is dropped.
            std::future::pending().await
        })
    }

    fn read(&self, file: &Path) -> Result<Data, Failure> {
        let table = fs::read(file)
            .map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", file.display())))?;
        let mut options = CsvOptions::default();
        options.unit.clone_from(&self.unit);
        options.zone.clone_from(&self.tz);
        let read =
            Data::from_csv(&table, &options).map_err(|error| Failure::malformed(file.display(), &error))?;
        if read.records().names().next() != Some("value") {
            return Ok(read);
        }
        let named = options.name(&*self.name);
        Data::from_csv(&table, &named).map_err(|error| Failure::malformed(file.display(), &error))
    }
}

/// What to type next. On stdout: here this is the data.
fn tell(sandbox: &Sandbox, folder: &Path) -> Result<(), Failure> {
    let (provider, identifiers) = (sandbox.provider(), sandbox.identifiers());
    let first = identifiers.first().map(String::as_str).unwrap_or_default();
    let mut out = io::stdout().lock();
    writeln!(out, "A Quoalise server and provider are up, on this machine only, until Ctrl-C.")?;
    writeln!(out)?;
    writeln!(out, "  address     {}", sandbox.address())?;
    writeln!(out, "  account     {}", sandbox.jid())?;
    writeln!(out, "  password    in {}", folder.join("password").display())?;
    writeln!(out, "  authority   {}", folder.join("ca.pem").display())?;
    writeln!(out, "  provider    {provider}")?;
    for identifier in &identifiers {
        writeln!(out, "  series      {identifier}")?;
        if let Some((from, to)) = sandbox.span(identifier) {
            let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
            writeln!(out, "              {} to {}", time(from), time(to))?;
        }
    }
    let week = week_within(sandbox.span(first).unwrap_or_default());
    writeln!(out)?;
    writeln!(out, "In another terminal:")?;
    writeln!(out)?;
    writeln!(out, "  export QUOALISE_USER={} QUOALISE_ADDRESS={}", sandbox.jid(), sandbox.address())?;
    writeln!(out, "  export QUOALISE_PASSWORD_FILE={}", quoted(&folder.join("password")))?;
    writeln!(out, "  export QUOALISE_CA_FILE={}", quoted(&folder.join("ca.pem")))?;
    writeln!(out, "  quoalise get-history {provider} {first} \\")?;
    writeln!(out, "    --start-time {} --end-time {} --format chart", week.0, week.1)?;
    writeln!(out, "  quoalise subscribe {provider} {first}")?;
    writeln!(out, "  quoalise listen")?;
    out.flush()?;
    say("ready");
    Ok(())
}

/// A week in the middle of a series, for an example that shows something.
fn week_within((from, to): (i64, i64)) -> (Timestamp, Timestamp) {
    const DAY: i64 = 86_400_000_000;
    let middle = from + (to - from) / 2;
    let start = (middle - middle.rem_euclid(DAY) - 3 * DAY).max(from);
    let time = |micros| Timestamp::from_microsecond(micros).unwrap_or_default();
    (time(start), time(start + 7 * DAY))
}

fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte));
    if plain { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

/// The folder of what clients need; one made here goes with the sandbox.
struct Folder {
    path: PathBuf,
    made: bool,
    /// What was written, and nothing else, goes too.
    files: Vec<&'static str>,
}

impl Folder {
    fn new(given: Option<PathBuf>) -> Result<Self, Failure> {
        let made = given.is_none();
        let path = given
            .unwrap_or_else(|| std::env::temp_dir().join(format!("quoalise-sandbox-{}", std::process::id())));
        let created = if made { make_private(&path) } else { fs::create_dir_all(&path) };
        created.map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", path.display())))?;
        Ok(Self { path, made, files: Vec::new() })
    }

    fn write(&mut self, name: &'static str, text: &str) -> Result<(), Failure> {
        let path = self.path.join(name);
        let opened = open_private(&path).inspect(|_| self.files.push(name));
        let written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| Failure::new(Exit::Failure, format!("{}: {error}", path.display())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        for name in &self.files {
            let _ = fs::remove_file(self.path.join(name));
        }
        if self.made {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Fails where the folder is there already: in a folder for everybody, it may be somebody else's.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A new file for this user alone; fails where one is there already, which may be somebody's.
fn open_private(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn parse_interval(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.0..=86_400.0).contains(seconds));
    seconds.ok_or_else(|| "not a number of seconds between 0 and 86400".to_owned())
}
