//! What data look like in a log and in a notebook.

use std::fmt::Write as _;

use quoalise::data::Data;
use quoalise::jiff::Timestamp;
use quoalise::senml::{Record, Value};

/// Rows at the beginning, and at the end, of a table that is too long.
const ROWS: usize = 5;

fn time(micros: i64) -> String {
    Timestamp::from_microsecond(micros).map(|time| time.to_string()).unwrap_or_default()
}

fn counted(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

/// What a log shows.
pub fn line(data: &Data) -> String {
    format!("<quoalise.Data: {}>", data.summary())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A table of the first and the last records. A notebook shows it because somebody asked it to.
pub fn html(data: &Data) -> String {
    let records = data.records();
    let (length, several) = (records.len(), records.names().len() > 1);
    let line = line(data);
    let mut html = format!("<p>{}</p>", escape(line.trim_matches(['<', '>'])));
    if length == 0 {
        return html;
    }
    html += "<table><thead><tr><th>time (UTC)</th><th>value</th><th>unit</th>";
    html += if several { "<th>name</th></tr></thead><tbody>" } else { "</tr></thead><tbody>" };
    let row = |html: &mut String, record: Record<'_>| {
        let value = match record.value {
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Text(text)) => escape(text),
            Some(Value::Boolean(boolean)) => if boolean { "True" } else { "False" }.to_owned(),
            Some(Value::Data(bytes)) => counted(bytes.len(), "byte"),
            None => String::new(),
        };
        let unit = escape(record.unit.unwrap_or_default());
        let _ = write!(html, "<tr><td>{}</td><td>{value}</td><td>{unit}</td>", time(record.time));
        if several {
            let _ = write!(html, "<td>{}</td>", escape(record.name));
        }
        html.push_str("</tr>");
    };
    if length <= 2 * ROWS {
        records.iter().for_each(|record| row(&mut html, record));
    } else {
        records.rows(0..ROWS).for_each(|record| row(&mut html, record));
        let columns = if several { 4 } else { 3 };
        let _ = write!(html, "<tr><td colspan=\"{columns}\">… {} more …</td></tr>", length - 2 * ROWS);
        records.rows(length - ROWS..length).for_each(|record| row(&mut html, record));
    }
    html + "</tbody></table>"
}
