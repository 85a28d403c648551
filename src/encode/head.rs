//! What is said of a family before its samples: all that the two formats in lines differ in, their end aside.

use prometheus::proto::MetricType;

use crate::record::Kind;

/// A format in lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// <https://prometheus.io/docs/instrumenting/exposition_formats/>
    Text,
    /// <https://prometheus.io/docs/specs/om/open_metrics_spec/>
    OpenMetrics,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Counter,
    Gauge,
    Histogram,
    Summary,
    /// Samples of which nothing is promised.
    Unknown,
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Counter => Self::Counter,
            Kind::Gauge => Self::Gauge,
            Kind::Histogram => Self::Histogram,
            Kind::Summary => Self::Summary,
        }
    }
}

impl From<MetricType> for Type {
    fn from(kind: MetricType) -> Self {
        match kind {
            MetricType::COUNTER => Self::Counter,
            MetricType::GAUGE => Self::Gauge,
            MetricType::HISTOGRAM => Self::Histogram,
            MetricType::SUMMARY => Self::Summary,
            MetricType::UNTYPED => Self::Unknown,
        }
    }
}

impl Dialect {
    /// The lines before a family's samples; `name` is that of its samples, without `_bucket` and the like. The help may be empty.
    pub(super) fn head(self, name: &str, kind: Type, help: &str) -> String {
        match self {
            Self::Text => {
                let help = about("HELP", name, &help.replace('\\', r"\\").replace('\n', r"\n"));
                format!("{help}# TYPE {name} {}\n", kind.in_text())
            }
            Self::OpenMetrics => {
                let family = openmetrics_family(name, kind);
                let help = help.replace('\\', r"\\").replace('\n', r"\n").replace('"', r#"\""#);
                let unit = about("UNIT", family, unit(family));
                format!("# TYPE {family} {}\n{unit}{}", kind.in_openmetrics(), about("HELP", family, &help))
            }
        }
    }

    /// What the last line of an exposition is.
    pub(super) fn end(self, out: &mut Vec<u8>) {
        if self == Self::OpenMetrics {
            out.extend_from_slice(b"# EOF\n");
        }
    }
}

impl Type {
    fn in_text(self) -> &'static str {
        match self {
            Self::Unknown => "untyped",
            known => known.in_openmetrics(),
        }
    }

    fn in_openmetrics(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Unknown => "unknown",
        }
    }
}

/// What `OpenMetrics` calls a family: a counter goes without the `_total` of its samples.
pub(super) fn openmetrics_family(name: &str, kind: Type) -> &str {
    if kind == Type::Counter { name.strip_suffix("_total").unwrap_or(name) } else { name }
}

/// A line, if there is something to say.
fn about(what: &str, family: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("# {what} {family} {text}\n") }
}

/// The unit that a family's name ends in.
pub(super) fn unit(family: &str) -> &str {
    let end = family.rsplit_once('_').map_or("", |(_, end)| end);
    if UNITS.contains(&end) { end } else { "" }
}

/// The base units of what a web application measures.
const UNITS: [&str; 2] = ["seconds", "bytes"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_names_type_unit_and_help_in_this_order_and_counters_without_their_suffix() {
        let cases = [
            ("a_total", Type::Counter, "Help.", "# TYPE a counter\n# HELP a Help.\n"),
            (
                "a_seconds_total",
                Type::Counter,
                "Help.",
                "# TYPE a_seconds counter\n# UNIT a_seconds seconds\n# HELP a_seconds Help.\n",
            ),
            ("a_total", Type::Gauge, "", "# TYPE a_total gauge\n"),
            ("a_bytes", Type::Histogram, "", "# TYPE a_bytes histogram\n# UNIT a_bytes bytes\n"),
            ("seconds", Type::Gauge, "", "# TYPE seconds gauge\n"),
            ("a", Type::Unknown, "\\ \" \n", "# TYPE a unknown\n# HELP a \\\\ \\\" \\n\n"),
        ];
        for (name, kind, help, head) in cases {
            assert_eq!(Dialect::OpenMetrics.head(name, kind, help), head);
        }
    }

    #[test]
    fn the_text_format_names_samples_and_escapes_no_quotes() {
        let cases = [
            ("a_total", Type::Counter, "\\ \" \n", "# HELP a_total \\\\ \" \\n\n# TYPE a_total counter\n"),
            ("a_seconds", Type::Unknown, "", "# TYPE a_seconds untyped\n"),
        ];
        for (name, kind, help, head) in cases {
            assert_eq!(Dialect::Text.head(name, kind, help), head);
        }
    }
}
