//! Numbers as the exposition formats write them.

use crate::record::{Bounds, Resolution};

/// A float in the canonical form that `OpenMetrics` asks for in `le` and `quantile`: `1.0`, `0.005`, `1e+06`, `+Inf`.
///
/// Prometheus 3 rewrites `le="1"` to `le="1.0"` and Prometheus 2 stores it as sent, so this form is used in every format: the
/// series are the same whoever scrapes.
pub(super) fn canonical(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    // Shortest digits that read back as the value; laid out as Go's `%g` does, which is what Prometheus compares with.
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..LEAST_SCIENTIFIC).contains(&exponent) || value == 0.0 {
        return format!("{value:?}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

const LEAST_SCIENTIFIC: i32 = 6;

/// Appends a sum of a histogram's integers, exact to the last digit.
pub(super) fn sum(out: &mut Vec<u8>, bounds: &Bounds, sum: u64) {
    decimal(out, sum, bounds.resolution());
}

/// Appends a number of nanoseconds in seconds.
pub(super) fn seconds(out: &mut Vec<u8>, nanoseconds: u64) {
    decimal(out, nanoseconds, Resolution::BILLIONTHS);
}

/// Appends a number of a unit's parts in units, exact to the last digit.
pub(crate) fn decimal(out: &mut Vec<u8>, value: u64, resolution: Resolution) {
    let per_unit = resolution.per_unit();
    out.extend_from_slice(itoa::Buffer::new().format(value / per_unit).as_bytes());
    let fraction = value % per_unit;
    if fraction > 0 {
        // A one before the decimals keeps their leading zeros.
        let mut digits = itoa::Buffer::new();
        let digits = digits.format(per_unit + fraction).trim_end_matches('0');
        out.push(b'.');
        out.extend_from_slice(&digits.as_bytes()[1..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_written_as_openmetrics_asks() {
        let cases = [
            (1.0, "1.0"),
            (0.0, "0.0"),
            (0.005, "0.005"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (1e-10, "1e-10"),
            (1.7, "1.7"),
            (10.0, "10.0"),
            (100_000.0, "100000.0"),
            (1e6, "1e+06"),
            (1e8, "1e+08"),
            (123_456_789.0, "1.23456789e+08"),
            (1e10, "1e+10"),
            (f64::INFINITY, "+Inf"),
        ];
        for (value, text) in cases {
            assert_eq!(canonical(value), text);
        }
    }

    #[test]
    fn sums_are_written_to_their_last_digit_and_no_further() {
        let cases = [
            (0, "0"),
            (1, "0.000000001"),
            (90, "0.00000009"),
            (999_999_999, "0.999999999"),
            (1_000_000_000, "1"),
            (10_050_000_000, "10.05"),
            (u64::MAX, "18446744073.709551615"),
        ];
        for (value, text) in cases {
            let mut out = Vec::new();
            seconds(&mut out, value);
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
        let mut out = Vec::new();
        decimal(&mut out, 1_230, Resolution::WHOLE);
        assert_eq!(out, b"1230");
    }
}
