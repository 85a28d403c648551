//! A sample line that the prometheus crate has written, taken apart by the letter of the format: what it let by we do not.

use crate::encode::head::Type;

/// One sample.
pub(super) struct Line<'a> {
    /// `_bucket`, `_sum`, `_count`, or nothing.
    pub(super) suffix: &'a str,
    /// `name="value",…` as every format writes them, `le` and `quantile` aside.
    pub(super) labels: &'a str,
    /// `le` of a bucket, `quantile` of a summary.
    pub(super) bound: Option<(&'static str, f64)>,
    value: &'a str,
    /// In milliseconds since 1970.
    pub(super) timestamp: Option<i64>,
}

impl<'a> Line<'a> {
    pub(super) fn read(line: &'a str, family: &str, kind: Type) -> Option<Self> {
        let rest = line.strip_prefix(family)?;
        let (suffix, rest) = rest.split_at(rest.find(['{', ' '])?);
        let bound = match (kind, suffix) {
            (Type::Histogram, "_bucket") => Some("le"),
            (Type::Summary, "") => Some("quantile"),
            _ => None,
        };
        let (labels, bound, rest) = labels(rest, bound)?;
        let rest = rest.strip_prefix(' ')?;
        let (value, timestamp) = match rest.split_once(' ') {
            Some((value, timestamp)) => (value, Some(timestamp.parse().ok()?)),
            None => (rest, None),
        };
        value.parse::<f64>().ok()?;
        Some(Self { suffix, labels, bound, value, timestamp })
    }

    /// The value as every format writes it.
    pub(super) fn value(&self) -> &'a str {
        match self.value {
            "inf" => "+Inf",
            "-inf" => "-Inf",
            value => value,
        }
    }

    pub(super) fn number(&self) -> f64 {
        self.value.parse().unwrap_or(f64::NAN)
    }
}

type Labels<'a> = (&'a str, Option<(&'static str, f64)>, &'a str);

/// The labels, the number in the last one if it is to be `bound`, and what follows them.
fn labels<'a>(text: &'a str, bound: Option<&'static str>) -> Option<Labels<'a>> {
    let Some(inside) = text.strip_prefix('{') else {
        return bound.is_none().then_some(("", None, text));
    };
    let (mut names, mut before, mut start) = (Vec::new(), 0, 0);
    loop {
        let (name, after) = inside[start..].split_once("=\"")?;
        if !is_label_name(name) || names.contains(&name) {
            return None;
        }
        names.push(name);
        let length = quoted(after)?;
        let (value, rest) = (&after[..length], &after[length + 1..]);
        if let Some(rest) = rest.strip_prefix(',') {
            before = inside.len() - rest.len() - 1;
            start = before + 1;
            continue;
        }
        let rest = rest.strip_prefix('}')?;
        return match bound {
            Some(label) if label == name => Some((&inside[..before], Some((label, value.parse().ok()?)), rest)),
            Some(_) => None,
            None => Some((&inside[..inside.len() - rest.len() - 1], None, rest)),
        };
    }
}

/// How far a value goes whose opening quote is behind us.
fn quoted(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// `__name__` would be another series' name.
fn is_label_name(name: &str) -> bool {
    !name.is_empty()
        && name != "__name__"
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_comes_apart_into_what_it_says() {
        let read = |line, kind| {
            let line = Line::read(line, "a", kind)?;
            Some((line.suffix, line.labels, line.bound, line.value(), line.timestamp))
        };
        let cases = [
            ("a 3", Type::Gauge, Some(("", "", None, "3", None))),
            ("a inf 1700", Type::Gauge, Some(("", "", None, "+Inf", Some(1700)))),
            (r#"a{x="1",le="2"} -inf"#, Type::Gauge, Some(("", r#"x="1",le="2""#, None, "-Inf", None))),
            (r#"a_bucket{le="1"} 3"#, Type::Histogram, Some(("_bucket", "", Some(("le", 1.0)), "3", None))),
            (
                r#"a_bucket{x="},\",",le="+Inf"} 3"#,
                Type::Histogram,
                Some(("_bucket", r#"x="},\",""#, Some(("le", f64::INFINITY)), "3", None)),
            ),
            (r#"a{x="\\",quantile="0.5"} NaN"#, Type::Summary, Some(("", r#"x="\\""#, Some(("quantile", 0.5)), "NaN", None))),
            (r#"a_sum{x="1"} 2"#, Type::Summary, Some(("_sum", r#"x="1""#, None, "2", None))),
        ];
        for (line, kind, parts) in cases {
            assert_eq!(read(line, kind), parts, "{line}");
        }
    }

    #[test]
    fn what_no_reader_takes_is_no_line() {
        let cases = [
            (r#"a{x="1",x="2"} 1"#, Type::Gauge),
            (r#"a{x-y="1"} 1"#, Type::Gauge),
            (r#"a{="1"} 1"#, Type::Gauge),
            (r#"a{1x="1"} 1"#, Type::Gauge),
            (r#"a{__name__="b"} 1"#, Type::Gauge),
            (r#"a_bucket{le="1",le="2"} 1"#, Type::Histogram),
            ("a_bucket 1", Type::Histogram),
            (r#"a_bucket{le="high"} 1"#, Type::Histogram),
            ("a three", Type::Gauge),
            ("a 3 4 5", Type::Gauge),
        ];
        for (line, kind) in cases {
            assert!(Line::read(line, "a", kind).is_none(), "{line}");
        }
    }
}
