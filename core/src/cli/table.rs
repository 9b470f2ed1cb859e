//! Readings in aligned columns.

use std::io::{self, Write};

use jiff::tz::TimeZone;
use serde_json::Value as Json;

use super::format::{clean, describe, show_number, show_value, zone_name};
use crate::data::{Data, Part};
use crate::senml::Record;

/// Writes a table for each series.
pub(super) fn write(data: &Data, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    for (count, part) in data.parts().iter().enumerate() {
        if count > 0 {
            writeln!(out)?;
        }
        write_part(data, part, zone, out)?;
    }
    Ok(())
}

fn write_part(data: &Data, part: &Part, zone: &TimeZone, out: &mut impl Write) -> io::Result<()> {
    let records = data.records();
    let names = records.names_in(part.rows());
    let several = names.len() > 1;
    let name = match &*names {
        [] => return writeln!(out, "{}", describe("no readings", part.meta())),
        [name] => (*name).to_owned(),
        [first, others @ ..] => format!("{first} and {} more", others.len()),
    };
    writeln!(out, "{}", describe(&name, part.meta()))?;
    let some_have = |has: fn(&Record<'_>) -> bool| records.rows(part.rows()).any(|record| has(&record));
    let seconds = records.rows(part.rows()).any(|record| record.time % 60_000_000 != 0);
    // A column: its head, whether it is aligned to the right, what a record shows in it.
    type Show<'s> = Box<dyn Fn(&Record<'_>) -> String + 's>;
    let mut columns: Vec<(String, bool, Show<'_>)> = vec![
        (format!("time ({})", zone_name(zone)), false, Box::new(|record| show_time(record, zone, seconds))),
        ("value".to_owned(), true, Box::new(show_value)),
    ];
    if some_have(|record| record.sum.is_some()) {
        columns.push(("sum".to_owned(), true, Box::new(|r| r.sum.map(show_number).unwrap_or_default())));
    }
    columns.push(("unit".to_owned(), false, Box::new(|record| clean(record.unit.unwrap_or_default()))));
    if several {
        columns.push(("name".to_owned(), false, Box::new(|record| record.name.to_owned())));
    }
    if some_have(|record| record.update_time.is_some()) {
        let show: Show<'_> = Box::new(|record| record.update_time.map(show_number).unwrap_or_default());
        columns.push(("next within (s)".to_owned(), true, show));
    }
    if some_have(|record| !record.other.is_empty()) {
        let one = |(label, value): &(String, Json)| format!("{label}={value}");
        let all = move |r: &Record<'_>| r.other.iter().map(one).collect::<Vec<_>>().join(" ");
        columns.push(("other".to_owned(), false, Box::new(move |record| clean(&all(record)))));
    }
    let mut widths: Vec<usize> = columns.iter().map(|(head, ..)| head.chars().count()).collect();
    for record in records.rows(part.rows()) {
        for (width, (_, _, show)) in widths.iter_mut().zip(&columns) {
            *width = (*width).max(show(&record).chars().count());
        }
    }
    let mut line = |cells: &mut dyn Iterator<Item = String>| {
        let mut text = String::new();
        for ((cell, width), (_, right, _)) in cells.zip(&widths).zip(&columns) {
            let space = " ".repeat(width.saturating_sub(cell.chars().count()));
            text += &if *right { format!("{space}{cell}  ") } else { format!("{cell}{space}  ") };
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(&mut columns.iter().map(|(head, ..)| head.clone()))?;
    for record in records.rows(part.rows()) {
        line(&mut columns.iter().map(|(_, _, show)| show(&record)))?;
    }
    Ok(())
}

/// Local, with its offset: an hour that comes twice can be told apart.
fn show_time(record: &Record<'_>, zone: &TimeZone, seconds: bool) -> String {
    let format = if seconds { "%Y-%m-%d %H:%M:%S%.f %:z" } else { "%Y-%m-%d %H:%M %:z" };
    record.timestamp().to_zoned(zone.clone()).strftime(format).to_string()
}
