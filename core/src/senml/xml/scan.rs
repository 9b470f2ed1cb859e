//! The fast way through `<senml t="1800" v="398"/>`, which is what nearly all of a load curve consists of.
//!
//! It takes whole records of exactly a `t` and a `v`, in either order and either kind of quotes, and stops in front
//! of anything else: the reader then goes on from there. What it accepts is a subset of what the reader accepts, with
//! the same result.

use std::ops::Range;

use super::super::Resolver;
use super::super::number::micros;

/// Passes over as many plain records as there are at the start of `bytes`; gives how many bytes that was.
pub(super) fn records(bytes: &[u8], tag: &[u8], resolver: &mut Resolver<'_>) -> usize {
    let Some(mut numbers) = resolver.numbers() else { return 0 };
    let mut done = 0;
    let mut shape = None;
    loop {
        let rest = &bytes[done..];
        let alike = shape.as_ref().and_then(|shape: &Shape| shape.record(rest));
        let Some((t, v, length)) = alike.or_else(|| {
            let found = record(rest, tag)?;
            shape = Shape::of(rest, &found);
            Some((found.t.micros()?, found.v.value(), found.length))
        }) else {
            break;
        };
        if done == 0 {
            numbers.expect(rest.len() / length);
        }
        if !numbers.push(t, v) {
            break;
        }
        done += length;
    }
    done
}

/// A record, and where its numbers stand in it.
struct Found {
    t: Parsed,
    v: Parsed,
    t_at: Range<usize>,
    v_at: Range<usize>,
    length: usize,
}

fn record(bytes: &[u8], tag: &[u8]) -> Option<Found> {
    let mut at = skip_space(bytes, 0);
    if *bytes.get(at)? != b'<' || !bytes[at + 1..].starts_with(tag) {
        return None;
    }
    at += 1 + tag.len();
    let (mut t, mut v) = (None, None);
    loop {
        let after = skip_space(bytes, at);
        match *bytes.get(after)? {
            name @ (b't' | b'v') if after > at => {
                let quote = *bytes.get(after + 2)?;
                if bytes[after + 1] != b'=' || !matches!(quote, b'"' | b'\'') {
                    return None;
                }
                let slot = if name == b't' { &mut t } else { &mut v };
                let begin = after + 3;
                let (number, length) = number(&bytes[begin..])?;
                at = begin + length;
                if slot.replace((number, begin..at)).is_some() || *bytes.get(at)? != quote {
                    return None;
                }
                at += 1;
            }
            b'/' if bytes.get(after + 1) == Some(&b'>') => {
                at = after + 2;
                break;
            }
            b'>' => {
                let rest = bytes[after + 1..].strip_prefix(b"</")?.strip_prefix(tag)?.strip_prefix(b">")?;
                at = bytes.len() - rest.len();
                break;
            }
            _ => return None,
        }
    }
    let ((t, t_at), (v, v_at)) = (t?, v?);
    Some(Found { t, v, t_at, v_at, length: at })
}

/// What stands around the numbers of a record. Whoever writes thousands of them writes all but these alike, so that the next
/// one mostly has but to be compared.
struct Shape {
    before: Piece,
    between: Piece,
    behind: Piece,
    /// `t` stands before `v`.
    time_first: bool,
}

impl Shape {
    /// None where it is longer than is usual.
    fn of(bytes: &[u8], found: &Found) -> Option<Self> {
        let time_first = found.t_at.start < found.v_at.start;
        let (first, second) =
            if time_first { (&found.t_at, &found.v_at) } else { (&found.v_at, &found.t_at) };
        Some(Self {
            before: Piece::of(&bytes[..first.start])?,
            between: Piece::of(&bytes[first.end..second.start])?,
            behind: Piece::of(&bytes[second.end..found.length])?,
            time_first,
        })
    }

    /// A record of this shape at the start of `bytes`: its time, its value and its length.
    #[inline]
    fn record(&self, bytes: &[u8]) -> Option<(i64, f64, usize)> {
        let mut at = self.before.end(bytes, 0)?;
        let (first, length) = number(&bytes[at..])?;
        at = self.between.end(bytes, at + length)?;
        let (second, length) = number(&bytes[at..])?;
        at = self.behind.end(bytes, at + length)?;
        let (t, v) = if self.time_first { (first, second) } else { (second, first) };
        Some((t.micros()?, v.value(), at))
    }
}

/// A few bytes that are compared at once.
struct Piece {
    bytes: u128,
    mask: u128,
    length: usize,
}

impl Piece {
    fn of(bytes: &[u8]) -> Option<Self> {
        let mut padded = [0; 16];
        padded.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let mask = if bytes.len() == 16 { u128::MAX } else { (1 << (8 * bytes.len())) - 1 };
        Some(Self { bytes: u128::from_le_bytes(padded), mask, length: bytes.len() })
    }

    /// Behind it, where it stands at this place. Not so close to the end: there it is looked at byte by byte.
    #[inline]
    fn end(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let there = u128::from_le_bytes(*bytes.get(at..)?.first_chunk()?);
        (there & self.mask == self.bytes).then_some(at + self.length)
    }
}

/// As much as any double or time needs.
const LONGEST: usize = 32;

#[derive(Clone, Copy)]
enum Parsed {
    Integer(i64),
    Float(f64),
}

impl Parsed {
    fn micros(self) -> Option<i64> {
        match self {
            Self::Integer(seconds) => seconds.checked_mul(1_000_000),
            Self::Float(seconds) => micros(seconds),
        }
    }

    fn value(self) -> f64 {
        match self {
            Self::Integer(value) => value as f64,
            Self::Float(value) => value,
        }
    }
}

/// A number at the start of `bytes`, and its length. Integers of 16 digits and more are left to the reader, which
/// keeps their digits.
#[inline(always)]
fn number(bytes: &[u8]) -> Option<(Parsed, usize)> {
    if let Some((integer, length)) = natural(bytes)
        && !matches!(bytes.get(length)?, b'.' | b'e' | b'E')
    {
        return Some((Parsed::Integer(integer), length));
    }
    any_number(bytes)
}

/// Digits at the start of `bytes`, fewer than 16, and how many; not so close to the end.
#[inline]
fn natural(bytes: &[u8]) -> Option<(i64, usize)> {
    let (eight, rest) = bytes.split_first_chunk()?;
    let (high, length) = digits(*eight);
    if length < 8 {
        return (length > 0).then_some((high, length));
    }
    let (low, more) = digits(*rest.first_chunk()?);
    let scale = *[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000].get(more)?;
    Some((high * scale + low, 8 + more))
}

/// The number that the digits at the start make, and how many these are. Eight bytes at once, as Lemire's and Johnson's
/// `fast_float` does it.
#[inline]
fn digits(bytes: [u8; 8]) -> (i64, usize) {
    const EACH: u64 = u64::from_le_bytes([1; 8]);
    let digits = u64::from_le_bytes(bytes) ^ (EACH * 0x30);
    // What is no digit has its high bit set in the end, and may only spoil what is behind it.
    let others = (digits.wrapping_add(EACH * 0x76) | digits) & (EACH * 0x80);
    let length = others.trailing_zeros() as usize / 8;
    if length == 0 {
        return (0, 0);
    }
    // Moved to the end, with zeros before them; then added up to pairs, to fours, to all.
    let ones = digits << (64 - 8 * length);
    let pairs = ones.wrapping_mul(10).wrapping_add(ones >> 8);
    const PAIR: u64 = 0xFF | 0xFF << 32;
    let first = (pairs & PAIR).wrapping_mul(100 | 1_000_000 << 32);
    let second = (pairs >> 16 & PAIR).wrapping_mul(1 | 10_000 << 32);
    (i64::from((first.wrapping_add(second) >> 32) as u32), length)
}

#[inline(never)]
fn any_number(bytes: &[u8]) -> Option<(Parsed, usize)> {
    let negative = *bytes.first()? == b'-';
    let start = usize::from(negative);
    let mut at = start;
    let mut integer = 0_i64;
    while let Some(digit) = bytes.get(at).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        integer = integer.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    if at == start || at - start > 15 {
        return None;
    }
    if !matches!(bytes.get(at)?, b'.' | b'e' | b'E') {
        // A double has a negative zero, an integer has not.
        return match (negative, integer) {
            (true, 0) => Some((Parsed::Float(-0.0), at)),
            (true, _) => Some((Parsed::Integer(-integer), at)),
            _ => Some((Parsed::Integer(integer), at)),
        };
    }
    let (value, length) = fast_float2::parse_partial::<f64, _>(bytes).ok()?;
    // A longer one is for the reader, which bounds the length of texts.
    (value.is_finite() && length <= LONGEST).then_some((Parsed::Float(value), length))
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\n' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_at_once_are_those_one_by_one() {
        let all = "9081726354453627180";
        for length in 0..all.len() {
            // The last have too little behind them to be read at once.
            for behind in [
                "\" v=\"1\"/><senml t=",
                "/>.:<9.9:<9.9:<9\u{e9}",
                "\u{e9}\u{fa}\u{ff}\u{e9}\u{fa}\u{ff}\u{e9}\u{fa}",
                "\"",
                "",
            ] {
                let text = [&all[..length], behind].concat();
                let digits = all[..length].parse().ok().filter(|_| length < 16);
                match (natural(text.as_bytes()), digits) {
                    (Some(read), Some(digits)) => assert_eq!(read, (digits, length), "{text}"),
                    (None, _) => assert!(length == 0 || length + behind.len() < 16 || length > 15, "{text}"),
                    (Some(_), None) => panic!("{text}"),
                }
            }
        }
    }
}
