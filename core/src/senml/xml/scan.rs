//! The fast way through `<senml t="1800" v="398"/>`, which is what nearly all of a load curve consists of.
//!
//! It takes whole records of exactly a `t` and a `v`, in either order and either kind of quotes, and stops in front
//! of anything else: the reader then goes on from there. What it accepts is a subset of what the reader accepts, with
//! the same result.

use super::super::Resolver;
use super::super::number::micros;

/// Passes over as many plain records as there are at the start of `bytes`; gives how many bytes that was.
pub(super) fn records(bytes: &[u8], tag: &[u8], resolver: &mut Resolver<'_>) -> usize {
    let mut done = 0;
    let mut first = true;
    while let Some((t, v, length)) = record(&bytes[done..], tag) {
        if !resolver.push_number(t, v) {
            break;
        }
        done += length;
        if first {
            resolver.expect((bytes.len() - done) / length);
            first = false;
        }
    }
    done
}

fn record(bytes: &[u8], tag: &[u8]) -> Option<(i64, f64, usize)> {
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
                let (number, length) = number(&bytes[after + 3..])?;
                at = after + 3 + length;
                if slot.replace(number).is_some() || *bytes.get(at)? != quote {
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
    let t = t?;
    let time = match t {
        Parsed::Integer(seconds) => seconds.checked_mul(1_000_000)?,
        Parsed::Float(seconds) => micros(seconds)?,
    };
    let value = match v? {
        Parsed::Integer(value) => value as f64,
        Parsed::Float(value) => value,
    };
    Some((time, value, at))
}

/// As much as any double or time needs.
const LONGEST: usize = 32;

#[derive(Clone, Copy)]
enum Parsed {
    Integer(i64),
    Float(f64),
}

/// A number at the start of `bytes`, and its length. Integers of 16 digits and more are left to the reader, which
/// keeps their digits.
#[inline]
fn number(bytes: &[u8]) -> Option<(Parsed, usize)> {
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
