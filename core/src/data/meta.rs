use std::fmt;

use jiff::{SignedDuration, Span, SpanRound, Unit};

use super::NS;
use super::element::Element;
use crate::senml::registered_unit;

/// What a series is: device, measurement, tariff. Both dialects of Quoalise come out as this one model.
///
/// What the model has no field for is in [`raw`](Self::raw).
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The kind of device, such as `electricity-meter`.
    pub device_type: Option<String>,
    /// What the device is called, and by whom.
    pub device: Option<DeviceIdentifier>,
    /// What is measured.
    pub measurement: Measurement,
    /// The tariff the values belong to.
    pub pricing: Option<Pricing>,
    raw: Option<Element>,
}

/// What a device is called, and by whom: `enedis`, `prm`, and the number.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeviceIdentifier {
    /// Who gives such names: `enedis`, `grdf`, …
    pub authority: Option<String>,
    /// The kind of name: `prm`, `pce`, …
    pub kind: Option<String>,
    /// The name itself.
    pub value: Option<String>,
}

impl fmt::Debug for DeviceIdentifier {
    /// The value is personal and left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceIdentifier")
            .field("authority", &self.authority)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// What is measured, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "ffi", derive(uniffi::Record))]
pub struct Measurement {
    /// `active-power`, `active-energy-index`, `load-profile`, …
    pub name: Option<String>,
    /// `consumption` or `production`.
    pub direction: Option<String>,
    /// `power`, `energy`, `voltage`, …
    pub quantity: Option<String>,
    /// The kind of quantity: `electrical`, …
    pub kind: Option<String>,
    /// `active`, `reactive`, …
    pub subtype: Option<String>,
    /// The unit: `W`, `Wh`, `VA`, …
    pub unit: Option<String>,
    /// How each value stands for its interval.
    pub aggregation: Option<Aggregation>,
    /// How long the interval of a value is; it begins at the record's time.
    pub sampling_interval: Option<SamplingInterval>,
    /// Whether the distributor has corrected the values.
    pub corrected: Option<bool>,
    /// Whether the values are estimated rather than measured.
    pub estimated: Option<bool>,
}

/// The tariff the values belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pricing {
    /// The class: `hph`, `hch`, …
    pub range_code: Option<String>,
    /// The class in words.
    pub range_description: Option<String>,
    /// Whose tariff: `distributor`, `supplier`, …
    pub kind: Option<String>,
    /// Whose tariff, in words.
    pub kind_description: Option<String>,
}

/// How a value stands for its interval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aggregation {
    /// The mean; also written `average`.
    Mean,
    /// The sum.
    Sum,
    /// The highest value.
    Max,
    /// The lowest value.
    Min,
    /// Something else, as written.
    Other(String),
}

impl Aggregation {
    /// The name of the flat dialect.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mean => "mean",
            Self::Sum => "sum",
            Self::Max => "max",
            Self::Min => "min",
            Self::Other(other) => other,
        }
    }
}

impl From<&str> for Aggregation {
    fn from(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "mean" | "average" => Self::Mean,
            "sum" => Self::Sum,
            "max" | "maximum" => Self::Max,
            "min" | "minimum" => Self::Min,
            _ => Self::Other(text.to_owned()),
        }
    }
}

/// How long the interval of a value is: ISO 8601 (`PT30M`, `P1D`), or a number of seconds, which is the same.
///
/// ```
/// use quoalise::data::SamplingInterval;
///
/// let half_hour = SamplingInterval::parse("1800").unwrap();
/// assert_eq!(half_hour, SamplingInterval::parse("PT30M").unwrap());
/// assert_eq!(half_hour.to_string(), "PT30M");
/// assert_eq!(half_hour.seconds(), Some(1800));
/// assert_eq!(SamplingInterval::parse("P1D").unwrap().seconds(), None); // a day has 23 to 25 hours
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SamplingInterval(Span);

impl SamplingInterval {
    /// A whole number of seconds; `None` unless it is positive and under a century.
    pub fn from_seconds(seconds: i64) -> Option<Self> {
        if !(1..3_155_760_000).contains(&seconds) {
            return None;
        }
        let round = SpanRound::new().smallest(Unit::Second).largest(Unit::Hour);
        Span::new().try_seconds(seconds).ok()?.round(round).ok().map(Self)
    }

    /// Reads ISO 8601 or seconds; `None` where it is neither, or not positive.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(seconds) = text.trim().parse::<f64>() {
            return Self::from_seconds(seconds as i64).filter(|_| seconds.fract() == 0.0);
        }
        let span: Span = text.trim().parse().ok()?;
        span.is_positive().then_some(Self(span))
    }

    /// The length in seconds, where it is the same whatever the date: not for days, months and years.
    pub fn seconds(&self) -> Option<i64> {
        let duration = SignedDuration::try_from(self.0).ok()?;
        (duration.subsec_nanos() == 0 && duration.is_positive()).then_some(duration.as_secs())
    }

    /// The length as a calendar span, to be added to a time in its zone.
    pub fn span(&self) -> Span {
        self.0
    }
}

impl PartialEq for SamplingInterval {
    /// `PT60M` and `PT1H` are equal; `P1D` and `PT24H` are not, twice a year.
    fn eq(&self, other: &Self) -> bool {
        match (self.seconds(), other.seconds()) {
            (Some(a), Some(b)) => a == b,
            _ => self.0.fieldwise() == other.0.fieldwise(),
        }
    }
}

impl Eq for SamplingInterval {}

impl fmt::Display for SamplingInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Metadata {
    /// The `meta` element as it was read, if it was read.
    pub fn raw(&self) -> Option<&Element> {
        self.raw.as_ref()
    }

    /// Reads either dialect: attributes of `measurement`, or of the elements nested in it. In both, what may be an
    /// attribute may also be an element with a `value`, or with a text.
    pub fn from_element(meta: Element) -> Self {
        let device = meta.child("device");
        let identifier = device.and_then(|device| device.child("identifier"));
        let mut read = Self {
            device_type: device.and_then(|device| device.said("type")),
            device: identifier.map(|identifier| DeviceIdentifier {
                authority: identifier.said("authority"),
                kind: identifier.said("type"),
                value: identifier.said("value"),
            }),
            measurement: meta.child("measurement").map(Measurement::from_element).unwrap_or_default(),
            pricing: meta.child("pricing").map(|pricing| Pricing {
                range_code: pricing.said("range-code"),
                range_description: pricing.said("range-description"),
                kind: pricing.said("type"),
                kind_description: pricing.said("type-description"),
            }),
            raw: None,
        };
        read.raw = Some(meta);
        read
    }

    /// The `meta` element to write: as it was read, where the fields still say the same; else in the flat dialect.
    pub fn to_element(&self) -> Element {
        match &self.raw {
            Some(raw) if Self::from_element(raw.clone()).same_fields(self) => raw.clone(),
            _ => self.to_flat(),
        }
    }

    fn to_flat(&self) -> Element {
        let element = |name: &str| Element::new(name, NS);
        let Self { device_type, device, measurement: m, pricing, raw: _ } = self;
        let device = device.clone().unwrap_or_default();
        let pricing = pricing.clone().unwrap_or_default();
        let boolean = |value: bool| if value { "true" } else { "false" };
        let interval = m.sampling_interval.map(|interval| interval.to_string());
        element("meta")
            .with_child(
                element("device").with("type", device_type.as_deref()).with_child(
                    element("identifier")
                        .with("authority", device.authority.as_deref())
                        .with("type", device.kind.as_deref())
                        .with("value", device.value.as_deref()),
                ),
            )
            .with_child(
                element("measurement")
                    .with("name", m.name.as_deref())
                    .with("direction", m.direction.as_deref())
                    .with("quantity", m.quantity.as_deref())
                    .with("type", m.kind.as_deref())
                    .with("subtype", m.subtype.as_deref())
                    .with("unit", m.unit.as_deref())
                    .with("aggregation", m.aggregation.as_ref().map(Aggregation::as_str))
                    .with("sampling-interval", interval.as_deref())
                    .with("corrected", m.corrected.map(boolean))
                    .with("estimated", m.estimated.map(boolean)),
            )
            .with_child(
                element("pricing")
                    .with("range-code", pricing.range_code.as_deref())
                    .with("range-description", pricing.range_description.as_deref())
                    .with("type", pricing.kind.as_deref())
                    .with("type-description", pricing.kind_description.as_deref()),
            )
    }

    fn same_fields(&self, other: &Self) -> bool {
        self.device_type == other.device_type
            && self.device == other.device
            && self.measurement == other.measurement
            && self.pricing == other.pricing
    }
}

impl PartialEq for Metadata {
    /// Equal in what is written of them.
    fn eq(&self, other: &Self) -> bool {
        self.same_fields(other) && self.to_element() == other.to_element()
    }
}

impl Measurement {
    fn from_element(measurement: &Element) -> Self {
        // The flat dialect says it here, the nested one in a child.
        let field = |flat: &str, child: &str, nested: &str| -> Option<String> {
            let nested = || measurement.child(child).and_then(|child| child.said(nested));
            measurement.said(flat).or_else(nested)
        };
        let boolean = |text: String| match &*text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        Self {
            name: field("name", "business", "graph"),
            direction: field("direction", "business", "direction"),
            quantity: field("quantity", "physical", "quantity"),
            kind: field("type", "physical", "type"),
            subtype: field("subtype", "physical", "subtype"),
            unit: field("unit", "physical", "unit").map(|unit| registered_unit(&unit).to_owned()),
            aggregation: field("aggregation", "aggregate", "type").map(|text| Aggregation::from(&*text)),
            sampling_interval: field("sampling-interval", "sampling", "interval")
                .and_then(|text| SamplingInterval::parse(&text)),
            corrected: field("corrected", "business", "corrected").and_then(boolean),
            estimated: field("estimated", "business", "estimated").and_then(boolean),
        }
    }
}
