//! One family of the host's, as all formats write it.
//!
//! The prometheus crate has two models of its families, and which one the final binary has is not ours to choose. What reads a counter
//! or a gauge compiles on one of them alone, so we let that crate write its own text and read the lines.

use prometheus::TextEncoder;
use prometheus::proto::MetricFamily;

use crate::encode::claims::Claims;
use crate::encode::head::{Dialect, Type};
use crate::encode::number::canonical;

use super::line::Line;

pub(in crate::encode) struct HostFamily<'a> {
    pub(super) name: &'a str,
    pub(super) help: &'a str,
    pub(super) kind: Type,
    /// The type in `OpenMetrics`, which asks more of it; what its rules do not hold for has no type at all.
    openmetrics: Type,
    pub(super) lines: Vec<Line<'a>>,
}

impl<'a> HostFamily<'a> {
    /// `None` if it cannot be read, or if no reader would take what it says. The text is scratch space.
    pub(super) fn read(family: &'a MetricFamily, text: &'a mut String) -> Option<Self> {
        let kind = Type::from(family.get_field_type());
        // The encoder panics on what has no type.
        if kind == Type::Unknown {
            return None;
        }
        let name = Some(family.name()).filter(|name| is_metric_name(name))?;
        text.clear();
        TextEncoder::new().encode_utf8(std::slice::from_ref(family), text).ok()?;
        let samples = text.split_terminator('\n').filter(|line| !line.starts_with('#'));
        let lines = samples.map(|line| Line::read(line, name, kind)).collect::<Option<Vec<_>>>()?;
        let openmetrics = if keeps_its_rules(name, kind, &lines) { kind } else { Type::Unknown };
        Some(Self { name, help: family.help(), kind, openmetrics, lines })
    }

    /// Takes its names; a counter whose family's name is taken goes on without a type, under the name of its samples.
    pub(super) fn claim(&mut self, theirs: &mut Claims, ours: &Claims) -> bool {
        // The samples of a histogram without a type are still called as those of one.
        let kind = if self.kind == Type::Counter { self.openmetrics } else { self.kind };
        if theirs.claim(self.name, kind, ours) {
            return true;
        }
        let had_type = kind == Type::Counter;
        self.openmetrics = if had_type { Type::Unknown } else { self.openmetrics };
        had_type && theirs.claim(self.name, Type::Unknown, ours)
    }

    pub(in crate::encode) fn write(&self, dialect: Dialect, out: &mut Vec<u8>) {
        let kind = match dialect {
            Dialect::Text => self.kind,
            Dialect::OpenMetrics => self.openmetrics,
        };
        if kind == Type::Unknown {
            return self.write_by_name(dialect, out);
        }
        out.extend_from_slice(dialect.head(self.name, kind, self.help).as_bytes());
        for line in &self.lines {
            self.write_line(line, dialect, out);
        }
    }

    /// What has no type has samples of one name: those of each name as a family of its own.
    fn write_by_name(&self, dialect: Dialect, out: &mut Vec<u8>) {
        for suffix in ["", "_bucket", "_sum", "_count"] {
            let mut lines = self.lines.iter().filter(|line| line.suffix == suffix).peekable();
            if lines.peek().is_some() {
                let name = [self.name, suffix].concat();
                out.extend_from_slice(dialect.head(&name, Type::Unknown, self.help).as_bytes());
                lines.for_each(|line| self.write_line(line, dialect, out));
            }
        }
    }

    fn write_line(&self, line: &Line<'_>, dialect: Dialect, out: &mut Vec<u8>) {
        let bound = line.bound.map(|(label, number)| format!("{label}=\"{}\"", canonical(number)));
        let comma = if bound.is_some() && !line.labels.is_empty() { "," } else { "" };
        let bound = bound.as_deref().unwrap_or_default();
        let [open, close] = if line.labels.is_empty() && bound.is_empty() { ["", ""] } else { ["{", "}"] };
        for piece in [self.name, line.suffix, open, line.labels, comma, bound, close, " ", line.value()] {
            out.extend_from_slice(piece.as_bytes());
        }
        if let Some(milliseconds) = line.timestamp {
            let timestamp = match dialect {
                Dialect::Text => format!(" {milliseconds}"),
                Dialect::OpenMetrics => {
                    let (sign, milliseconds) = (if milliseconds < 0 { "-" } else { "" }, milliseconds.unsigned_abs());
                    format!(" {sign}{}.{:03}", milliseconds / 1000, milliseconds % 1000)
                }
            };
            out.extend_from_slice(timestamp.as_bytes());
        }
        out.push(b'\n');
    }
}

/// Whether samples are what `OpenMetrics` asks of their type: what counts is never NaN or negative, and a counter ends in `_total` (adding that
/// would make another series of it); a histogram with a sum has no negative bound.
fn keeps_its_rules(name: &str, kind: Type, lines: &[Line<'_>]) -> bool {
    let counts = |line: &Line<'_>| line.number() >= 0.0;
    match kind {
        Type::Counter => name.len() > "_total".len() && name.ends_with("_total") && lines.iter().all(counts),
        Type::Histogram => lines.iter().all(|line| counts(line) && line.bound.is_none_or(|(_, bound)| bound >= 0.0)),
        // A quantile of nothing is NaN.
        Type::Summary => lines.iter().all(|line| counts(line) || line.bound.is_some() && line.number().is_nan()),
        Type::Gauge | Type::Unknown => true,
    }
}

fn is_metric_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
}
