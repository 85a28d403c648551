//! One table of behaviours under every framework: the same traffic moves the same series, to the line.
//!
//! What a framework does of its own that changes a series stands in `exceptions`, with its reason.

mod answer;
mod app;
mod cases;
mod exceptions;
mod mounts;

use std::collections::BTreeMap;

use tokio::io::AsyncWriteExt;

use crate::support::client::{http1, read_to, send};
use crate::support::metrics::without_scrapes;
use crate::support::watch::{settled, until};

use answer::Answer;
use cases::{Case, Client, Request, get};
use mounts::Mounted;

#[tokio::test]
async fn identical_traffic_moves_identical_series_under_every_framework() {
    let mut seen: Vec<(&str, Vec<Answer>, Vec<String>)> = Vec::new();
    for mounted in mounts::all().await {
        let mut requests = 0.0;
        let mut answers = Vec::new();
        let cases = cases::all();
        for case in &cases {
            requests += f64::from(u8::from(case.counted.is_some()));
            answers.push(ask(&mounted, case, requests).await);
        }
        requests += keep_alive(&mounted).await;
        settled(&mounted.monitor, requests).await;
        let scraped = String::from_utf8(http1(mounted.server.address, &get("/metrics").text("close")).await).unwrap();
        assert_eq!(counts(&scraped, "http_requests_total"), expected(&cases), "{}", mounted.name);
        assert_eq!(counts(&scraped, "rum_rejected_total"), refused(&cases), "{}", mounted.name);
        assert_own_bounds(&scraped);
        seen.push((mounted.name, answers, comparable(&scraped)));
    }

    let (first, answers, lines) = &seen[0];
    assert!(lines.len() > 500, "the scrape is cut short");
    for (name, others, other_lines) in &seen[1..] {
        for ((case, answer), other) in cases::all().iter().zip(answers).zip(others) {
            assert_eq!(answer, other, "{}: {first}, then {name}", case.what);
        }
        for (line, other) in lines.iter().zip(other_lines) {
            assert_eq!(line, other, "{first}, then {name}");
        }
        assert_eq!(lines.len(), other_lines.len(), "{first}, then {name}");
    }
}

/// Sends a case's request, waits until it and all before it are counted, and gives what the client saw.
async fn ask(mounted: &Mounted, case: &Case, requests: f64) -> Answer {
    let response = exchange(mounted, &case.request, case.client).await;
    let metrics = settled(&mounted.monitor, requests).await;
    let total = metrics.total("http_requests_total");
    assert_eq!(total, requests, "{}: {} under {}\n{}", case.what, case.request.path, mounted.name, metrics.text);
    let answer = Answer::read(&response);
    let expected = case.answered.map(|status| status.to_string());
    assert_eq!(answer.status(), expected.as_deref(), "{} under {}", case.what, mounted.name);
    answer
}

async fn exchange(mounted: &Mounted, request: &Request, client: Client) -> Vec<u8> {
    if client == Client::Stays {
        return http1(mounted.server.address, &request.text("close")).await;
    }
    let mut connection = send(mounted.server.address, &request.text("keep-alive")).await;
    let seen = match client {
        Client::LeavesInTheBody => read_to(&mut connection, b"0123456789").await,
        _ => Vec::new(),
    };
    until(&mounted.monitor, "arrival", |metrics| metrics.total("http_requests_in_flight") == 1.0).await;
    connection.set_zero_linger().unwrap();
    drop(connection);
    seen
}

/// A few requests, one after another on one connection; how many.
async fn keep_alive(mounted: &Mounted) -> f64 {
    let mut connection = send(mounted.server.address, "").await;
    for path in KEPT {
        connection.write_all(get(path).text("keep-alive").as_bytes()).await.unwrap();
        read_to(&mut connection, b"\r\n\r\ntext").await;
    }
    connection.set_zero_linger().unwrap();
    KEPT.len() as f64
}

const KEPT: [&str; 4] = ["/users/1", "/users/2", "/api/items/3", "/users/4"];

/// The requests that the table, and the connection kept open, say there were.
fn expected(cases: &[Case]) -> BTreeMap<String, u64> {
    let mut expected = BTreeMap::new();
    let kept = KEPT.map(|path| ("GET", if path.starts_with("/api") { "/api/items/{id}" } else { "/users/{id}" }, 200));
    for (method, endpoint, status) in cases.iter().filter_map(|case| case.counted).chain(kept) {
        let series = format!(r#"http_requests_total{{method="{method}",endpoint="{endpoint}",status="{status}"}}"#);
        *expected.entry(series).or_default() += 1;
    }
    expected
}

/// The refusals that the table says there were.
fn refused(cases: &[Case]) -> BTreeMap<String, u64> {
    let mut refused = BTreeMap::new();
    for reason in cases.iter().filter_map(|case| case.refused) {
        *refused.entry(format!(r#"rum_rejected_total{{reason="{reason}"}}"#)).or_default() += 1;
    }
    refused
}

/// The one endpoint with bounds of its own has them, and no other has.
fn assert_own_bounds(scraped: &str) {
    let own = format!(r#"endpoint="{}""#, mounts::SIZED);
    for (family, bound) in [("http_response_size_bytes", "4.0"), ("http_request_duration_seconds", "1.234")] {
        let at_bound = format!(r#"le="{bound}""#);
        let mut of_bound = scraped.lines().filter(|line| line.starts_with(family) && line.contains(&at_bound)).peekable();
        assert!(of_bound.peek().is_some() && of_bound.all(|line| line.contains(&own)), "{family}");
    }
}

/// The series of a family that have moved.
fn counts(scraped: &str, family: &str) -> BTreeMap<String, u64> {
    let lines = scraped.lines().filter(|line| line.starts_with(family)).map(|line| line.rsplit_once(' ').unwrap());
    let all = lines.map(|(series, value)| (series.to_owned(), value.parse().unwrap()));
    all.filter(|&(_, value)| value > 0).collect()
}

/// The lines of a scrape that depend neither on how long things took nor on how often they were looked at.
fn comparable(scraped: &str) -> Vec<String> {
    let (_, body) = scraped.split_once("\r\n\r\n").unwrap();
    let takes_time = |line: &str| {
        let timed = line.starts_with("http_request_duration_seconds_") || line.starts_with("http_response_duration_seconds_");
        timed && (line.contains("_sum{") || line.contains("_bucket{") && !line.contains(r#"le="+Inf""#))
    };
    without_scrapes(body).lines().filter(|line| !takes_time(line)).map(str::to_owned).collect()
}
