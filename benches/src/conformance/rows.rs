use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use bytes::Bytes;
use http_body::Frame;

use super::application::{CALL, Source, failed};
use super::subject::{Series, Subject, label, of};
use super::wire::{Exchange, whole};

/// One thing to be seen from outside.
pub struct Row {
    pub title: &'static str,
    pub look: fn(&Subject) -> String,
    /// What is to be seen of ours; elsewhere it is whatever was.
    pub ours: &'static str,
}

const fn row(title: &'static str, ours: &'static str, look: fn(&Subject) -> String) -> Row {
    Row { title, look, ours }
}

/// Those that stop a worker or touch a global come last.
pub const ROWS: [Row; 16] = [
    row("route of `GET /users/7`", "`/users/{id}`", |subject| {
        let (grown, _) = subject.growth(|| whole(subject.address, "GET", "/users/7"));
        labels(&of(&grown, subject.names.requests), subject.names.route)
    }),
    row("series after 100 paths that no route matches", "1", |subject| {
        series(subject, || {
            for number in 0..100 {
                whole(subject.address, "GET", &format!("/nowhere/{number}"));
            }
        })
    }),
    row("series after 20 methods that nobody knows", "1", |subject| {
        series(subject, || {
            for number in 0..20 {
                whole(subject.address, &format!("BREW{number}"), "/users/7");
            }
        })
    }),
    row("body bytes of `HEAD` where `GET` has 1 000", "0", |subject| size(subject, || drop(whole(subject.address, "HEAD", "/")))),
    row("body bytes of 3 × 10, streamed", "30 in 1 observation", |subject| {
        let bytes = size(subject, || {
            let (exchange, source) = open(subject);
            for _ in 0..3 {
                let _ = source.send(Frame::data(Bytes::from_static(b"0123456789")));
            }
            drop(source);
            exchange.rest();
        });
        if bytes == "30" { "30 in 1 observation".to_owned() } else { bytes }
    }),
    row("a stream's latency is observed", "at its head", |subject| {
        let before = of(&subject.series(), subject.names.latency);
        let (exchange, source) = open(subject);
        let observed = || of(&subject.series(), subject.names.latency) != before;
        let at_its_head = subject.eventually(observed);
        drop(source);
        exchange.rest();
        let at_its_end = subject.eventually(observed);
        if at_its_head {
            "at its head"
        } else if at_its_end {
            "at its end"
        } else {
            "not at all"
        }
        .to_owned()
    }),
    row("in flight while a stream is open; after", "1; 0", |subject| {
        let before = subject.series();
        let (exchange, source) = open(subject);
        let during = subject.in_flight_since(&before, 1.0);
        drop(source);
        exchange.rest();
        format!("{during}; {}", subject.in_flight_since(&before, 0.0))
    }),
    row("client leaves a stream: in flight after; told by", "0; `http_responses_incomplete_total`", |subject| {
        let more = || Frame::data(Bytes::from_static(b"more"));
        let whole = moved(subject, |exchange, source| {
            let _ = source.send(more());
            drop(source);
            exchange.rest();
        });
        let before = subject.series();
        let left = moved(subject, |exchange, source| {
            drop(exchange);
            // A server may notice only when it writes.
            let is_over = subject.eventually(|| source.send(more()).is_err());
            assert!(is_over, "{}: the body is still there", subject.name);
        });
        let told: Vec<String> = left.difference(&whole).map(|name| format!("`{name}`")).collect();
        let told = if told.is_empty() { "nothing".to_owned() } else { told.join(", ") };
        format!("{}; {told}", subject.in_flight_since(&before, 0.0))
    }),
    row("client leaves before the head: counted as; in flight after", "499; 0", |subject| {
        let before = subject.series();
        let (grown, ()) = subject.growth(|| {
            let exchange = Exchange::begin(subject.address, "GET", "/hangs", &[], "");
            subject.sources.recv().expect("a handler that has begun");
            drop(exchange);
        });
        format!("{}; {}", counted(subject, &grown), subject.in_flight_since(&before, 0.0))
    }),
    row("code 13 in gRPC's trailers: seen in", "`grpc_server_handled_total`", |subject| {
        if !subject.has_trailers {
            return "not run".to_owned();
        }
        let (grown, ()) = subject.growth(|| {
            let fields = ["content-type: application/grpc", "te: trailers"];
            let exchange = Exchange::begin(subject.address, "POST", CALL, &fields, "12345");
            let source = subject.sources.recv().expect("a stream");
            let _ = source.send(failed());
            drop(source);
            exchange.rest();
        });
        let told = grown.keys().find(|series| series.contains("\"Internal\"") || series.contains("\"13\""));
        told.map_or_else(|| "nothing".to_owned(), |series| format!("`{}`", series.split('{').next().unwrap_or_default()))
    }),
    row("size of request bodies, unasked", "no", |subject| {
        let (grown, _) = subject.growth(|| Exchange::begin(subject.address, "POST", "/echo", &[], "0123456789").rest());
        let told = grown.keys().any(|series| series.contains("request") && series.contains("size"));
        if told { "yes" } else { "no" }.to_owned()
    }),
    row("fields added to an HTML answer", "`server-timing`", |subject| {
        let answer = whole(subject.address, "GET", "/page").to_lowercase();
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        let ordinary = ["content-type", "content-length", "date", "connection"];
        let names = head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0));
        let added: Vec<String> = names.filter(|name| !ordinary.contains(name)).map(|name| format!("`{name}`")).collect();
        if added.is_empty() { "none".to_owned() } else { added.join(", ") }
    }),
    row("OpenMetrics, where a scraper asks for it", "yes", |subject| {
        let fields = ["accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"];
        let answer = Exchange::begin(subject.address, "GET", "/metrics", &fields, "").rest().to_lowercase();
        assert!(answer.starts_with("http/1.1 200"), "{answer}");
        if answer.contains("content-type: application/openmetrics-text") { "yes" } else { "no" }.to_owned()
    }),
    row("`promtool check metrics`", "nothing to say", |subject| promtool(&(subject.read)())),
    row("a handler panics: counted as; in flight after", "500; 0", |subject| {
        let before = subject.series();
        let (grown, _) = subject.growth(|| whole(subject.address, "GET", "/panics"));
        format!("{}; {}", counted(subject, &grown), subject.in_flight_since(&before, 0.0))
    }),
    row("a second one in the same process", "yes", |subject| if (subject.second)() { "yes" } else { "panics" }.to_owned()),
];

/// A stream whose head has arrived, and its source.
fn open(subject: &Subject) -> (Exchange, Source) {
    let mut exchange = Exchange::begin(subject.address, "GET", "/streams", &[], "");
    let source = subject.sources.recv().expect("a stream");
    exchange.until("\r\n\r\n");
    (exchange, source)
}

/// What a stream moves that ends in this way: series of requests, and the names of other families.
fn moved(subject: &Subject, end: impl FnOnce(Exchange, Source)) -> BTreeSet<String> {
    let (grown, ()) = subject.growth(|| {
        let (exchange, source) = open(subject);
        end(exchange, source);
    });
    let requests = of(&grown, subject.names.requests);
    let name = |series: &String| series.split('{').next().unwrap_or_default().to_owned();
    grown.keys().map(|series| if requests.contains_key(series) { series.clone() } else { name(series) }).collect()
}

/// How many series of requests moved.
fn series(subject: &Subject, act: impl FnOnce()) -> String {
    of(&subject.growth(act).0, subject.names.requests).len().to_string()
}

/// Bytes observed.
fn size(subject: &Subject, act: impl FnOnce()) -> String {
    let Some(family) = subject.names.response_size else {
        return "no such family".to_owned();
    };
    let (before, suffix) = (subject.series(), |suffix: &str| format!("{family}_{suffix}"));
    act();
    let total = |series: &Series, name: &str| of(series, name).values().sum::<f64>();
    let grown = |name: &str| total(&subject.series(), name) - total(&before, name);
    subject.eventually(|| grown(&suffix("count")) > 0.0);
    match (grown(&suffix("count")), grown(&suffix("sum"))) {
        (0.0, _) => "not observed".to_owned(),
        (1.0, sum) => sum.to_string(),
        (count, sum) => format!("{sum} in {count} observations"),
    }
}

fn counted(subject: &Subject, grown: &Series) -> String {
    let requests = of(grown, subject.names.requests);
    if requests.is_empty() { "not counted".to_owned() } else { labels(&requests, subject.names.status).replace('`', "") }
}

fn labels(series: &Series, name: &str) -> String {
    let values =
        series.keys().map(|series| label(series, name).map_or_else(|| "no label".to_owned(), |value| format!("`{value}`")));
    values.collect::<Vec<_>>().join(", ")
}

fn promtool(text: &str) -> String {
    let promtool = Command::new("promtool").args(["check", "metrics"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let Ok(mut promtool) = promtool else {
        return "not run".to_owned();
    };
    let mut input = promtool.stdin.take().expect("piped above");
    input.write_all(text.as_bytes()).expect("a promtool that reads");
    drop(input);
    let said = promtool.wait_with_output().expect("an end");
    match String::from_utf8_lossy(&said.stderr).lines().count() {
        0 if said.status.success() => "nothing to say".to_owned(),
        lines => format!("{lines} complaint{}", if lines == 1 { "" } else { "s" }),
    }
}
