use std::cell::RefCell;
use std::collections::BTreeSet;

use http::{HeaderValue, Request};
use tower_rum::Monitor;
use tower_rum::exemplars::{Exemplars, TraceContext};

use crate::support::{openmetrics, text_format};

use super::scrapes::text;
use super::{ask, serve};

/// Fields of a request, one a line.
pub fn traceparent(input: &[u8]) {
    let fields: Vec<HeaderValue> =
        input.split(|&byte| byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()).collect();
    for field in &fields {
        let sampled = TraceContext::from_traceparent(field.as_bytes()).map(|context| context.is_sampled());
        assert_eq!(sampled, named(field.as_bytes()).map(|(_, _, sampled)| sampled), "{field:?}");
    }
    let mut request = Request::get("/");
    for field in &fields {
        request = request.header("traceparent", field);
    }
    thread_local! {
        static MONITOR: Monitor =
            Monitor::builder().registry(prometheus::Registry::new()).exemplars(Exemplars::traceparent()).build().unwrap();
        static SAMPLED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
    }
    let monitor = MONITOR.with(Monitor::clone);
    let head = serve(&monitor, request.body(()).unwrap());

    let traced = match &fields[..] {
        [field] => named(field.as_bytes()).filter(|&(_, _, sampled)| sampled),
        _ => None,
    };
    let told = head.get_all("server-timing").iter().find_map(|field| field.to_str().unwrap().strip_prefix("traceparent;desc="));
    assert_eq!(told, traced.map(|(trace, span, _)| format!("\"00-{trace}-{span}-01\"")).as_deref());
    text_format::parse(&text(&monitor)); // which takes no exemplars
    let request = Request::get("/metrics").header("accept", "application/openmetrics-text;version=1.0.0");
    let answer = ask(&monitor, request.body(<_>::default()).unwrap());
    let exemplars = openmetrics::parse(str::from_utf8(&answer.body).unwrap()).exemplars;
    SAMPLED.with_borrow_mut(|sampled| {
        sampled.extend(traced.map(|(trace, ..)| trace.to_owned()));
        // Each bucket names the trace that came first, and another when that is a second old.
        assert_eq!(exemplars.is_empty(), sampled.is_empty());
        for exemplar in exemplars {
            assert!(exemplar.name == "http_request_duration_seconds_bucket" && sampled.contains(&exemplar.labels["trace_id"]));
        }
    });
}

/// Trace, span and whether it is kept, by the grammar of W3C Trace Context: once more, by other means.
fn named(field: &[u8]) -> Option<(&str, &str, bool)> {
    let parts: Vec<&[u8]> = field.split(|&byte| byte == b'-').collect();
    let &[version, trace, span, flags, ref further @ ..] = &parts[..] else { return None };
    let is_hexadecimal = |part: &[u8]| part.iter().all(|byte| b"0123456789abcdef".contains(byte));
    let known = [version, trace, span, flags];
    let as_long = known.iter().zip([2, 32, 16, 2]).all(|(part, length)| part.len() == length && is_hexadecimal(part));
    let is_none = |id: &[u8]| id.iter().all(|&digit| digit == b'0');
    if !as_long || version == b"ff" || (version == b"00" && !further.is_empty()) || is_none(trace) || is_none(span) {
        return None;
    }
    let text = |part| str::from_utf8(part).ok();
    Some((text(trace)?, text(span)?, b"13579bdf".contains(&flags[1])))
}
