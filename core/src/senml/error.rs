use std::fmt;

/// What is wrong with a pack. The names printed are those of [`ErrorKind::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The text is not well-formed XML or JSON, or not UTF-8.
    Syntax,
    /// Well-formed, but not a SenML pack (another root element, namespace or JSON type), or not a table of readings.
    NotSenml,
    /// A resolved name is empty, or has a character RFC 8428 section 4.5.1 does not allow.
    BadName,
    /// A record has more than one of `v`, `vs`, `vb`, `vd` (RFC 8428 section 4.2).
    SeveralValues,
    /// A record has neither value nor sum (strict reading only, RFC 8428 section 4.2).
    NoValue,
    /// A pack without records (strict reading only).
    EmptyPack,
    /// A label ending in `_` that is not understood (RFC 8428 section 4.4).
    MustUnderstand,
    /// A `bver` that asks for features not known here (RFC 9100).
    UnsupportedVersion,
    /// Records of one pack have different versions (RFC 8428 section 4.4).
    MixedVersions,
    /// A field has the wrong type: a number where text belongs, bad base64, …
    BadType,
    /// A number that cannot be read, or is not finite.
    BadNumber,
    /// A time outside the years -9999 to 9999.
    BadTime,
    /// Something is larger, deeper or more numerous than [`Limits`](super::Limits) allow.
    Limit,
    /// XML content that has no place in a pack (strict reading only).
    UnexpectedContent,
    /// The records hold something the asked representation cannot carry.
    NotWritable,
}

impl ErrorKind {
    /// A stable name, in kebab case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::NotSenml => "not-senml",
            Self::BadName => "bad-name",
            Self::SeveralValues => "several-values",
            Self::NoValue => "no-value",
            Self::EmptyPack => "empty-pack",
            Self::MustUnderstand => "must-understand",
            Self::UnsupportedVersion => "unsupported-version",
            Self::MixedVersions => "mixed-versions",
            Self::BadType => "bad-type",
            Self::BadNumber => "bad-number",
            Self::BadTime => "bad-time",
            Self::Limit => "limit",
            Self::UnexpectedContent => "unexpected-content",
            Self::NotWritable => "not-writable",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a pack could not be read or written: the kind, where, and a sentence.
///
/// It never holds a value or a name of the pack: readings are personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    record: Option<usize>,
    detail: String,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, record: None, detail: detail.into() }
    }

    #[cfg(feature = "csv")]
    /// For a table, whose lines are better known than its records.
    pub(crate) fn at_line(mut self, line: u64) -> Self {
        self.detail.insert_str(0, &format!("line {line}: "));
        self
    }

    pub(crate) fn at_record(mut self, record: usize) -> Self {
        self.record.get_or_insert(record);
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The record it is wrong in, counted from 1 as in RFC 8428 section 9, where one is to blame.
    pub fn record(&self) -> Option<usize> {
        self.record
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.kind)?;
        if let Some(record) = self.record {
            write!(f, "record {record}: ")?;
        }
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Error {}
