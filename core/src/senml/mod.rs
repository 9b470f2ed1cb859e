//! SenML (RFC 8428): packs in, records in columns out, and back.
//!
//! Nothing in here knows XMPP or Quoalise, and nothing does I/O.
//!
//! ```
//! use quoalise::senml::{Pack, ReadOptions};
//!
//! let pack = Pack::from_json(
//!     br#"[{"bn":"urn:dev:prm:00000000000001_consumption/power/active/raw",
//!           "bt":1641769200,"bu":"W","v":412},{"t":1800,"v":398}]"#,
//!     &ReadOptions::default(),
//! )?;
//! assert_eq!(pack.records.len(), 2);
//! assert_eq!(pack.records.values(), [412.0, 398.0]);
//! # Ok::<(), quoalise::senml::Error>(())
//! ```
//!
//! # Reading
//! Records come out *resolved* (RFC 8428 section 4.6): full names, absolute times, no base fields left, in the order
//! they were written. Times are kept to the microsecond, finer digits are rounded; values are doubles, as SenML's
//! are, and an integer a double cannot hold keeps its digits beside it ([`Record::integer`]).
//!
//! By default reading is lenient where Quoalise peers are known to be loose: a record without a value, and
//! `v="null"`, `v="None"`, `v="NaN"` or `v=""`, is a *gap*, kept as a record whose value is `None`; a pack may be
//! empty. [`ReadOptions::strict`] refuses both, as the RFC does. A record that only has base fields, and no base
//! value or sum, sets them and is no record itself (RFC 8428 section 5.1.7).
//!
//! # Writing
//! Writing is strict and terse: base name, time and unit once, times as offsets, the shortest numbers that read back
//! the same. Gaps are left out unless [`WriteOptions::keep_gaps`] is set. No `u` is ever written under a `bu`, as old
//! Quoalise consumers would append it.

mod error;
pub(crate) mod json;
pub(crate) mod number;
pub(crate) mod records;
pub(crate) mod resolve;
pub(crate) mod write;
pub(crate) mod xml;

pub use error::{Error, ErrorKind};
pub use records::{Record, Records, Value};
pub(crate) use records::{check_name, registered_unit};
pub(crate) use resolve::Resolver;
#[cfg(feature = "xmpp")]
pub(crate) use resolve::{Raw, limit};

use jiff::Timestamp;

/// The XML namespace of SenML (RFC 8428 section 7).
pub const NS: &str = "urn:ietf:params:xml:ns:senml";

/// The version of a pack that names none (RFC 8428 section 4.4).
pub const DEFAULT_VERSION: u32 = 10;

/// Bounds on what is read, so that a hostile peer cannot exhaust memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a whole document. Default 64 MiB.
    pub bytes: usize,
    /// Records of a document. Default 2,000,000.
    pub records: usize,
    /// Depth of nested elements or JSON values. Default 32.
    pub depth: usize,
    /// Attributes of one element, or labels of one record. Default 64.
    pub attributes: usize,
    /// Elements kept besides records, of metadata mostly. Default 10,000.
    pub elements: usize,
    /// Bytes of one name, unit, text value or metadata attribute. Default 64 KiB.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            records: 2_000_000,
            depth: 32,
            attributes: 64,
            elements: 10_000,
            text: 64 << 10,
        }
    }
}

/// How to read a pack.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadOptions {
    /// What relative times count from (RFC 8428 section 4.5.3): when the pack was sent, or else received.
    pub now: Timestamp,
    /// Refuse what RFC 8428 refuses: a record without value or sum, an empty pack, stray XML content.
    pub strict: bool,
    /// Bounds on what is read.
    pub limits: Limits,
    /// Take the fast way through plain XML records.
    pub(crate) scan: bool,
}

impl Default for ReadOptions {
    /// Lenient, relative to the present moment.
    fn default() -> Self {
        Self::at(Timestamp::now())
    }
}

impl ReadOptions {
    /// Lenient, relative to `now`.
    pub fn at(now: Timestamp) -> Self {
        Self { now, strict: false, limits: Limits::default(), scan: true }
    }

    /// Sets strict or lenient reading.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sets the bounds.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// For tests: reads all XML the slow way, which has to give the same.
    #[doc(hidden)]
    pub fn without_scanner(mut self) -> Self {
        self.scan = false;
        self
    }
}

/// How to write a pack.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Write a record without a value for each gap, which RFC 8428 forbids and Quoalise peers understand.
    pub keep_gaps: bool,
}

impl WriteOptions {
    /// Sets whether gaps are written.
    pub fn keep_gaps(mut self, keep: bool) -> Self {
        self.keep_gaps = keep;
        self
    }
}

/// One SenML pack: its version and its resolved records.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// `bver`: 10 unless the pack says otherwise; 26 allows secondary units (RFC 9100).
    pub version: u32,
    /// The records, resolved, in the order they were written.
    pub records: Records,
}

impl Pack {
    /// Reads a pack from SenML JSON (RFC 8428 section 5).
    ///
    /// # Errors
    /// Any [`ErrorKind`] but `NotWritable`.
    pub fn from_json(json: &[u8], options: &ReadOptions) -> Result<Self, Error> {
        let mut resolver = Resolver::new(options);
        json::read(json, &mut resolver)?;
        resolver.finish()
    }

    /// Reads a pack from SenML XML (RFC 8428 section 7): a `sensml` element, with or without an XML declaration.
    ///
    /// # Errors
    /// Any [`ErrorKind`] but `NotWritable`.
    pub fn from_xml(xml: &[u8], options: &ReadOptions) -> Result<Self, Error> {
        let mut resolver = Resolver::new(options);
        xml::read(xml, &mut resolver)?;
        resolver.finish()
    }

    /// Writes the pack as SenML JSON.
    ///
    /// # Errors
    /// `NotWritable` for a time before 1978-07-04T21:24:16Z: SenML would read it as relative.
    pub fn to_json(&self, options: &WriteOptions) -> Result<String, Error> {
        json::write(self, options)
    }

    /// Writes the pack as SenML XML, one `sensml` element.
    ///
    /// # Errors
    /// `NotWritable` for a time before 1978-07-04T21:24:16Z, and for text with characters XML cannot carry.
    pub fn to_xml(&self, options: &WriteOptions) -> Result<String, Error> {
        let mut out = String::new();
        xml::write(&mut out, self.version, &self.records, self.records.all(), options)?;
        Ok(out)
    }

    /// Writes the resolved form as SenML JSON (RFC 8428 section 4.6): no base fields (but a `bver` that is not 10),
    /// absolute times, each series in chronological order.
    ///
    /// Gaps read leniently are shown as records without a value.
    ///
    /// # Errors
    /// `NotWritable` for a time before 1978-07-04T21:24:16Z.
    pub fn to_resolved_json(&self) -> Result<String, Error> {
        json::write_resolved(self)
    }
}

/// The first absolute time, 2^28 seconds, in microseconds: anything below is relative to now.
pub(crate) const ABSOLUTE: i64 = (1 << 28) * 1_000_000;
