//! Commands of any provider: which there are, what they ask for, and carrying them out.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Duration;

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};
use tokio::time::timeout;

use super::exit::{Exit, Failure};
use super::format::{Format, clean, zone_name};
use super::online::{Account, Output, say};
use super::prompt::{Answer, Stage, Terminal, show_option};
use super::{parse_zone, run_until_interrupted};
use crate::client::{Walk, missing};
use crate::data::Series;
use crate::stanza::{Action, Field, FieldType, Form, Note, NoteType, Status};
use crate::{Client, CommandInfo, ErrorKind, Execution, Outcome, Table, Values};

/// How long a provider is given to take note that somebody gave up.
const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);

/// List the commands of a provider, or show what one of them asks for
#[derive(clap::Args)]
pub(super) struct Commands {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Command whose form to show; it is canceled then
    #[arg(value_name = "NODE")]
    node: Option<String>,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: ListFormat,
    #[command(flatten)]
    account: Account,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum ListFormat {
    /// Aligned columns to read
    Table,
    /// One JSON object a line
    Json,
}

impl Commands {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let done = match &self.node {
                None => self.list(&client).await,
                Some(node) => self.show(&client, node).await,
            };
            client.close().await;
            done
        })
    }

    async fn list(&self, client: &Client) -> Result<(), Failure> {
        let commands = client.commands(&self.provider).await?;
        let mut out = BufWriter::new(io::stdout().lock());
        match self.format {
            ListFormat::Table => {
                let row = |command: &CommandInfo| vec![command.node.clone(), command.name.clone()];
                write_columns(&["node", "name"], &commands.iter().map(row).collect::<Vec<_>>(), &mut out)?;
            }
            ListFormat::Json => {
                for CommandInfo { node, name } in &commands {
                    writeln!(out, "{}", json!({ "node": node, "name": name }))?;
                }
            }
        }
        Ok(out.flush()?)
    }

    async fn show(&self, client: &Client, node: &str) -> Result<(), Failure> {
        let command = client.begin(&self.provider, node).await?;
        if command.status() == Status::Completed {
            say("this command asks for nothing: it was carried out");
            let format = if self.format == ListFormat::Json { Format::Json } else { Format::Table };
            return write_outcome(&command.into_outcome()?, &Output { format, tz: None });
        }
        tell_notes(command.notes());
        let mut out = BufWriter::new(io::stdout().lock());
        match self.format {
            ListFormat::Table => write_form(&command, &mut out)?,
            ListFormat::Json => writeln!(out, "{}", form_json(&command))?,
        }
        out.flush()?;
        // It was only looked at: a provider that does not take note lets it expire.
        let _ = timeout(CANCEL_TIMEOUT, command.cancel()).await;
        Ok(())
    }
}

/// Carry out a command of a provider
///
/// Where required fields are missing, and on a terminal, they are asked for one by one. There, `<` goes back a field, or
/// from the first one to the stage before where the provider allows it; `-` leaves a field empty that has a default;
/// nothing keeps the default; Ctrl-C gives up, and cancels the command at the provider.
#[derive(clap::Args)]
pub(super) struct Run {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Which command, as `quoalise commands` lists them
    #[arg(value_name = "NODE")]
    node: String,
    /// Values, as name=value; given again for several; name@=FILE takes them from a file, a line each where the field
    /// has several
    #[arg(value_name = "FIELD=VALUE", value_parser = parse_assignment)]
    values: Vec<Assignment>,
    /// Ask for all fields that are not given, on a terminal
    #[arg(long)]
    ask: bool,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    account: Account,
}

/// A field and what it gets.
#[derive(Clone)]
struct Assignment {
    field: String,
    from: Source,
}

#[derive(Clone)]
enum Source {
    Text(String),
    File(String),
}

fn parse_assignment(text: &str) -> Result<Assignment, String> {
    let (field, value) = text.split_once('=').ok_or("a value is given as FIELD=VALUE")?;
    let (field, from) = match field.strip_suffix('@') {
        Some(field) => (field, Source::File(value.to_owned())),
        None => (field, Source::Text(value.to_owned())),
    };
    if field.is_empty() {
        return Err("there is no name before the `=`".to_owned());
    }
    Ok(Assignment { field: field.to_owned(), from })
}

impl Assignment {
    fn value(&self) -> Result<String, Failure> {
        match &self.from {
            Source::Text(text) => Ok(text.clone()),
            Source::File(file) => {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| Failure::new(Exit::Failure, format!("{file}: {error}")))?;
                Ok(text.trim_end_matches(['\n', '\r']).to_owned())
            }
        }
    }
}

impl Run {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut values = Values::new();
        for assignment in &self.values {
            values.add(&*assignment.field, assignment.value()?);
        }
        let on_terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        if self.ask && !on_terminal {
            return Err(Failure::new(Exit::Usage, "--ask: there is no terminal to ask on"));
        }
        let config = self.account.config()?;
        run_until_interrupted(|mut interrupt| async move {
            let client = Client::connect(&config).await?;
            let mut begun = None;
            let mut walk = Walk::new(&values);
            let walked = tokio::select! {
                walked = self.walk(&client, &mut begun, &values, &mut walk, on_terminal) => walked,
                () = interrupt.come() => Err(Failure::new(Exit::Interrupted, "")),
            };
            let outcome = match (walked, begun) {
                (Ok(()), Some(command)) => command.into_outcome().map_err(Failure::from),
                (Ok(()), None) => Ok(Outcome::default()),
                (Err(failure), command) => {
                    if let Some(command) = command {
                        let _ = timeout(CANCEL_TIMEOUT, command.cancel()).await;
                    }
                    Err(failure)
                }
            };
            client.close().await;
            let outcome = outcome?;
            for field in walk.unused() {
                say(&format!("the command asked for no field `{}`", clean(field)));
            }
            write_outcome(&outcome, &self.output)
        })
    }

    /// From the first stage to the last. What has begun is left in `begun`, so that it can be canceled whatever ends
    /// this.
    async fn walk(
        &self,
        client: &Client,
        begun: &mut Option<Execution>,
        values: &Values,
        walk: &mut Walk<'_>,
        on_terminal: bool,
    ) -> Result<(), Failure> {
        let command = begun.insert(client.begin(&self.provider, &self.node).await?);
        let mut asking = self.ask;
        // All fields are asked for where somebody comes back, or the provider did not like what it got.
        let mut again = false;
        let mut earlier = Values::new();
        while command.status() == Status::Executing {
            let lacks = |form: &Form| !missing(form, values).is_empty();
            if !(asking || on_terminal && command.form().is_some_and(lacks)) {
                tell_notes(command.notes());
                walk.step(command).await?;
                continue;
            }
            if !asking && !again {
                say("`<` goes back, `-` leaves a default out, Ctrl-C gives up");
            }
            asking = true;
            tell_notes(command.notes());
            again |= command.notes().iter().any(|note| note.kind == NoteType::Error);
            walk.use_here(command.form());
            if again {
                for name in values.names().filter(|name| earlier.get(name).is_none()).collect::<Vec<_>>() {
                    earlier.set(name, values.get(name).unwrap_or_default().to_vec());
                }
            }
            let stage = Stage {
                form: command.form().cloned(),
                actions: command.actions(),
                default_action: command.default_action(),
                given: if again { Values::new() } else { values.clone() },
                earlier: earlier.clone(),
            };
            let (action, answers) = match ask(stage).await? {
                Answer::Forward(action, answers) => (action, answers),
                Answer::Back => {
                    command.prev().await?;
                    again = true;
                    continue;
                }
                Answer::GaveUp => return Err(Failure::new(Exit::Interrupted, "given up")),
            };
            for name in answers.names() {
                earlier.set(name, answers.get(name).unwrap_or_default().to_vec());
            }
            let unused = walk.unused();
            let done = match action {
                Action::Complete if !unused.is_empty() => {
                    return Err(crate::client::unknown_field(&unused, command.form()).into());
                }
                Action::Complete => command.complete(&answers).await,
                _ => command.next(&answers).await,
            };
            match done {
                Ok(()) => again = false,
                Err(error) if matches!(error.kind(), ErrorKind::BadRequest | ErrorKind::InvalidArgument) => {
                    say(&clean(&error.to_string()));
                    again = true;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

/// Asks in a thread of its own, which an interrupt leaves behind: a read from a terminal cannot be called off.
async fn ask(stage: Stage) -> Result<Answer, Failure> {
    let (answered, answer) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let _ = answered.send(stage.ask(&mut Terminal));
    });
    match answer.await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Failure::new(Exit::Failure, format!("cannot ask on this terminal: {error}"))),
        Err(_) => Err(Failure::new(Exit::Failure, "cannot ask on this terminal")),
    }
}

fn tell_notes(notes: &[Note]) {
    for note in notes {
        let kind = match note.kind {
            NoteType::Info => "note",
            NoteType::Warn => "warning",
            NoteType::Error => "error",
        };
        say(&format!("{kind}: {}", clean(&note.text)));
    }
}

fn write_outcome(outcome: &Outcome, output: &Output) -> Result<(), Failure> {
    tell_notes(&outcome.notes);
    let mut out = BufWriter::new(io::stdout().lock());
    if output.format == Format::Json {
        writeln!(out, "{}", outcome_json(outcome, &output.zone()))?;
        return Ok(out.flush()?);
    }
    let mut text = Vec::new();
    write_result(outcome, &mut text)?;
    match &outcome.data {
        // Formats of readings have readings only; what else there is goes to people.
        Some(data) => {
            if output.format == Format::Table {
                out.write_all(&text)?;
                if !text.is_empty() {
                    writeln!(out)?;
                }
            } else {
                io::stderr().write_all(&text)?;
            }
            out.flush()?;
            drop(out);
            output.write(data)
        }
        None if output.format == Format::Csv && !outcome.tables.is_empty() => {
            for table in &outcome.tables {
                write_csv(table, &mut out)?;
            }
            Ok(out.flush()?)
        }
        None => {
            out.write_all(&text)?;
            out.flush()?;
            if output.format == Format::Table {
                return Ok(());
            }
            let message = format!("done, and the answer has no readings to write as {}", output.format);
            Err(Failure::new(Exit::Failure, message))
        }
    }
}

/// Fields and tables, for people.
fn write_result(outcome: &Outcome, out: &mut impl Write) -> io::Result<()> {
    let name = |field: &Field| clean(label(field));
    let is_shown = |field: &&Field| field.kind != FieldType::Hidden && !field.values.is_empty();
    let fields: Vec<&Field> = outcome.fields.iter().filter(is_shown).collect();
    let width = fields.iter().map(|field| name(field).chars().count()).max().unwrap_or(0);
    for field in &fields {
        for (number, value) in field.values.iter().enumerate() {
            let name = if number == 0 { name(field) } else { String::new() };
            if width == 0 {
                writeln!(out, "{}", clean(value))?;
            } else {
                let space = " ".repeat(width - name.chars().count());
                writeln!(out, "{}", format!("{name}{space}  {}", clean(value)).trim_end())?;
            }
        }
    }
    for (number, table) in outcome.tables.iter().enumerate() {
        if number > 0 || !fields.is_empty() {
            writeln!(out)?;
        }
        let heads: Vec<&str> = table.columns.iter().map(label).collect();
        let rows: Vec<Vec<String>> =
            table.rows.iter().map(|row| row.iter().map(|values| values.join(", ")).collect()).collect();
        write_columns(&heads, &rows, out)?;
    }
    Ok(())
}

fn label(field: &Field) -> &str {
    field.label.as_deref().filter(|label| !label.is_empty()).unwrap_or(&field.var)
}

fn write_csv(table: &Table, out: &mut impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(table.columns.iter().map(|column| &column.var))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|values| values.join(", ")))?;
    }
    writer.flush()
}

fn outcome_json(outcome: &Outcome, zone: &TimeZone) -> Json {
    let named = |field: &&Field| !field.var.is_empty();
    let fields: Map<String, Json> = outcome
        .fields
        .iter()
        .filter(named)
        .map(|field| (field.var.clone(), value_json(field.kind, &field.values)))
        .collect();
    let table = |table: &Table| {
        let column =
            |field: &Field| json!({ "field": field.var, "label": field.label, "type": field.kind.as_str() });
        let row = |row: &Vec<Vec<String>>| -> Json {
            let cells = table.columns.iter().zip(row);
            cells
                .map(|(column, values)| (column.var.clone(), value_json(column.kind, values)))
                .collect::<Map<_, _>>()
                .into()
        };
        json!({
            "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
            "rows": table.rows.iter().map(row).collect::<Vec<_>>(),
        })
    };
    let note = |note: &Note| json!({ "type": note.kind.as_str(), "text": note.text });
    let mut object = json!({
        "fields": fields,
        "tables": outcome.tables.iter().map(table).collect::<Vec<_>>(),
        "notes": outcome.notes.iter().map(note).collect::<Vec<_>>(),
    });
    if let Some(data) = &outcome.data {
        object["data"] = data.to_json(zone).into();
    }
    object
}

/// A list where the type has several values, or there are several; `null` for none.
fn value_json(kind: FieldType, values: &[String]) -> Json {
    let several = matches!(kind, FieldType::JidMulti | FieldType::ListMulti | FieldType::TextMulti);
    match values {
        values if several || values.len() > 1 => values.into(),
        [] => Json::Null,
        [value, ..] => match (kind, &**value) {
            (FieldType::Boolean, "true" | "1") => true.into(),
            (FieldType::Boolean, "false" | "0") => false.into(),
            (_, value) => value.into(),
        },
    }
}

fn write_form(command: &Execution, out: &mut impl Write) -> io::Result<()> {
    let none = Form::new(crate::stanza::FormType::Form);
    let form = command.form().unwrap_or(&none);
    for text in [&form.title, &form.instructions].into_iter().flatten() {
        for line in text.lines() {
            writeln!(out, "{}", clean(line))?;
        }
    }
    for field in form.fields.iter().filter(|field| field.kind != FieldType::Hidden) {
        writeln!(out)?;
        let texts = |out: &mut dyn Write, indent: &str, text: &str| {
            text.lines().try_for_each(|line| writeln!(out, "{indent}{}", clean(line)))
        };
        if field.kind == FieldType::Fixed {
            for text in &field.values {
                texts(out, "", text)?;
            }
            continue;
        }
        let required = if field.required { ", required" } else { "" };
        writeln!(out, "{}  ({}{required})", clean(&field.var), field.kind.as_str())?;
        for text in [&field.label, &field.description].into_iter().flatten() {
            texts(out, "    ", text)?;
        }
        if let Some(validation) = field.validation.as_ref().filter(|validation| validation.datatype.is_some())
        {
            writeln!(out, "    {}", clean(&validation.words()))?;
        }
        let has_default = field.values.iter().any(|value| !value.is_empty());
        if has_default && field.kind != FieldType::TextPrivate {
            writeln!(out, "    default: {}", clean(&field.values.join(", ")))?;
        }
        for (label, value) in &field.options {
            writeln!(out, "    - {}", show_option(label.as_deref(), value))?;
        }
    }
    if !command.actions().contains(&Action::Complete) {
        writeln!(out, "\nAnother form follows.")?;
    }
    Ok(())
}

fn form_json(command: &Execution) -> Json {
    let form = command.form();
    let field = |field: &Field| {
        let option = |(label, value): &(Option<String>, String)| json!({ "label": label, "value": value });
        let is_secret = field.kind == FieldType::TextPrivate;
        let mut object = json!({
            "field": field.var,
            "type": field.kind.as_str(),
            "label": field.label,
            "description": field.description,
            "required": field.required,
            "default": if is_secret { Json::Null } else { value_json(field.kind, &field.values) },
            "options": field.options.iter().map(option).collect::<Vec<_>>(),
        });
        if let Some(validation) = &field.validation {
            object["datatype"] = validation.datatype.clone().into();
            object["min"] = validation.min.clone().into();
            object["max"] = validation.max.clone().into();
            object["open"] = validation.open.into();
        }
        object
    };
    let actions: Vec<&str> = command.actions().into_iter().map(Action::as_str).collect();
    json!({
        "node": command.node(),
        "title": form.and_then(|form| form.title.as_deref()),
        "instructions": form.and_then(|form| form.instructions.as_deref()),
        "actions": actions,
        "fields": form.map(|form| form.fields.iter().map(field).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

/// List the series of a provider that this account may know of
#[derive(clap::Args)]
pub(super) struct ListSeries {
    /// Full address of the provider, as sge-proxy@provider.example/proxy
    #[arg(value_name = "SERVER_JID")]
    provider: String,
    /// Only series below this, as urn:dev:prm:00000000000001
    #[arg(value_name = "PREFIX")]
    prefix: Option<String>,
    /// Format of the output
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "table")]
    format: SeriesFormat,
    /// Time zone of the output [default: the system's]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    tz: Option<TimeZone>,
    #[command(flatten)]
    account: Account,
}

#[derive(Clone, Copy, ValueEnum)]
enum SeriesFormat {
    /// Aligned columns to read
    Table,
    /// One JSON object a line and series
    Json,
    /// A table with all that is known
    Csv,
}

impl ListSeries {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = self.account.config()?;
        run_until_interrupted(|_| async {
            let client = Client::connect(&config).await?;
            let series = client.series(&self.provider, self.prefix.as_deref()).await;
            client.close().await;
            let series = series?;
            let zone = self.tz.clone().unwrap_or_else(TimeZone::system);
            let mut out = BufWriter::new(io::stdout().lock());
            match self.format {
                SeriesFormat::Table => write_series(&series, &zone, &mut out)?,
                SeriesFormat::Csv => write_series_csv(&series, &zone, &mut out)?,
                SeriesFormat::Json => {
                    for one in &series {
                        writeln!(out, "{}", series_json(one, &zone))?;
                    }
                }
            }
            out.flush()?;
            if series.is_empty() {
                say("the provider has no series for this account");
            }
            Ok(())
        })
    }
}

fn write_series(series: &[Series], zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let head = |name: &str| format!("{name} ({})", zone_name(zone));
    let time = |time: Option<Timestamp>| {
        let shown = time.map(|time| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string());
        shown.unwrap_or_default()
    };
    let rows: Vec<Vec<String>> = series
        .iter()
        .map(|one| {
            let m = &one.measurement;
            let words = [m.name.as_deref().or(m.quantity.as_deref()), m.direction.as_deref()];
            let what = one
                .title
                .clone()
                .unwrap_or_else(|| words.into_iter().flatten().collect::<Vec<_>>().join(", "));
            vec![
                one.identifier.to_string(),
                what,
                m.unit.clone().unwrap_or_default(),
                m.sampling_interval.map(|interval| interval.to_string()).unwrap_or_default(),
                time(one.first),
                time(one.last),
                one.rights.names().join(", "),
            ]
        })
        .collect();
    let (first, last) = (head("first"), head("last"));
    write_columns(&["identifier", "what", "unit", "step", &first, &last, "rights"], &rows, out)
}

fn iso_time(time: Option<Timestamp>, zone: &TimeZone) -> Option<String> {
    Some(crate::stanza::time::iso_time(&time?.to_zoned(zone.clone())))
}

fn series_json(series: &Series, zone: &TimeZone) -> Json {
    let m = &series.measurement;
    json!({
        "identifier": series.identifier.as_str(),
        "title": series.title,
        "name": m.name,
        "direction": m.direction,
        "quantity": m.quantity,
        "type": m.kind,
        "subtype": m.subtype,
        "unit": m.unit,
        "aggregation": m.aggregation.as_ref().map(|aggregation| aggregation.as_str()),
        "sampling_interval": m.sampling_interval.map(|interval| interval.to_string()),
        "corrected": m.corrected,
        "estimated": m.estimated,
        "first_time": iso_time(series.first, zone),
        "last_time": iso_time(series.last, zone),
        "rights": series.rights.names(),
    })
}

/// The same as in JSON, a column each.
fn write_series_csv(series: &[Series], zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    let nameless = Series::new("urn:dev:os:none".parse().map_err(io::Error::other)?);
    let columns = series_json(&nameless, zone);
    let columns: Vec<&String> = columns.as_object().into_iter().flat_map(Map::keys).collect();
    writer.write_record(&columns)?;
    for one in series {
        let object = series_json(one, zone);
        let cell = |column: &&String| match &object[column.as_str()] {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            Json::Array(_) => one.rights.names().join(" "),
            other => other.to_string(),
        };
        writer.write_record(columns.iter().map(cell))?;
    }
    writer.flush()
}

/// Rows in aligned columns under their heads.
fn write_columns(heads: &[&str], rows: &[Vec<String>], out: &mut impl Write) -> io::Result<()> {
    let heads: Vec<String> = heads.iter().map(|head| clean(head)).collect();
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
    let all = || std::iter::once(&heads).chain(&rows);
    let width =
        |column: usize| all().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..heads.len()).map(|column| width(column).unwrap_or(0)).collect();
    for row in all() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(width.saturating_sub(cell.chars().count()) + 2);
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
