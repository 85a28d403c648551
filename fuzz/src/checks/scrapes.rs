use std::collections::BTreeMap;
use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderValue, Request, Uri};
use tower_rum::Monitor;

use crate::support::protobuf::{self, bits, key};
use crate::support::text_format::Sample;
use crate::support::{openmetrics, text_format};

use super::ask;

/// What a scraper asks for: a line of `Accept`, one of `Accept-Encoding`, one of the query.
pub fn negotiation(input: &[u8]) {
    let mut lines = input.splitn(3, |&byte| byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (accept, encoding, query) = (line(), line(), line());
    let query = str::from_utf8(query).ok().and_then(|query| Uri::try_from(format!("/metrics?{query}")).ok());
    let mut request = Request::get(query.clone().unwrap_or(Uri::from_static("/metrics")));
    for (name, line) in [("accept", accept), ("accept-encoding", encoding)] {
        if let Ok(value) = HeaderValue::from_bytes(line) {
            request = request.header(name, value);
        }
    }
    thread_local! {
        static MONITOR: Monitor = Monitor::builder().registry(prometheus::Registry::new()).protobuf(true).build().unwrap();
    }
    let monitor = MONITOR.with(Monitor::clone);
    let answer = ask(&monitor, request.body(<_>::default()).unwrap());
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["vary"], "accept, accept-encoding");
    let body = match answer.headers.get("content-encoding") {
        None => answer.body,
        Some(coding) => {
            assert!(coding == "gzip" && (names(encoding, "gzip") || encoding.contains(&b'*')), "unasked");
            unzipped(&answer.body)
        }
    };
    let (served, shown) = read(answer.headers["content-type"].to_str().unwrap(), &body);
    match served {
        Served::Text => {}
        Served::OpenMetrics => assert!(names(accept, "openmetrics") || accept.contains(&b'*'), "unasked"),
        Served::Protobuf => assert!(names(accept, "application/vnd.google.protobuf") && names(accept, "delimited"), "unasked"),
    }
    let text = samples(text_format::parse(&text(&monitor)).into_values().flat_map(|family| family.samples));
    if query.is_none_or(|query| !query.query().unwrap_or_default().contains("name")) {
        assert!(shown.keys().eq(text.keys()), "the series of every format");
    } else {
        assert!(shown.keys().all(|series| text.contains_key(series)));
    }
}

/// All that is in an exposition but what scrapes tell of themselves.
pub(super) type Samples = BTreeMap<String, u64>;

pub(super) fn samples(samples: impl Iterator<Item = Sample>) -> Samples {
    let others = samples.filter(|sample| !sample.name.starts_with("rum_exposition_requests"));
    others.map(|sample| (key(&sample.name, &sample.labels), bits(sample.value))).collect()
}

pub(super) fn text(monitor: &Monitor) -> String {
    let answer = ask(monitor, Request::get("/metrics").body(<_>::default()).unwrap());
    String::from_utf8(answer.body.to_vec()).unwrap()
}

enum Served {
    Text,
    OpenMetrics,
    Protobuf,
}

fn read(content_type: &str, body: &[u8]) -> (Served, Samples) {
    let escaping = ["allow-utf-8", "underscores", "dots", "values"].map(|scheme| format!("; escaping={scheme}"));
    let plain = escaping.iter().find_map(|escaping| content_type.contains(escaping).then(|| content_type.replace(escaping, "")));
    assert!(plain.is_none() || content_type.contains("; version=1.0.0; "), "{content_type}");
    match plain.as_deref().unwrap_or(content_type) {
        "text/plain; version=0.0.4; charset=utf-8" | "text/plain; version=1.0.0; charset=utf-8" => {
            // What asks for no family that there is gets none.
            let families = if body.is_empty() { BTreeMap::new() } else { text_format::parse(str::from_utf8(body).unwrap()) };
            (Served::Text, samples(families.into_values().flat_map(|family| family.samples)))
        }
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
        | "application/openmetrics-text; version=0.0.1; charset=utf-8" => {
            let families = openmetrics::parse(str::from_utf8(body).unwrap()).families;
            (Served::OpenMetrics, samples(families.into_values().flat_map(|family| family.samples)))
        }
        PROTOBUF => (Served::Protobuf, of_protobuf(body)),
        unheard => panic!("{unheard}"),
    }
}

pub(super) fn of_protobuf(body: &[u8]) -> Samples {
    let families = protobuf::parse(body).into_iter();
    let others = families.filter(|(name, _)| !name.starts_with("rum_exposition_requests"));
    others.flat_map(|(name, family)| protobuf::samples(&name, &family)).collect()
}

fn unzipped(body: &[u8]) -> Bytes {
    let mut plain = Vec::new();
    GzDecoder::new(body).read_to_end(&mut plain).unwrap();
    plain.into()
}

fn names(header: &[u8], word: &str) -> bool {
    header.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

const PROTOBUF: &str = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
