//! A curve drawn in the terminal, in Braille dots: two by four of them in a character.
//!
//! Readings hold for their interval, as a mean power does. Where there are none nothing is drawn, and the axis below
//! is dotted: it shows even a gap that is narrower than a dot.

use std::io::{self, Write};
use std::ops::RangeInclusive;

use jiff::civil::{DateTime, DateTimeRound, Time};
use jiff::tz::TimeZone;
use jiff::{RoundMode, Span, Timestamp, ToSpan, Unit, Zoned};

use super::format::{clean, describe, zone_name};
use crate::data::{Aggregation, Data, Metadata};
use crate::senml::{Record, Value};

/// Rows of the drawing, axes not counted.
const HEIGHT: usize = 12;
/// What can be drawn in sensibly.
const WIDTHS: RangeInclusive<usize> = 40..=400;

/// Draws a chart for each series, `width` columns wide, with times in `zone`.
pub fn write(data: &Data, zone: &TimeZone, width: usize, out: &mut impl Write) -> io::Result<()> {
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let mut first = true;
    for part in data.parts() {
        let names = data.records().names_in(part.rows());
        if names.is_empty() {
            separate(&mut first, out)?;
            writeln!(out, "{}", describe("no readings", part.meta()))?;
        }
        for name in names {
            separate(&mut first, out)?;
            let records = data.records().rows(part.rows()).filter(|record| record.name == name);
            writeln!(out, "{}", describe(name, part.meta()))?;
            match Series::new(part.meta(), records) {
                Some(series) => series.write(zone, width, out)?,
                None => writeln!(out, "no numbers to draw")?,
            }
        }
    }
    Ok(())
}

fn separate(first: &mut bool, out: &mut impl Write) -> io::Result<()> {
    if std::mem::take(first) { Ok(()) } else { writeln!(out) }
}

/// The readings of one name, by time.
struct Series {
    unit: String,
    /// Time in microseconds, and the value if there is one. Never empty, and some have a value.
    points: Vec<(i64, Option<f64>)>,
    /// How long the interval of a reading is, in microseconds.
    step: i64,
    /// Whether `step` is known from the metadata, or guessed.
    known: bool,
    pick: Pick,
}

/// What stands for several readings that share a dot.
#[derive(Clone, Copy)]
enum Pick {
    Mean,
    Highest,
    Lowest,
}

impl Series {
    fn new<'r>(meta: &Metadata, records: impl Iterator<Item = Record<'r>>) -> Option<Self> {
        let mut unit = None;
        let mut points: Vec<(i64, Option<f64>)> = Vec::new();
        for record in records {
            let value = match record.value {
                // Far beyond any reading; the room above keeps sums finite.
                Some(Value::Number(value)) => Some(value.clamp(-1e300, 1e300)),
                None => None,
                Some(_) => continue,
            };
            unit = unit.or(record.unit);
            points.push((record.time, value));
        }
        points.sort_by_key(|(time, _)| *time);
        points.iter().any(|(_, value)| value.is_some()).then_some(())?;
        let told = meta.measurement.sampling_interval.and_then(|interval| interval.seconds());
        let told = told.and_then(|seconds| seconds.checked_mul(1_000_000));
        let mut distances: Vec<i64> =
            points.windows(2).map(|pair| pair[1].0 - pair[0].0).filter(|distance| *distance > 0).collect();
        let usual = if distances.is_empty() {
            HOUR
        } else {
            let middle = distances.len() / 2;
            *distances.select_nth_unstable(middle).1
        };
        Some(Self {
            unit: clean(unit.or(meta.measurement.unit.as_deref()).unwrap_or_default()),
            points,
            step: told.unwrap_or(usual),
            known: told.is_some(),
            pick: match meta.measurement.aggregation {
                Some(Aggregation::Max) => Pick::Highest,
                Some(Aggregation::Min) => Pick::Lowest,
                _ => Pick::Mean,
            },
        })
    }

    /// When the interval of reading `at` ends, as far as it is drawn.
    fn end(&self, at: usize) -> i64 {
        let time = self.points[at].0;
        let next = self.points[at..].iter().map(|(time, _)| *time).find(|next| *next > time);
        let Some(next) = next else { return time.saturating_add(self.step) };
        // Where the step is not told it may change, and a reading lasts as long as the one before it did.
        let before = at.checked_sub(1).map_or(0, |before| time - self.points[before].0);
        let step = if self.known { self.step } else { self.step.max(before) };
        if next - time <= step.saturating_add(step / 2) { next } else { time.saturating_add(step) }
    }

    fn write(&self, zone: &TimeZone, width: usize, out: &mut impl Write) -> io::Result<()> {
        let start = self.points[0].0;
        let end = self.end(self.points.len() - 1).max(start + 1);
        // What is drawn may be means, lower than the readings; these have room for their labels in any case.
        let labels = Scale::new(self.points.iter().filter_map(|(_, value)| *value)).labels();
        let margin = labels.iter().map(|(_, label)| label.chars().count()).max().unwrap_or(0);
        let margin = margin.max(self.unit.chars().count());
        // A space and the axis itself are between labels and drawing.
        let columns = width.saturating_sub(margin + 2).max(10);
        let plot = Plot::new(self, start, end, columns);
        let scale = Scale::new(plot.values.iter().copied().flatten());
        let labels = scale.labels();
        let rows = plot.draw(&scale);

        if !self.unit.is_empty() {
            writeln!(out, "{:>margin$}", self.unit)?;
        }
        for (row, dots) in rows.iter().enumerate() {
            let label = labels.iter().find(|(at, _)| *at == row).map_or("", |(_, label)| label);
            let axis = if label.is_empty() { '│' } else { '┤' };
            writeln!(out, "{}", format!("{label:>margin$} {axis}{dots}").trim_end())?;
        }
        let ticks = ticks(start, end, zone, columns);
        let mut axis: Vec<char> = plot.gaps.iter().map(|gap| if *gap { '·' } else { '─' }).collect();
        let mut under = String::new();
        for (column, label) in &ticks {
            if !plot.gaps[*column] {
                axis[*column] = '┬';
            }
            under.extend(std::iter::repeat_n(' ', column.saturating_sub(under.chars().count())));
            under += label;
        }
        writeln!(out, "{:margin$} └{}", "", axis.into_iter().collect::<String>())?;
        if !ticks.is_empty() {
            writeln!(out, "{:margin$}  {under}", "")?;
        }
        writeln!(out, "{}", self.caption(zone, columns))
    }

    fn caption(&self, zone: &TimeZone, columns: usize) -> String {
        let time = |micros: i64| match Timestamp::from_microsecond(micros) {
            Ok(timestamp) => timestamp.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string(),
            Err(_) => "the end of time".to_owned(),
        };
        let last = self.points.len() - 1;
        let (first, end) = (time(self.points[0].0), time(self.end(last)));
        let values = self.points.iter().filter(|(_, value)| value.is_some()).count();
        let mut text = format!("{first} to {end} ({})\n{}", zone_name(zone), count(values, "reading"));
        match self.points.len() - values {
            0 => {}
            gaps => text += &format!(", {} without a value", gaps),
        }
        let shared = (values + columns) / (columns * 2);
        if shared > 1 {
            let what = match self.pick {
                Pick::Mean => "the mean",
                Pick::Highest => "the highest",
                Pick::Lowest => "the lowest",
            };
            text += &format!("; a dot is {what} of about {shared}");
        }
        text
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

const HOUR: i64 = 3_600_000_000;

/// The vertical axis: from a round number to a round number, in round steps.
struct Scale {
    low: f64,
    high: f64,
    step: f64,
}

impl Scale {
    /// For values of which there are some.
    fn new(values: impl Iterator<Item = f64>) -> Self {
        let whole = (f64::INFINITY, f64::NEG_INFINITY);
        let (lowest, highest) = values.fold(whole, |(low, high), value| (low.min(value), high.max(value)));
        let size = lowest.abs().max(highest.abs());
        if size < 1e-300 {
            return Self { low: 0.0, high: 1.0, step: 1.0 };
        }
        // From zero, unless that would leave the curve in less than half of the drawing, as for a meter's index.
        // A constant is drawn from zero as well.
        let constant = highest - lowest <= size * 1e-12;
        let (mut low, mut high) = (lowest, highest);
        if lowest > 0.0 && (constant || lowest <= highest / 2.0) {
            low = 0.0;
        }
        if highest < 0.0 && (constant || highest >= lowest / 2.0) {
            high = 0.0;
        }
        let rough = (high - low) / 4.0;
        let power = 10_f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|factor| factor * power);
        let step = step.into_iter().find(|step| *step >= rough).unwrap_or(rough);
        Self { low: (low / step).floor() * step, high: (high / step).ceil() * step, step }
    }

    /// Which row of dots, from above, a value is in.
    fn dot(&self, value: f64) -> usize {
        let most = (HEIGHT * 4 - 1) as f64;
        let from_above = (self.high - value) / (self.high - self.low) * most;
        from_above.round().clamp(0.0, most) as usize
    }

    /// The labels, and the rows they stand beside.
    fn labels(&self) -> Vec<(usize, String)> {
        let decimals = (-(self.step.log10().floor())).clamp(0.0, 12.0) as usize;
        // 2.5 has one digit more than 2 or 5.
        let scaled = self.step * 10_f64.powi(decimals as i32);
        let decimals = if (scaled - scaled.round()).abs() > 1e-6 { decimals + 1 } else { decimals };
        let steps = ((self.high - self.low) / self.step).round().clamp(1.0, 12.0) as usize;
        let label = |at: usize| {
            let value = self.low + self.step * at as f64;
            let value = if value.abs() < self.step / 2.0 { 0.0 } else { value }; // no `-0`, no rest of a sum
            let plain = self.step >= 1e-6 && value.abs() < 1e12;
            let text = if plain { format!("{value:.decimals$}") } else { format!("{value:.2e}") };
            (self.dot(value) / 4, text)
        };
        (0..=steps).rev().map(label).collect()
    }
}

/// Readings brought to columns of dots.
struct Plot {
    columns: usize,
    /// A value for each column of dots.
    values: Vec<Option<f64>>,
    /// Whether some reading is missing, for each column of characters.
    gaps: Vec<bool>,
}

impl Plot {
    fn new(series: &Series, start: i64, end: i64, columns: usize) -> Self {
        let dots = columns * 2;
        let place = |time: i64| (time - start) as f64 / (end - start) as f64 * dots as f64;
        let mut totals = vec![(0.0, 0.0); dots];
        let mut bounds: Vec<Option<(f64, f64)>> = vec![None; dots];
        let mut gaps = vec![false; columns];
        let mut covered = start;
        let mut miss = |from: i64, to: i64| {
            let (from, to) = (place(from) / 2.0, place(to) / 2.0);
            let columns = from as usize..(to.ceil() as usize).min(columns);
            gaps[columns].fill(true);
        };
        for (at, (time, value)) in series.points.iter().enumerate() {
            let until = series.end(at);
            if *time > covered {
                miss(covered, *time);
            }
            covered = covered.max(until);
            let Some(value) = *value else {
                miss(*time, until);
                continue;
            };
            let (from, to) = (place(*time), place(until).min(dots as f64));
            let first = (from as usize).min(dots - 1);
            for dot in first..(to.ceil() as usize).clamp(first + 1, dots) {
                let share = (to.min(dot as f64 + 1.0) - from.max(dot as f64)).max(1e-9);
                totals[dot].0 += value * share;
                totals[dot].1 += share;
                let (low, high) = bounds[dot].unwrap_or((value, value));
                bounds[dot] = Some((low.min(value), high.max(value)));
            }
        }
        let values = totals.into_iter().zip(bounds).map(|((total, share), bounds)| {
            let (low, high) = bounds?;
            Some(match series.pick {
                Pick::Mean => total / share,
                Pick::Highest => high,
                Pick::Lowest => low,
            })
        });
        Self { columns, values: values.collect(), gaps }
    }

    /// The lines of the drawing, from above.
    fn draw(&self, scale: &Scale) -> Vec<String> {
        // The bits of U+2800, by column and row of the dot in its character.
        const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
        let mut cells = vec![vec![0_u8; self.columns]; HEIGHT];
        let mut before: Option<usize> = None;
        for (column, value) in self.values.iter().enumerate() {
            let dot = value.map(|value| scale.dot(value));
            if let Some(dot) = dot {
                // Up or down from the column before, so that the curve hangs together.
                let (from, to) = match before {
                    Some(before) if before < dot => (before + 1, dot),
                    Some(before) if before > dot => (dot, before - 1),
                    _ => (dot, dot),
                };
                for row in from..=to {
                    cells[row / 4][column / 2] |= DOTS[column % 2][row % 4];
                }
            }
            before = dot;
        }
        let show = |bits: &u8| match bits {
            0 => ' ',
            bits => char::from_u32(0x2800 + u32::from(*bits)).unwrap_or(' '),
        };
        cells.iter().map(|row| row.iter().map(show).collect()).collect()
    }
}

/// What the marks of the time axis may be apart, how they are labelled, and how long such a label is.
const STEPS: [(Unit, i64, &str, usize); 32] = [
    (Unit::Second, 1, "%H:%M:%S", 8),
    (Unit::Second, 2, "%H:%M:%S", 8),
    (Unit::Second, 5, "%H:%M:%S", 8),
    (Unit::Second, 10, "%H:%M:%S", 8),
    (Unit::Second, 30, "%H:%M:%S", 8),
    (Unit::Minute, 1, "%H:%M", 5),
    (Unit::Minute, 2, "%H:%M", 5),
    (Unit::Minute, 5, "%H:%M", 5),
    (Unit::Minute, 10, "%H:%M", 5),
    (Unit::Minute, 15, "%H:%M", 5),
    (Unit::Minute, 30, "%H:%M", 5),
    (Unit::Hour, 1, "%H:%M", 5),
    (Unit::Hour, 2, "%H:%M", 5),
    (Unit::Hour, 3, "%H:%M", 5),
    (Unit::Hour, 6, "%H:%M", 5),
    (Unit::Hour, 12, "%H:%M", 5),
    (Unit::Day, 1, "%m-%d", 5),
    (Unit::Day, 2, "%m-%d", 5),
    (Unit::Day, 7, "%m-%d", 5),
    (Unit::Day, 14, "%m-%d", 5),
    (Unit::Month, 1, "%Y-%m", 7),
    (Unit::Month, 2, "%Y-%m", 7),
    (Unit::Month, 3, "%Y-%m", 7),
    (Unit::Month, 6, "%Y-%m", 7),
    (Unit::Year, 1, "%Y", 4),
    (Unit::Year, 2, "%Y", 4),
    (Unit::Year, 5, "%Y", 4),
    (Unit::Year, 10, "%Y", 4),
    (Unit::Year, 50, "%Y", 4),
    (Unit::Year, 100, "%Y", 4),
    (Unit::Year, 500, "%Y", 4),
    (Unit::Year, 1000, "%Y", 4),
];

/// The marks of the time axis: columns and labels, at round local times, as many as have room.
fn ticks(start: i64, end: i64, zone: &TimeZone, columns: usize) -> Vec<(usize, String)> {
    let local = |micros: i64| Some(Timestamp::from_microsecond(micros).ok()?.to_zoned(zone.clone()));
    let Some(first) = local(start) else { return Vec::new() };
    let length = |unit: Unit, number: i64| {
        let seconds = match unit {
            Unit::Second => 1,
            Unit::Minute => 60,
            Unit::Hour => 3600,
            Unit::Day => 86_400,
            Unit::Month => 2_629_746,
            _ => 31_556_952,
        };
        (seconds * number) as f64 * 1e6
    };
    let span = (end - start) as f64;
    let fits = |(unit, number, _, width): &&(Unit, i64, &str, usize)| {
        span / length(*unit, *number) * (width + 2) as f64 <= columns as f64
    };
    let Some((unit, number, format, _)) = STEPS.iter().find(fits) else { return Vec::new() };
    let mut ticks = Vec::new();
    let mut free = 0;
    for tick in marks(&first, *unit, *number).take(columns * 2) {
        let Ok(tick) = zone.to_zoned(tick) else { break };
        let time = tick.timestamp().as_microsecond();
        if time >= end {
            break;
        }
        let column = ((time - start) as f64 / span * columns as f64).max(0.0) as usize;
        // Midnight says which day begins.
        let day = matches!(unit, Unit::Hour | Unit::Minute) && tick.hour() == 0 && tick.minute() == 0;
        let label = tick.strftime(if day { "%m-%d" } else { format }).to_string();
        // Years before the first have a sign too.
        let behind = column + label.chars().count();
        if time < start || column < free || behind > columns {
            continue;
        }
        free = behind + 1;
        ticks.push((column, label));
    }
    ticks
}

/// Local times that are multiples of a step, from at or shortly before `first` on.
fn marks(first: &Zoned, unit: Unit, number: i64) -> impl Iterator<Item = DateTime> {
    let date = first.date();
    let midnight = date.to_datetime(Time::midnight());
    let start = match unit {
        Unit::Second | Unit::Minute => {
            first.datetime().round(DateTimeRound::new().smallest(Unit::Hour).mode(RoundMode::Trunc)).ok()
        }
        Unit::Hour => Some(midnight),
        // Weeks begin on Mondays, and two days in a row are the same pair from any start.
        Unit::Day => {
            let days = midnight.duration_since(DateTime::constant(1969, 12, 29, 0, 0, 0, 0)).as_hours() / 24;
            midnight.checked_sub(days.rem_euclid(number).days()).ok()
        }
        Unit::Month => {
            let months = i64::from(date.month() - 1).rem_euclid(number);
            date.first_of_month()
                .checked_sub(months.months())
                .ok()
                .map(|date| date.to_datetime(Time::midnight()))
        }
        _ => {
            let years = i64::from(date.year()).rem_euclid(number);
            date.first_of_year()
                .checked_sub(years.years())
                .ok()
                .map(|date| date.to_datetime(Time::midnight()))
        }
    };
    (0_i64..).map_while(move |count| {
        let count = count * number;
        let span = match unit {
            Unit::Second => Span::new().try_seconds(count),
            Unit::Minute => Span::new().try_minutes(count),
            Unit::Hour => Span::new().try_hours(count),
            Unit::Day => Span::new().try_days(count),
            Unit::Month => Span::new().try_months(count),
            _ => Span::new().try_years(count),
        };
        start?.checked_add(span.ok()?).ok()
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::SamplingInterval;
    use crate::senml::Records;

    /// 2022-01-10T00:00:00+01:00.
    const START: i64 = 1_641_769_200;

    fn data(seconds: i64, values: &[Option<f64>], step: Option<&str>) -> Data {
        let mut records = Records::new();
        for (at, value) in values.iter().enumerate() {
            let time = (START + at as i64 * seconds) * 1_000_000;
            records.push(&Record::number("a", time, Some("W"), *value)).unwrap();
        }
        let mut meta = Metadata::default();
        meta.measurement.sampling_interval = step.and_then(SamplingInterval::parse);
        Data::new(meta, records)
    }

    fn draw(data: &Data, width: usize) -> Vec<String> {
        let mut out = Vec::new();
        write(data, &TimeZone::get("Europe/Paris").unwrap(), width, &mut out).unwrap();
        String::from_utf8(out).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_day() {
        let values: Vec<_> =
            (0..48).map(|at| (at != 20 && at != 21).then_some(f64::from((at % 24) * 25))).collect();
        let expected = "\
a, every PT30M
  W
600 ┤                        ⢠⢄                        ⡤
    │                       ⠉⠁⢸                     ⢀⠔⠉
    │                    ⡠⠄   ⢸                   ⢀⠔⠁
    │                  ⡤⠋     ⢸                 ⢠⠜⠁
400 ┤               ⢀⠤⠋       ⢸               ⡠⠜⠁
    │             ⢀⠔⠁         ⢸             ⡠⠊
    │           ⡠⠊⠁           ⢸          ⢀⠔⠉
200 ┤        ⢀⡠⠊              ⢸        ⣀⠔⠁
    │      ⢀⡰⠊                ⢸      ⣀⠖⠁
    │    ⢀⠔⠊                  ⢸    ⡠⠒⠁
    │  ⢀⠔⠁                    ⢸  ⡠⠊
  0 ┤⣀⠖⠁                      ⢸⡰⠊
    └┬───────────┬────────···─┬────────────┬────────────
     01-10       06:00        12:00        18:00
2022-01-10 00:00 +01:00 to 2022-01-11 00:00 +01:00 (Europe/Paris)
46 readings, 2 without a value";
        assert_eq!(draw(&data(1800, &values, Some("PT30M")), 56).join("\n"), expected);
    }

    /// The drawing and its axis, without labels: what is left of `│`, `┤` and `└`.
    fn drawing(lines: &[String]) -> Vec<&str> {
        lines.iter().filter_map(|line| line.split_once(['│', '┤', '└'])).map(|(_, rest)| rest).collect()
    }

    #[test]
    fn a_hole_is_left_open_and_dotted() {
        // As rows without a value, and as no rows at all.
        let mut values = vec![Some(5.0); 40];
        values[10..30].fill(None);
        let with_rows = data(1800, &values, Some("PT30M"));
        let mut records = Records::new();
        for record in with_rows.records().iter().filter(|record| !record.is_gap()) {
            records.push(&record).unwrap();
        }
        for data in [with_rows.clone(), Data::new(with_rows.meta().clone(), records)] {
            let lines = draw(&data, 44);
            let drawing = drawing(&lines);
            let curve = drawing.iter().find(|line| !line.is_empty()).unwrap();
            let marks: Vec<bool> = curve.chars().map(|c| c != ' ').collect();
            assert_eq!(marks.len(), 41);
            assert!(
                marks[..10].iter().all(|mark| *mark) && marks[31..].iter().all(|mark| *mark),
                "{lines:#?}"
            );
            assert!(!marks[11..30].iter().any(|mark| *mark), "{lines:#?}");
            let axis: Vec<char> = drawing.last().unwrap().chars().collect();
            assert!(axis[11..30].iter().all(|c| *c == '·'), "{lines:#?}");
            assert!(axis[..10].iter().all(|c| matches!(c, '─' | '┬')), "{lines:#?}");
        }
    }

    #[test]
    fn a_gap_narrower_than_a_dot_shows_on_the_axis() {
        let mut values = vec![Some(5.0); 2000];
        values[1000] = None;
        let lines = draw(&data(1800, &values, Some("PT30M")), 80);
        let drawing = drawing(&lines);
        assert!(
            !drawing.iter().any(|line| line.trim_end().contains(' ') && line.contains('⠉')),
            "{lines:#?}"
        );
        assert_eq!(drawing.last().unwrap().matches('·').count(), 1, "{lines:#?}");
        assert!(
            lines
                .last()
                .unwrap()
                .ends_with("1999 readings, 1 without a value; a dot is the mean of about 13")
        );
    }

    #[test]
    fn values_below_zero_have_their_room() {
        let lines = draw(&data(1800, &[Some(-300.0), Some(100.0), Some(-50.0)], None), 44);
        let labels: Vec<&str> =
            lines.iter().filter_map(|line| line.split_once('┤')).map(|(label, _)| label.trim()).collect();
        assert_eq!(labels, ["100", "0", "-100", "-200", "-300"]);
    }

    #[test]
    fn the_scale_begins_at_zero_unless_the_curve_would_be_flat() {
        let bounds = |values: &[f64]| {
            let scale = Scale::new(values.iter().copied());
            (scale.low, scale.high)
        };
        assert_eq!(bounds(&[300.0, 1000.0]), (0.0, 1000.0));
        assert_eq!(bounds(&[9_723_814.0, 9_863_814.0]), (9_700_000.0, 9_900_000.0));
        assert_eq!(bounds(&[230.5]), (0.0, 300.0));
        assert_eq!(bounds(&[-230.5, -230.5]), (-300.0, 0.0));
        assert_eq!(bounds(&[0.0]), (0.0, 1.0));
        assert_eq!(bounds(&[-3.0, 4.0]), (-4.0, 4.0));
        assert_eq!(bounds(&[0.012, 0.031]), (0.0, 0.04));
    }

    #[test]
    fn what_shares_a_dot_is_aggregated_as_its_series_is() {
        let values: Vec<_> = (0..8000).map(|at| Some(f64::from(at % 100))).collect();
        let top = |aggregation: Aggregation| {
            let mut meta = Metadata::default();
            meta.measurement.aggregation = Some(aggregation);
            let data = Data::new(meta, data(60, &values, None).records().clone());
            let lines = draw(&data, 44);
            lines.iter().find_map(|line| line.split_once('┤').map(|(label, _)| label.trim().to_owned()))
        };
        assert_eq!(top(Aggregation::Mean).as_deref(), Some("51"));
        assert_eq!(top(Aggregation::Max).as_deref(), Some("100"));
        assert_eq!(top(Aggregation::Min).as_deref(), Some("1"));
    }

    #[test]
    fn series_without_anything_to_draw_say_so() {
        assert_eq!(draw(&data(60, &[], None), 80), ["no readings"]);
        assert_eq!(draw(&data(60, &[None, None], None), 80), ["a", "no numbers to draw"]);
    }

    #[test]
    fn each_name_has_its_chart() {
        let mut both = data(60, &[Some(1.0), Some(2.0)], None);
        both.push(Metadata::default(), data(60, &[Some(1.0)], None).records());
        let lines = draw(&both, 80);
        assert_eq!(lines.iter().filter(|line| **line == "a").count(), 2);
        assert!(lines.contains(&String::new()));
    }

    #[test]
    fn marks_are_round_local_times() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let labels = |start: &str, end: &str, columns: usize| {
            let micros = |time: &str| time.parse::<Timestamp>().unwrap().as_microsecond();
            let ticks = ticks(micros(start), micros(end), &zone, columns);
            ticks.into_iter().map(|(_, label)| label).collect::<Vec<_>>().join(" ")
        };
        // The day the clocks go forward has no 02:00.
        assert_eq!(
            labels("2022-03-26T22:30:00Z", "2022-03-27T10:30:00Z", 60),
            "03-27 03:00 06:00 08:00 10:00"
        );
        assert_eq!(
            labels("2022-01-09T23:00:00Z", "2022-01-16T23:00:00Z", 60),
            "01-10 01-11 01-12 01-13 01-14 01-15 01-16"
        );
        assert_eq!(
            labels("2022-01-09T23:00:00Z", "2022-02-16T23:00:00Z", 60),
            "01-10 01-17 01-24 01-31 02-07 02-14"
        );
        assert_eq!(
            labels("2021-01-09T23:00:00Z", "2022-01-16T23:00:00Z", 60),
            "2021-03 2021-05 2021-07 2021-09 2021-11"
        );
        assert_eq!(
            labels("1990-01-09T23:00:00Z", "2022-01-16T23:00:00Z", 60),
            "1995 2000 2005 2010 2015 2020"
        );
        assert_eq!(
            labels("2022-01-09T23:00:03Z", "2022-01-09T23:00:33Z", 60),
            "00:00:05 00:00:10 00:00:15 00:00:20 00:00:25"
        );
        assert_eq!(labels("2022-01-09T23:00:03Z", "2022-01-09T23:00:03.1Z", 60), "00:00:03");
        // A label is within the columns, however long its year is.
        for columns in 20..300 {
            let years = ticks(-220_000_000_000_000_000, -90_000_000_000_000_000, &zone, columns);
            assert!(years.iter().all(|(at, label)| at + label.chars().count() <= columns), "{years:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_too_odd_to_be_drawn(
            points in prop::collection::vec((any::<i64>(), prop::option::of(any::<f64>())), 1..50),
            width in 0_usize..500,
            close: bool,
            step in prop::option::of(1..10_000_i64),
        ) {
            let mut records = Records::new();
            for (time, value) in points {
                let time = if close { time % 1_000_000_000 } else { time % 250_000_000_000_000_000 };
                let value = value.filter(|value| value.is_finite());
                records.push(&Record::number("a", time, None, value)).unwrap();
            }
            let mut meta = Metadata::default();
            meta.measurement.sampling_interval = step.and_then(SamplingInterval::from_seconds);
            let lines = draw(&Data::new(meta, records), width);
            let width = width.clamp(40, 400);
            let (drawing, caption) = lines.split_at(lines.len().saturating_sub(2));
            prop_assert!(drawing.iter().skip(1).all(|line| line.chars().count() <= width), "{drawing:#?} {caption:#?}");
        }
    }
}
