//! A made-up year of a household near Rennes with panels on its roof, at 30 minutes: believable, the same every time,
//! and nobody's.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::data::{Aggregation, DeviceIdentifier, Metadata, SamplingInterval};
use crate::senml::{Error, Record, Records};

pub(super) const CONSUMPTION: &str = "urn:dev:prm:00000000000001_consumption/power/active/raw";
pub(super) const PRODUCTION: &str = "urn:dev:prm:00000000000001_production/power/active/raw";

/// 2025-01-01T00:00:00+01:00.
const START: i64 = 1_735_686_000;
/// 2026-01-01T00:00:00+01:00.
const END: i64 = 1_767_222_000;
const STEP: i64 = 1800;

/// Where the meter told nothing: from and for how many half hours. The first lies over the change to summer time.
const CONSUMPTION_GAPS: [(i64, i64); 3] = [
    (1_743_292_800, 5),  // 2025-03-30T01:00:00+01:00
    (1_752_618_600, 1),  // 2025-07-16T00:30:00+02:00
    (1_763_420_400, 48), // 2025-11-18T00:00:00+01:00
];
const PRODUCTION_GAPS: [(i64, i64); 1] = [(1_763_420_400, 48)];

/// One of the household's meters' directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Consumption,
    Production,
}

impl Direction {
    pub(super) fn of(name: &str) -> Option<Self> {
        match name {
            CONSUMPTION => Some(Self::Consumption),
            PRODUCTION => Some(Self::Production),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Consumption => CONSUMPTION,
            Self::Production => PRODUCTION,
        }
    }

    /// Mean power over the half hour from `time`, in whole W as a Linky meter gives it.
    pub(super) fn power(self, time: i64) -> f64 {
        let moment = Moment::of(time);
        let power = match self {
            Self::Consumption => moment.consumption(),
            Self::Production => moment.production(),
        };
        power.round().max(0.0)
    }

    pub(super) fn meta(self) -> Metadata {
        let mut meta = Metadata::default();
        meta.device_type = Some("electricity-meter".to_owned());
        meta.device = Some(DeviceIdentifier {
            authority: Some("enedis".to_owned()),
            kind: Some("prm".to_owned()),
            value: Some("00000000000001".to_owned()),
        });
        let direction = if self == Self::Consumption { "consumption" } else { "production" };
        let measurement = &mut meta.measurement;
        measurement.name = Some("active-power".to_owned());
        measurement.direction = Some(direction.to_owned());
        measurement.quantity = Some("power".to_owned());
        measurement.kind = Some("electrical".to_owned());
        measurement.unit = Some("W".to_owned());
        measurement.aggregation = Some(Aggregation::Mean);
        measurement.sampling_interval = SamplingInterval::from_seconds(STEP);
        meta
    }

    pub(super) fn year(self) -> Result<Records, Error> {
        let gaps: &[(i64, i64)] = match self {
            Self::Consumption => &CONSUMPTION_GAPS,
            Self::Production => &PRODUCTION_GAPS,
        };
        let mut records = Records::new();
        let mut time = START;
        while time < END {
            let missing = gaps.iter().any(|(from, steps)| (*from..from + steps * STEP).contains(&time));
            let value = (!missing).then(|| self.power(time));
            records.push(&Record::number(self.name(), time * 1_000_000, Some("W"), value))?;
            time += STEP;
        }
        Ok(records)
    }
}

/// What the household lives by at a moment: the local clock, the season, the weather of the day.
struct Moment {
    hour: f64,
    weekend: bool,
    /// -1 in mid-winter to 1 in mid-summer.
    season: f64,
    /// Hours since the sun stood highest; clocks change, the sun does not.
    solar_hour: f64,
    declination: f64,
    day: u64,
    step: u64,
}

impl Moment {
    fn of(time: i64) -> Self {
        let utc = Timestamp::from_second(time).unwrap_or(Timestamp::UNIX_EPOCH);
        let local = utc.to_zoned(TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)).datetime();
        let day_of_year = f64::from(local.date().day_of_year());
        let turn = std::f64::consts::TAU * (day_of_year - 172.0) / 365.0;
        Self {
            hour: f64::from(local.hour()) + f64::from(local.minute()) / 60.0,
            weekend: matches!(local.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday),
            season: turn.cos(),
            // At 1.7 degrees west the sun is highest at about 12:07 UTC.
            solar_hour: (time.rem_euclid(86_400) as f64) / 3600.0 + 0.25 - 12.11,
            declination: 23.4_f64.to_radians() * turn.cos(),
            day: days_since_epoch(local.date()),
            step: time.unsigned_abs() / STEP.unsigned_abs(),
        }
    }

    fn consumption(&self) -> f64 {
        let noise = |salt| random(self.step, salt);
        let bump = |at: f64, width: f64| (-((self.hour - at) / width).powi(2)).exp();
        let mut power = 140.0 + 60.0 * noise(1); // what is always on, the fridge coming and going
        let (breakfast, dinner) = if self.weekend { (9.5, 20.0) } else { (7.2, 19.6) };
        power += 650.0 * bump(breakfast, 0.9) * (0.6 + 0.8 * noise(2));
        power += 1_300.0 * bump(dinner, 1.3) * (0.6 + 0.8 * noise(3));
        if self.weekend {
            power += 700.0 * bump(13.0, 1.4) * (0.4 + noise(4));
        }
        if self.hour < 2.0 || self.hour >= 23.0 {
            power += 1_400.0 * if noise(5) > 0.35 { 1.0 } else { 0.3 }; // water heater, off-peak
        }
        let cold = (0.35 - self.season + 0.5 * (random(self.day, 6) - 0.5)).max(0.0);
        let wanted = if (6.0..22.5).contains(&self.hour) { 1.0 } else { 0.55 };
        power += 850.0 * cold * wanted * (0.7 + 0.6 * noise(7)); // heating
        if random(self.day, 8) > 0.6 && (14.0..15.5).contains(&self.hour) {
            power += 1_100.0 * noise(9); // a washing machine, some days
        }
        power
    }

    fn production(&self) -> f64 {
        let latitude = 48.1_f64.to_radians();
        let angle = (self.solar_hour / 24.0) * std::f64::consts::TAU;
        let height =
            latitude.sin() * self.declination.sin() + latitude.cos() * self.declination.cos() * angle.cos();
        if height <= 0.02 {
            return 0.0;
        }
        let sky = 0.25 + 0.75 * random(self.day, 10).sqrt(); // 1 is a clear day
        let clouds = 1.0 - (1.0 - sky) * random(self.step, 11);
        3_000.0 * height.powf(1.15) * sky * clouds
    }
}

fn days_since_epoch(date: Date) -> u64 {
    let since = date.duration_since(Date::constant(1970, 1, 1));
    (since.as_secs() / SignedDuration::from_hours(24).as_secs()).unsigned_abs()
}

/// A number in 0..1 that only depends on its arguments (splitmix64).
fn random(of: u64, salt: u64) -> f64 {
    let mut z = of.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Data;

    #[test]
    fn a_year_is_whole_and_believable() {
        let data = Data::new(Direction::Consumption.meta(), Direction::Consumption.year().unwrap());
        let records = data.records();
        assert_eq!(records.len(), 365 * 48);
        assert_eq!(records.null_count(), 54);
        assert!(records.times().windows(2).all(|pair| pair[1] - pair[0] == 1_800_000_000));
        assert_eq!(data.gaps().len(), 3);
        let year = data.energy_wh().unwrap() / 1000.0;
        assert!((4_000.0..9_000.0).contains(&year), "{year} kWh a year");

        let made = Data::new(Direction::Production.meta(), Direction::Production.year().unwrap());
        let year = made.energy_wh().unwrap() / 1000.0;
        assert!((2_000.0..4_500.0).contains(&year), "{year} kWh a year");
        let at = |text: &str| Direction::Production.power(text.parse::<Timestamp>().unwrap().as_second());
        assert_eq!(at("2025-06-21T00:00:00Z"), 0.0, "no sun at night");
        assert!(at("2025-06-21T12:00:00Z") > 500.0);
    }
}
