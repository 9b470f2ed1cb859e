//! Decimal text to numbers and back. Times are microseconds inside, seconds on the wire.

/// 2^53: integers up to here are exact as a double.
const EXACT: i128 = 1 << 53;

/// A number as read: the double of RFC 8428, and the integer itself where a double is too small for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub value: f64,
    pub exact: Option<i128>,
}

impl Number {
    pub fn float(value: f64) -> Self {
        Self { value, exact: None }
    }

    pub fn integer(value: i128) -> Self {
        Self { value: value as f64, exact: is_exact(value).then_some(value) }
    }
}

/// Whether an integer keeps its digits beside the double: it is beyond 2^53, and within 64 bits, which is what JSON
/// readers take an integer for. More digits than that are a double in any representation.
pub(crate) fn is_exact(integer: i128) -> bool {
    integer.abs() > EXACT && (i64::MIN.into()..=u64::MAX.into()).contains(&integer)
}

/// Reads an xsd:double that is finite; surrounding white space is allowed, as for any XML Schema number.
pub(crate) fn parse(text: &str) -> Option<Number> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let bytes = text.as_bytes();
    // Without this, `inf`, `nan` and their kin would be read as numbers.
    if bytes.is_empty() || !bytes.iter().all(|b| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
    {
        return None;
    }
    if bytes.len() > 15
        && !bytes.iter().any(|b| matches!(b, b'.' | b'e' | b'E'))
        && let Ok(integer) = text.parse::<i128>()
    {
        return Some(Number::integer(integer));
    }
    let value: f64 = fast_float2::parse(bytes).ok()?;
    value.is_finite().then_some(Number::float(value))
}

/// Seconds as text to microseconds; `None` where it is no number or out of i64.
pub(crate) fn parse_micros(text: &str) -> Option<i64> {
    micros(parse(text)?.value)
}

/// Seconds to microseconds, rounded to the nearest.
pub(crate) fn micros(seconds: f64) -> Option<i64> {
    if seconds.abs() >= 9.2e12 {
        return None;
    }
    // Apart, the whole seconds are exact at any date, and the fraction is until 2242: all its error is then that of
    // the double itself.
    let (whole, fraction) = (seconds.trunc(), seconds.fract());
    Some(whole as i64 * 1_000_000 + (fraction * 1e6).round() as i64)
}

/// The shortest text that reads back as the same double; integers without a point.
pub(crate) fn write(out: &mut String, value: f64) {
    if value.fract() == 0.0 && value.abs() < 1e15 && (value != 0.0 || value.is_sign_positive()) {
        out.push_str(itoa::Buffer::new().format(value as i64));
    } else {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format(value);
        match text.split_once("e+") {
            Some((mantissa, exponent)) => {
                out.push_str(mantissa);
                out.push('e');
                out.push_str(exponent);
            }
            // Beyond 2^53 digits alone would be read as an integer that is exact to the last of them.
            None if value.abs() > EXACT as f64 => out.push_str(text),
            None => out.push_str(text.strip_suffix(".0").unwrap_or(text)),
        }
    }
}

/// Microseconds as seconds, exactly.
pub(crate) fn write_seconds(out: &mut String, micros: i64) {
    if micros < 0 {
        out.push('-');
    }
    let magnitude = micros.unsigned_abs();
    out.push_str(itoa::Buffer::new().format(magnitude / 1_000_000));
    let fraction = magnitude % 1_000_000;
    if fraction != 0 {
        let digits = format!(".{fraction:06}");
        out.push_str(digits.trim_end_matches('0'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: f64) -> String {
        let mut out = String::new();
        write(&mut out, value);
        out
    }

    #[test]
    fn numbers_are_shortest_and_read_back() {
        for (value, text) in [
            (412.0, "412"),
            (-0.5, "-0.5"),
            (0.0, "0"),
            (-0.0, "-0"),
            (23.1, "23.1"),
            (1e300, "1e300"),
            (9e14, "900000000000000"),
        ] {
            assert_eq!(written(value), text);
            assert_eq!(parse(text).unwrap().value, value);
        }
        assert!(parse("-0").unwrap().value.is_sign_negative());
    }

    #[test]
    fn what_is_no_finite_number_is_refused() {
        for text in ["", " ", "NaN", "INF", "inf", "1e999", "1,5", "0x10", "1 2", "--1", "None"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        assert_eq!(parse(" 1E2\n").unwrap().value, 100.0);
        assert_eq!(parse("9007199254740993").unwrap().exact, Some(9007199254740993));
        assert_eq!(parse("9007199254740992").unwrap().exact, None);
    }

    #[test]
    fn seconds_keep_microseconds() {
        assert_eq!(parse_micros("1276020076.001"), Some(1_276_020_076_001_000));
        assert_eq!(parse_micros("1.6e9"), Some(1_600_000_000_000_000));
        assert_eq!(parse_micros("1e30"), None);
        for (micros, text) in [(1_320_078_429_100_000, "1320078429.1"), (-60_000_000, "-60"), (1, "0.000001")]
        {
            let mut out = String::new();
            write_seconds(&mut out, micros);
            assert_eq!(out, text);
        }
    }
}
