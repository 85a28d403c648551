//! Which format a scraper takes (RFC 9110, 12.5.1; <https://prometheus.io/docs/instrumenting/content_negotiation/>).
//!
//! The highest weight that we can serve wins, then what is said most exactly, then what is said first. Where nothing fits it is text: a
//! person who asks with a browser is answered, and a header that cannot be read costs no scrape.

use std::cmp::Reverse;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};

use crate::encode::Format;

/// What an answer is, as its `Content-Type` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentType {
    offer: Offer,
    /// Which way the scraper wants names escaped that are not made of letters, digits, underscores and colons. We have none, so every way
    /// is the same; the answer repeats it.
    escaping: Option<&'static str>,
}

impl ContentType {
    /// What to answer; `offers` are those of the host's choice.
    pub(super) fn accepted(headers: &HeaderMap, offers: &[Offer]) -> Self {
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<Range<'_>> = values.flat_map(|value| value.split(',')).filter_map(Range::read).collect();
        let best = offers.iter().enumerate().filter_map(|(preference, &offer)| {
            let fitting = ranges.iter().enumerate().filter(|(_, range)| range.holds(offer));
            // What is said of a type by its name holds against what is said of all, also where it is less.
            let (place, range) = fitting.max_by_key(|&(place, range)| (range.exactness(), Reverse(place)))?;
            let rank = (range.weight, range.exactness(), Reverse(place), Reverse(preference));
            (range.weight > 0).then_some((rank, Self { offer, escaping: range.escaping().filter(|_| offer.is_1_0_0()) }))
        });
        best.max_by_key(|&(rank, _)| rank).map_or(Self { offer: Offer::Text004, escaping: None }, |(_, accepted)| accepted)
    }

    pub(super) fn format(self) -> Format {
        match self.offer {
            Offer::Text004 | Offer::Text100 => Format::Text,
            Offer::OpenMetrics100 | Offer::OpenMetrics001 => Format::OpenMetrics,
            #[cfg(feature = "protobuf")]
            Offer::Protobuf => Format::Protobuf,
        }
    }

    pub(super) fn header(self) -> HeaderValue {
        let escaping = self.escaping.map_or_else(String::new, |scheme| format!("; escaping={scheme}"));
        let charset = if self.offer.is_text() { "; charset=utf-8" } else { "" };
        let parameters = self.offer.parameters().iter().map(|(name, value)| format!("; {name}={value}"));
        let value = [self.offer.media_type(), &parameters.collect::<String>(), &escaping, charset].concat();
        // Made of the constants below.
        HeaderValue::from_str(&value).unwrap_or(HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"))
    }
}

/// What can be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offer {
    Text004,
    Text100,
    OpenMetrics001,
    OpenMetrics100,
    #[cfg(feature = "protobuf")]
    Protobuf,
}

impl Offer {
    /// The first that fits is served where a scraper says of several that it takes them alike.
    pub(super) const TEXTS: &[Self] = &[Self::Text004, Self::OpenMetrics100, Self::OpenMetrics001, Self::Text100];

    #[cfg(feature = "protobuf")]
    pub(super) const ALL: &[Self] = &[Self::Text004, Self::OpenMetrics100, Self::OpenMetrics001, Self::Text100, Self::Protobuf];

    fn media_type(self) -> &'static str {
        match self {
            Self::Text004 | Self::Text100 => "text/plain",
            Self::OpenMetrics001 | Self::OpenMetrics100 => "application/openmetrics-text",
            #[cfg(feature = "protobuf")]
            Self::Protobuf => "application/vnd.google.protobuf",
        }
    }

    /// What makes it this one among all of its media type.
    fn parameters(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Text004 => &[("version", "0.0.4")],
            Self::OpenMetrics001 => &[("version", "0.0.1")],
            Self::Text100 | Self::OpenMetrics100 => &[("version", "1.0.0")],
            #[cfg(feature = "protobuf")]
            Self::Protobuf => &[("proto", "io.prometheus.client.MetricFamily"), ("encoding", "delimited")],
        }
    }

    fn version(self) -> Option<&'static str> {
        self.parameters().iter().find(|(name, _)| *name == "version").map(|(_, version)| *version)
    }

    /// Whether it is what is meant where no version is named.
    fn is_default_version(self) -> bool {
        matches!(self, Self::Text004 | Self::OpenMetrics001)
    }

    fn is_text(self) -> bool {
        self.version().is_some()
    }

    fn is_1_0_0(self) -> bool {
        self.version() == Some("1.0.0")
    }
}

/// One entry of `Accept`.
struct Range<'a> {
    media_type: &'a str,
    parameters: &'a str,
    /// In thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    /// `None` if its weight is none.
    fn read(entry: &'a str) -> Option<Self> {
        let (media_type, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        let mut range = Self { media_type: media_type.trim(), parameters, weight: 1000 };
        if let Some(q) = range.parameter("q") {
            let weight: f32 = q.parse().ok().filter(|weight| (0.0..=1.0).contains(weight))?;
            range.weight = (weight * 1000.0).round() as u16;
        }
        Some(range)
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.split(';').find_map(|parameter| {
            let (found, value) = parameter.split_once('=')?;
            found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
        })
    }

    fn escaping(&self) -> Option<&'static str> {
        let asked = self.parameter("escaping")?;
        ESCAPING.into_iter().find(|scheme| *scheme == asked)
    }

    /// 2 for a type, 1 for all of a kind, 0 for all.
    fn exactness(&self) -> u8 {
        match self.media_type.split_once('/') {
            Some(("*", _)) | None => 0,
            Some((_, "*")) => 1,
            Some(_) => 2,
        }
    }

    fn holds(&self, offer: Offer) -> bool {
        let offered = offer.media_type();
        if self.media_type.eq_ignore_ascii_case(offered) {
            let says = |&(name, value): &(&str, &str)| match self.parameter(name) {
                Some(said) => said == value,
                None => offer.is_default_version(),
            };
            return offer.parameters().iter().all(says);
        }
        match self.media_type.strip_suffix("/*") {
            // Who takes all, at whatever weight, has not asked for what no person can read.
            Some(_) if !offer.is_text() => false,
            Some("*") => true,
            Some(kind) => offered.split_once('/').is_some_and(|(offered, _)| offered.eq_ignore_ascii_case(kind)),
            None => false,
        }
    }
}

const ESCAPING: [&str; 4] = ["allow-utf-8", "underscores", "dots", "values"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_prometheus_asks_for_is_what_it_gets() {
        let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let utf8 = "application/openmetrics-text; version=1.0.0; escaping=allow-utf-8; charset=utf-8";
        let cases = [
            (
                "2.42",
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                openmetrics,
            ),
            (
                "2.42 native histograms",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                openmetrics,
            ),
            (
                "2.53",
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                openmetrics,
            ),
            (
                "2.53 native histograms",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                openmetrics,
            ),
            (
                "3.5",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                utf8,
            ),
            (
                "3.5 native histograms",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                utf8,
            ),
            (
                "3.5 text",
                "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,*/*;q=0.5",
                "text/plain; version=1.0.0; escaping=allow-utf-8; charset=utf-8",
            ),
            (
                "3.5 values",
                "application/openmetrics-text;version=1.0.0;escaping=values;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=values;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "application/openmetrics-text; version=1.0.0; escaping=values; charset=utf-8",
            ),
            (
                "3.5 legacy",
                "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=underscores;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "application/openmetrics-text; version=1.0.0; escaping=underscores; charset=utf-8",
            ),
        ];
        for (who, asked, answered) in cases {
            assert_eq!(content_type([asked]), answered, "{who}");
        }
    }

    #[test]
    fn the_highest_weight_wins_then_the_most_exact_then_the_first() {
        let cases = [
            ("*/*", TEXT),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", TEXT),
            ("text/*", TEXT),
            ("application/*", OPENMETRICS),
            ("application/json", TEXT),
            ("text/plain", TEXT),
            ("text/plain;version=0.0.4", TEXT),
            ("text/plain;version=0.0.3, application/openmetrics-text;version=1.0.0;q=0.1", OPENMETRICS),
            ("application/openmetrics-text;version=2.0.0", TEXT),
            ("application/openmetrics-text", "application/openmetrics-text; version=0.0.1; charset=utf-8"),
            ("application/openmetrics-text;version=0.0.1", "application/openmetrics-text; version=0.0.1; charset=utf-8"),
            ("text/plain;q=0.5, application/openmetrics-text;version=1.0.0;q=0.4", TEXT),
            ("text/plain;q=0.4, application/openmetrics-text;version=1.0.0;q=0.5", OPENMETRICS),
            ("text/plain, application/openmetrics-text;version=1.0.0", TEXT),
            ("application/openmetrics-text;version=1.0.0, text/plain", OPENMETRICS),
            ("*/*, application/openmetrics-text;version=1.0.0", OPENMETRICS),
            ("text/plain;q=0, */*;q=0.1", OPENMETRICS),
            ("application/openmetrics-text;version=1.0.0;q=0, text/plain;q=0.1", TEXT),
            ("APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.3 , text/plain;q=0.2", OPENMETRICS),
            ("application/openmetrics-text;version=1.0.0;escaping=rot13", OPENMETRICS),
            (
                "application/openmetrics-text;version=0.0.1;escaping=dots",
                "application/openmetrics-text; version=0.0.1; charset=utf-8",
            ),
            ("text/plain;version=0.0.4;escaping=dots", TEXT),
            ("text/plain;version=1.0.0", "text/plain; version=1.0.0; charset=utf-8"),
            ("application/openmetrics-text;version=1.0.0;charset=utf-8", OPENMETRICS),
        ];
        for (asked, answered) in cases {
            assert_eq!(content_type([asked]), answered, "{asked}");
        }
        assert_eq!(content_type([]), TEXT);
        assert_eq!(content_type(["text/plain;q=0.4", "application/openmetrics-text;version=1.0.0;q=0.5"]), OPENMETRICS);
    }

    #[test]
    fn a_header_that_cannot_be_read_is_answered_with_text() {
        let garbage =
            ["", ",", ";", ";;q", "/", "*", "*/", "/*", "*/text", "q=1", "text/plain;q=", "=,=;=", "\"", "a/b;c=\"d,e", "\t"];
        for asked in garbage {
            assert_eq!(content_type([asked]), TEXT, "{asked:?}");
        }
        for weight in ["high", "NaN", "-1", "1.1", "inf", "1e9", "0"] {
            let asked = format!("application/openmetrics-text;version=1.0.0;q={weight}");
            assert_eq!(content_type([asked.as_str()]), TEXT, "{asked}");
        }
        let opaque = HeaderValue::from_bytes(b"application/openmetrics-text;version=1.0.0;x=\xff").unwrap();
        assert_eq!(ContentType::accepted(&HeaderMap::from_iter([(ACCEPT, opaque)]), Offer::TEXTS).header(), TEXT);
    }

    #[test]
    fn a_long_header_is_read_to_its_end() {
        for padding in [",", ";,", "a/b;q=0.1,", "text/plain;q=0.1;", "*/*;q=0.2,"] {
            let mut asked = padding.repeat(10 * 1024 / padding.len());
            asked.push_str(",application/openmetrics-text;version=1.0.0;q=0.9");
            assert_eq!(content_type([asked.as_str()]), OPENMETRICS, "{padding}");
        }
    }

    #[cfg(feature = "protobuf")]
    #[test]
    fn protobuf_is_served_where_the_host_offers_it_and_it_is_asked_for_by_its_whole_name() {
        let served = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
        let named = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
        let cases = [
            (named.to_owned(), served),
            (format!("{named},application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1"), served),
            (format!("{named};escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5"), served),
            (format!("{named};q=0.3,application/openmetrics-text;version=1.0.0;q=0.5"), OPENMETRICS),
            (format!("{named};q=0,*/*"), TEXT),
            (named.replace("delimited", "text"), TEXT),
            (named.replace("client", "other"), TEXT),
            ("application/vnd.google.protobuf".to_owned(), TEXT),
            ("application/*".to_owned(), OPENMETRICS),
            ("*/*".to_owned(), TEXT),
            (format!("{EVERY_TEXT_FOR_LESS},*/*"), OPENMETRICS),
            (format!("{EVERY_TEXT_FOR_LESS},application/*"), OPENMETRICS),
        ];
        for (asked, answered) in cases {
            let headers = HeaderMap::from_iter([(ACCEPT, asked.parse().unwrap())]);
            assert_eq!(ContentType::accepted(&headers, Offer::ALL).header(), answered, "{asked}");
            assert_ne!(ContentType::accepted(&headers, Offer::TEXTS).header(), served, "{asked}");
        }
    }

    #[cfg(feature = "protobuf")]
    const EVERY_TEXT_FOR_LESS: &str = "application/openmetrics-text;version=1.0.0;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;q=0.4,text/plain;version=0.0.4;q=0.3";

    const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
    const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    fn content_type<const N: usize>(asked: [&str; N]) -> String {
        let headers = asked.map(|value| (ACCEPT, value.parse().unwrap()));
        ContentType::accepted(&HeaderMap::from_iter(headers), Offer::TEXTS).header().to_str().unwrap().to_owned()
    }
}
