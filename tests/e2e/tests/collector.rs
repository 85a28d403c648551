//! The collector example: two ports, clients behind a proxy, its end, its example configurations, and what it says of bad ones. Browsers visit it in
//! `browser/collector.test.mjs`.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::support::collector::Collector;
use crate::support::config_file::Reader;
use crate::support::samples::{Samples, labels};
use crate::support::wait;

const EXAMPLE: &str = include_str!("../../../examples/collector/collector.toml");
const MANIFEST: &str = include_str!("../../../examples/collector/kubernetes.yaml");

#[test]
fn the_examples_config_and_the_manifests_are_served_on_two_ports() {
    for config in [EXAMPLE.to_owned(), manifests_config()] {
        let mut collector = Collector::start(&without_ports(&config));
        let [public, private] = [collector.public(), collector.private()];
        let answers = |of: &crate::support::http::Client, paths: [&str; 4]| paths.map(|path| of.get(path).status);
        let paths = ["/rum.js", "/healthz", "/metrics", "/dashboard"];
        assert_eq!(answers(&public, paths), [200, 200, 404, 404]);
        assert_eq!(answers(&private, paths), [404, 404, 200, 200]);

        let page_load = r#"{"load_time":1500,"endpoint":"/page/{id}"}"#;
        assert_eq!(public.post("/log-page-load", "application/json", page_load).status, 204);
        let interaction = r#"{"type":"click","name":"buy"}"#;
        assert_eq!(public.post("/log-interaction", "application/json", interaction).status, 204);
        assert_eq!(public.post("/log-interaction", "application/json", r#"{"type":"click","name":"sell"}"#).status, 422);
        assert_eq!(private.post("/log-interaction", "application/json", interaction).status, 404);
        let exposition = collector.exposition();
        let of = |pairs| Samples::from([(pairs, 1.0)]);
        assert_eq!(exposition.moved("page_load_time_seconds_count"), of(labels([("endpoint", "/page/{id}")])));
        assert_eq!(exposition.moved("user_interactions_total"), of(labels([("type", "click"), ("name", "buy")])));
        assert_eq!(exposition.moved("rum_rejected_total"), of(labels([("reason", "unknown_name")])));

        let tag = collector.tag();
        let path = tag.split(['"', '?']).find_map(|part| part.strip_prefix("http://")?.split_once('/')).unwrap().1;
        assert_eq!(public.get(&format!("/{path}")).body, public.get("/rum.js").body);
        assert!(tag.contains(r#" integrity="sha384-"#) && tag.contains(" crossorigin "), "{tag}");
    }
}

/// Its ports, probes and scrape annotations are read as text: what they name is what the configuration in it says.
#[test]
fn the_manifest_asks_for_what_the_collector_serves() {
    assert_eq!(ports(&manifests_config()), ["0.0.0.0:8080", "0.0.0.0:9464"]);
    for line in [
        "- { name: http, containerPort: 8080 }",
        "- { name: metrics, containerPort: 9464 }",
        "prometheus.io/port: \"9464\"",
        "prometheus.io/path: /metrics",
        "args: [/etc/collector/collector.toml]",
        "- { name: config, mountPath: /etc/collector, readOnly: true }",
        "- { name: http, port: 80, targetPort: http }",
    ] {
        assert_eq!(MANIFEST.lines().filter(|found| found.trim() == line).count(), 1, "{line}");
    }
    let probes = MANIFEST.lines().filter(|line| line.trim() == "httpGet: { path: /healthz, port: http }");
    assert_eq!(probes.count(), 3);
}

#[test]
fn one_client_behind_a_trusted_proxy_is_refused_by_its_own_rate_alone() {
    let collector = Collector::start("endpoints = [\"/\"]\ntrusted_proxies = [\"127.0.0.1\"]\nclient_beacons_per_second = 1\n");
    let beacon_of = |client: &str| sent(&collector, &format!("x-forwarded-for: {client}\r\n"));
    assert!((0..1_000).any(|_| beacon_of("203.0.113.7").starts_with("HTTP/1.1 429 ")));
    assert!(beacon_of("203.0.113.8").starts_with("HTTP/1.1 204 "));
}

#[test]
fn a_listed_origin_is_let_in_and_any_other_counted() {
    let collector = Collector::start("endpoints = [\"/\"]\norigins = [\"https://www.example.com\"]\n");
    let of_origin = |origin: &str| sent(&collector, &format!("origin: {origin}\r\nsec-fetch-site: cross-site\r\n"));
    let listed = of_origin("https://www.example.com");
    assert!(listed.starts_with("HTTP/1.1 204 "), "{listed}");
    assert!(listed.contains("access-control-allow-origin: https://www.example.com\r\n"), "{listed}");
    let other = of_origin("https://www.example.org");
    assert!(other.starts_with("HTTP/1.1 403 ") && !other.contains("access-control-allow-origin"), "{other}");
    let refused = collector.exposition().moved("rum_rejected_total");
    assert_eq!(refused, Samples::from([(labels([("reason", "origin")]), 1.0)]));
}

#[test]
fn it_ends_with_the_beacon_that_is_on_its_way() {
    let collector = Collector::start("endpoints = [\"/\"]\n");
    let (body, mut on_its_way) = (r#"{"type":"click"}"#, TcpStream::connect(collector.public_address()).unwrap());
    write!(on_its_way, "{}", head("expect: 100-continue\r\n", body.len())).unwrap();
    let mut goes_on = [0; GOES_ON.len()];
    on_its_way.read_exact(&mut goes_on).unwrap();
    assert_eq!(&goes_on, GOES_ON); // said once the body is waited for
    let address = collector.public_address().to_owned();
    let process = std::thread::spawn(move || collector.end());
    wait::until("no more to be taken", || TcpStream::connect(&address).is_err().then_some(()));
    on_its_way.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    on_its_way.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    let (status, said) = process.join().unwrap();
    assert!(status.success(), "{status}: {said}");
}

#[test]
fn what_cannot_work_is_an_error_with_its_line_that_says_what_can() {
    let reader = Reader::of("collector");
    let page = "endpoints = [\"/\"]\n";
    let counter = "[[counter]]\nname = \"votes_total\"\nhelp = \"Votes.\"\n";
    let histogram = |line: &str| format!("{page}[[histogram]]\nname = \"search_seconds\"\nhelp = \"Search.\"\n{line}\n");
    for (config, said) in [
        (String::new(), "1: there is no page to name: add endpoints = "),
        (format!("\nlisten = 8080\n{page}"), "2: invalid type: integer `8080`, expected a string"),
        (format!("listen = \"8080\"\n{page}"), "1: `listen` takes an address and a port, such as 127.0.0.1:8080, not \"8080\""),
        (
            format!("{page}operator_listen = \"localhost\"\n"),
            "2: `operator_listen` takes an address and a port, such as 127.0.0.1:9464, not \"localhost\"",
        ),
        (format!("{page}[[counter]\n"), "2: "),
        (format!("{page}origin = \"https://a.example\"\n"), "2: unknown field `origin`, expected one of `listen`"),
        (
            format!("{page}origins = [\n  \"https://a.example\",\n  \"https://a.example/\",\n]\n"),
            "4: an origin is scheme and host as browsers write them",
        ),
        (format!("{page}origins = [\"*\"]\n"), "2: an origin is scheme and host as browsers write them"),
        ("endpoints = [\"/\",\n\"\"]\n".to_owned(), "2: an endpoint takes 1 to 256 bytes without control characters"),
        ("endpoints = [\"unmatched\"]\n".to_owned(), "1: an endpoint is not overflow or unmatched"),
        (format!("{page}trusted_proxies = [\"10.0.0.0/33\"]\n"), "2: a trusted proxy is an address or a network of addresses"),
        (format!("{page}beacons_per_second = 0\n"), "2: a rate of 0 beacons a second would refuse every one"),
        (format!("{page}client_beacons_per_second = 0\n"), "2: a rate of 0 beacons a second would refuse every one"),
        (format!("{page}beacons_per_second = -1\n"), "2: invalid value: integer `-1`, expected u32"),
        (format!("{page}interaction_names = [\"to buy\"]\n"), "2: a name takes 1 to 64 printable ASCII bytes, not \"to buy\""),
        (format!("{page}goals = [\"overflow\"]\n"), "2: a name is not overflow or unmatched"),
        (format!("{page}journeys = [\"\"]\n"), "2: a name takes 1 to 64 printable ASCII bytes"),
        (format!("{page}[third_parties]\npayments = [\"pay.example\"]\n"), "3: an origin is scheme and host"),
        (format!("{page}{}", counter.replace("_total", "")), "3: a counter's name ends in _total, unlike \"votes\""),
        (format!("{page}{counter}labels = {{ le = [\"a\"] }}\n"), "3: client metric \"votes_total\" takes labels of letters"),
        (format!("{page}{counter}{counter}"), "6: two declared metrics bear the name \"votes_total\""),
        (format!("{page}[[counter]]\nname = \"votes_total\"\n"), "2: missing field `help`"),
        (histogram("buckets = [1, 0.5]"), "5: buckets take 1 to 160 ascending numbers from 1e-9 to 1e9, not [1.0, 0.5]"),
        (histogram("most = 0"), "3: the most that search_seconds takes is above 0"),
        (histogram("unit = \"ms\""), "5: unknown field `unit`, expected one of `name`"),
    ] {
        reader.assert_refuses(&config, said);
    }
    reader.assert_refuses_other_arguments();
    for (setting, other) in [("listen", "operator_listen"), ("operator_listen", "listen")] {
        let config = |taken| format!("{setting} = \"{taken}\"\n{other} = \"127.0.0.1:0\"\n{page}");
        reader.assert_refuses_a_taken_address(setting, config);
    }
}

/// The answer to an interaction with further fields in its head.
fn sent(collector: &Collector, fields: &str) -> String {
    let (body, mut stream) = (r#"{"type":"click"}"#, TcpStream::connect(collector.public_address()).unwrap());
    write!(stream, "{}{body}", head(fields, body.len())).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn head(fields: &str, length: usize) -> String {
    format!(
        "POST /log-interaction HTTP/1.1\r\nhost: collector.example\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{fields}\r\n"
    )
}

/// What the manifest's `ConfigMap` holds.
fn manifests_config() -> String {
    let (_, after) = MANIFEST.split_once("  collector.toml: |\n").unwrap();
    let lines = after.lines().map_while(|line| line.strip_prefix("    "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

fn without_ports(config: &str) -> String {
    let others = config.lines().filter(|line| !line.starts_with("listen = ") && !line.starts_with("operator_listen = "));
    let others: String = others.flat_map(|line| [line, "\n"]).collect();
    assert_eq!(others.lines().count() + 2, config.lines().count());
    others
}

/// What it listens on.
fn ports(config: &str) -> Vec<&str> {
    let values = config.lines().filter(|line| line.contains("listen = "));
    values.map(|line| line.split('"').nth(1).unwrap()).collect()
}

const GOES_ON: &[u8; 25] = b"HTTP/1.1 100 Continue\r\n\r\n";
