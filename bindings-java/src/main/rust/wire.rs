//! Values on their way into Java and out of it: bytes, big-endian as `java.nio` has them, that `In` and `Out` read and write on
//! the other side. One array a call costs less than an object a value, and its classes stay Java's own business.

use std::any::Any;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jni::Env;
use jni::objects::JByteArray;
use quoalise::FieldValue;
use quoalise::data::{Aggregation, Identifier, SamplingInterval};
use quoalise::ffi::{self, Values};
use quoalise::jiff::civil::Date;
use quoalise::jiff::tz::{Offset, TimeZone};
use quoalise::jiff::{Timestamp, Zoned};
use quoalise::{Error, ErrorKind};

use crate::handle;

/// What is written for Java.
#[derive(Default)]
pub struct Output {
    bytes: Vec<u8>,
    /// Of the objects in it, whose numbers only Java will know.
    held: Vec<i64>,
}

impl Output {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a byte.
    pub fn push(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Writes some bytes.
    pub fn extend_from_slice(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Keeps an object for Java, and writes its number.
    pub fn hold<T: Any + Send + Sync>(&mut self, object: Arc<T>) {
        let handle = handle::put(object);
        self.held.push(handle);
        handle.encode(self);
    }

    /// Hands it to Java.
    ///
    /// # Errors
    /// Where Java has no memory for it: then the objects in it are let go, as nobody would ever do that.
    pub fn give<'local>(mut self, env: &mut Env<'local>) -> jni::errors::Result<JByteArray<'local>> {
        let array = env.byte_array_from_slice(&self.bytes)?;
        self.held.clear();
        Ok(array)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        self.held.drain(..).for_each(handle::free);
    }
}

/// What can be handed to Java.
pub trait Encode {
    /// Writes it behind the rest.
    fn encode(self, out: &mut Output);
}

/// What can be taken from Java.
pub trait Decode: Sized {
    /// Reads it from where `input` stands.
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong>;
}

/// What Java has written.
pub struct Input<'a> {
    rest: &'a [u8],
    /// What may be large, and is not among the rest.
    content: Option<Vec<u8>>,
}

/// What is wrong with a value; it never says which value.
pub enum Wrong {
    /// To be said of the argument.
    Value(&'static str),
    /// An object that is gone.
    Gone(Arc<ffi::Error>),
}

impl<'a> Input<'a> {
    /// All that Java has written.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, content: None }
    }

    /// With what came beside it.
    pub fn beside(self, content: Option<Vec<u8>>) -> Self {
        Self { content, ..self }
    }

    /// The next argument; the error names it.
    pub fn argument<T: Decode>(&mut self, name: &str) -> ffi::Result<T> {
        T::decode(self).map_err(|wrong| match wrong {
            Wrong::Value(wrong) => invalid(&format!("argument `{name}` {wrong}")),
            Wrong::Gone(error) => error,
        })
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(CUT)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn slice(&mut self) -> Result<&'a [u8], Wrong> {
        let length = self.count()?;
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(CUT)?;
        self.rest = rest;
        Ok(taken)
    }

    /// The place of one in an enum.
    pub fn place(&mut self) -> Result<i32, Wrong> {
        Ok(i32::from_be_bytes(self.take()?))
    }

    fn count(&mut self) -> Result<usize, Wrong> {
        usize::try_from(i32::from_be_bytes(self.take()?)).map_err(|_| CUT)
    }

    /// As many as there are.
    pub fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, Wrong>) -> Result<Vec<T>, Wrong> {
        (0..self.count()?).map(|_| item(self)).collect()
    }

    fn text(&mut self) -> Result<&'a str, Wrong> {
        std::str::from_utf8(self.slice()?).map_err(|_| CUT)
    }
}

/// Only another version of the Java classes could have written that, and the loader refuses it.
const CUT: Wrong = Wrong::Value("cannot be read");

/// An argument that cannot be right.
pub fn invalid(message: &str) -> Arc<ffi::Error> {
    Error::answer(ErrorKind::InvalidArgument, message).into()
}

fn length(length: usize) -> [u8; 4] {
    i32::try_from(length).unwrap_or(i32::MAX).to_be_bytes()
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Encode for $type {
            fn encode(self, out: &mut Output) {
                out.extend_from_slice(&i64::try_from(self).unwrap_or(i64::MAX).to_be_bytes());
            }
        }
        impl Decode for $type {
            fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
                let value = i64::from_be_bytes(input.take()?);
                Self::try_from(value).map_err(|_| Wrong::Value("is out of range"))
            }
        }
    )*};
}

integers!(i8, u8, i32, u32, i64, u64);

impl Encode for () {
    fn encode(self, _: &mut Output) {}
}

impl Encode for bool {
    fn encode(self, out: &mut Output) {
        out.push(self.into());
    }
}

impl Decode for bool {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Ok(input.take::<1>()? != [0])
    }
}

impl Encode for f64 {
    fn encode(self, out: &mut Output) {
        out.extend_from_slice(&self.to_be_bytes());
    }
}

impl Encode for &str {
    fn encode(self, out: &mut Output) {
        out.extend_from_slice(&length(self.len()));
        out.extend_from_slice(self.as_bytes());
    }
}

impl Encode for String {
    fn encode(self, out: &mut Output) {
        self.as_str().encode(out);
    }
}

impl Decode for String {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        input.text().map(str::to_owned)
    }
}

impl Decode for Vec<u8> {
    /// What came beside the rest.
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        input.content.take().ok_or(CUT)
    }
}

/// A few among other values.
pub struct ShortBytes(pub Vec<u8>);

impl Decode for ShortBytes {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        input.slice().map(|bytes| Self(bytes.to_vec()))
    }
}

impl<T: Encode> Encode for Vec<T> {
    fn encode(self, out: &mut Output) {
        out.extend_from_slice(&length(self.len()));
        self.into_iter().for_each(|item| item.encode(out));
    }
}

impl<T: Encode> Encode for Option<T> {
    fn encode(self, out: &mut Output) {
        self.is_some().encode(out);
        if let Some(value) = self {
            value.encode(out);
        }
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        if bool::decode(input)? { T::decode(input).map(Some) } else { Ok(None) }
    }
}

impl<T: Any + Send + Sync> Decode for Arc<T> {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        handle::get(i64::decode(input)?).map_err(Wrong::Gone)
    }
}

impl Encode for Arc<ffi::Data> {
    fn encode(self, out: &mut Output) {
        out.hold(self);
    }
}

/// What counts as taken only once Java has made objects of it: before that, it goes back.
pub struct Untaken {
    rest: Mutex<Option<ffi::Rest>>,
    /// Of the objects in it, as far as nobody has them.
    held: Mutex<Vec<i64>>,
}

impl Untaken {
    /// Java has it.
    pub fn take(&self) {
        self.held().clear();
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(rest.map(ffi::Rest::take));
    }

    fn held(&self) -> MutexGuard<'_, Vec<i64>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        // Java may have got through some of them, for nothing; no number is used twice.
        std::mem::take(&mut *self.held()).into_iter().for_each(handle::free);
    }
}

impl Encode for ffi::Rest {
    fn encode(self, out: &mut Output) {
        let events = self.events();
        let untaken = Arc::new(Untaken { rest: Mutex::new(Some(self)), held: Mutex::default() });
        out.hold(untaken.clone());
        let before = out.held.len();
        events.encode(out);
        *untaken.held() = out.held[before..].to_vec();
    }
}

impl Encode for Arc<ffi::Error> {
    fn encode(self, out: &mut Output) {
        (&*self).encode(out);
    }
}

impl Encode for Identifier {
    fn encode(self, out: &mut Output) {
        self.to_string().encode(out);
    }
}

impl Encode for Aggregation {
    fn encode(self, out: &mut Output) {
        self.as_str().encode(out);
    }
}

impl Encode for SamplingInterval {
    fn encode(self, out: &mut Output) {
        self.to_string().encode(out);
    }
}

impl Encode for Duration {
    fn encode(self, out: &mut Output) {
        self.as_secs().encode(out);
        out.extend_from_slice(&self.subsec_nanos().to_be_bytes());
    }
}

impl Decode for Duration {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let seconds = u64::decode(input).map_err(|_| Wrong::Value("is a negative duration"))?;
        // The core adds durations to instants.
        Ok(Self::new(seconds.min(1 << 30), u32::from_be_bytes(input.take()?)))
    }
}

impl Encode for Timestamp {
    fn encode(self, out: &mut Output) {
        self.as_microsecond().encode(out);
    }
}

impl Decode for Timestamp {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        Self::from_microsecond(i64::decode(input)?).map_err(|_| FAR)
    }
}

const FAR: Wrong = Wrong::Value("is too far from now");

impl Decode for Zoned {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let time = Timestamp::decode(input)?;
        let offset = Offset::from_seconds(i32::from_be_bytes(input.take()?)).map_err(|_| FAR)?;
        Ok(time.to_zoned(TimeZone::fixed(offset)))
    }
}

impl Decode for Date {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        input.text()?.parse().map_err(|_| FAR)
    }
}

impl Decode for TimeZone {
    /// By its name, or an offset as Java writes it.
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        if bool::decode(input)? {
            let seconds = i32::from_be_bytes(input.take()?);
            return Ok(Self::fixed(Offset::from_seconds(seconds).map_err(|_| CUT)?));
        }
        Self::get(input.text()?).map_err(|_| Wrong::Value("is a time zone that is not known here"))
    }
}

impl Decode for PathBuf {
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        String::decode(input).map(Self::from)
    }
}

impl Decode for Values {
    /// By field: a time, or some texts.
    fn decode(input: &mut Input<'_>) -> Result<Self, Wrong> {
        let mut values = Self::new();
        for _ in 0..input.count()? {
            let field = String::decode(input)?;
            let value: FieldValue = if bool::decode(input)? {
                (&Zoned::decode(input)?).into()
            } else {
                (0..input.count()?).map(|_| String::decode(input)).collect::<Result<Vec<_>, _>>()?.into()
            };
            values.add(field, value);
        }
        Ok(values)
    }
}
