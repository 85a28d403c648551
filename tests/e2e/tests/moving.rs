//! What peers exposed, as `benches` prints it (`cargo run --bin moving`), beside what we expose to the same requests: a real Prometheus reads both, ours
//! through the configurations that the guide names.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::{Buckets, Builder, Monitor, Sizes};

use crate::support::http::Client;
use crate::support::process;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Exposition, Labels, Samples};
use crate::support::wait;

const GUIDE: &str = include_str!("../../../src/guide/moving.md");

struct Peer {
    name: &'static str,
    exposed: &'static str,
    like: fn(Builder) -> Builder,
    /// What its dashboards read, and whether the values are the same: of durations no two are.
    families: &'static [(&'static str, bool)],
}

const AXUM_PROMETHEUS: Peer = Peer {
    name: "axum-prometheus",
    exposed: include_str!("moving/axum-prometheus-0.10.1.txt"),
    like: |builder| builder.sizes(Sizes::Summary),
    families: &[
        ("axum_http_requests_total", true),
        ("axum_http_requests_duration_seconds_count", true),
        ("axum_http_requests_duration_seconds_sum", false),
        ("axum_http_requests_duration_seconds_bucket", false),
        ("axum_http_requests_pending", true),
        ("axum_http_response_body_size_sum", true),
        ("axum_http_response_body_size_count", true),
        ("axum_http_response_body_size", false),
    ],
};

const ACTIX_WEB_PROM: Peer = Peer {
    name: "actix-web-prom",
    exposed: include_str!("moving/actix-web-prom-0.10.0.txt"),
    like: |builder| builder.response_duration(true),
    families: &[
        ("api_http_requests_total", true),
        ("api_http_requests_duration_seconds_count", true),
        ("api_http_requests_duration_seconds_sum", false),
        ("api_http_requests_duration_seconds_bucket", false),
    ],
};

#[test]
fn axum_prometheus_names_are_kept_in_prometheus_2() {
    assert_names_are_kept(&AXUM_PROMETHEUS, &Version::two());
}

#[test]
fn axum_prometheus_names_are_kept_in_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_names_are_kept(&AXUM_PROMETHEUS, &three);
    }
}

#[test]
fn actix_web_prom_names_are_kept_in_prometheus_2() {
    assert_names_are_kept(&ACTIX_WEB_PROM, &Version::two());
}

#[test]
fn actix_web_prom_names_are_kept_in_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_names_are_kept(&ACTIX_WEB_PROM, &three);
    }
}

#[test]
fn the_guides_tables_name_what_both_expose() {
    for peer in [AXUM_PROMETHEUS, ACTIX_WEB_PROM] {
        let exposition = Application::like(&peer).exposition();
        let [theirs, ours] = [peer.exposed, &exposition.text].map(families);
        let rows = rows(&format!("| {} | here | labels of both |", peer.name));
        assert_eq!(rows.iter().map(|row| row[0]).collect::<BTreeSet<_>>(), theirs, "{}", peer.name);
        for [old, new, labels] in rows {
            assert!(ours.contains(new), "{new} in place of {old}");
            let labels: BTreeSet<&str> = labels.split("`, `").collect();
            for text in [(peer.exposed, old), (&exposition.text, new)] {
                assert_eq!(label_names(text.0, text.1), labels, "{}", text.1);
            }
        }
    }
}

#[test]
fn rules_give_the_old_names_what_dashboards_ask_of_them() {
    for peer in [AXUM_PROMETHEUS, ACTIX_WEB_PROM] {
        let (succeeded, said) =
            process::run(promtool().args(["test", "rules"]).arg(file(&format!("{}.test.yml", peer.name))), "");
        assert!(succeeded, "{said}");
        // Each name that the relabelling gives is a rule's as well.
        let rules = fs::read_to_string(file(&format!("{}.rules.yml", peer.name))).unwrap();
        let recorded: BTreeSet<_> = rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect();
        assert_eq!(recorded, peer.families.iter().map(|(family, _)| *family).collect());
    }
}

#[track_caller]
fn assert_names_are_kept(peer: &Peer, version: &Version) {
    let (application, theirs) = (Application::like(peer), Application::exposing(peer.exposed));
    let path = file(&format!("{}.yml", peer.name));
    let (succeeded, said) = process::run(promtool().args(["check", "config"]).arg(&path), "");
    assert!(succeeded, "{said}");
    let whole = fs::read_to_string(path).unwrap();
    let (for_three, _) = whole.split_once("      # Prometheus 2 alone").unwrap();
    let ours = if version.is_two() { &whole } else { for_three };
    let ours = ours.replace("\"app:3000\"", &format!("{:?}", application.address));
    assert!(ours.contains(&application.address));
    let jobs = format!("{ours}  - job_name: theirs\n    static_configs:\n      - targets: [{:?}]\n", theirs.address);
    let prometheus = Prometheus::configured(version, &jobs, &[]);
    wait::until("a scrape of both", || both_are_up(&prometheus).then_some(()));
    for (family, same_values) in peer.families {
        let [kept, old] = ["app", "theirs"].map(|job| {
            let found = prometheus.query(&format!("{family}{{job='{job}'}}"));
            let found = found.into_iter().filter(|(labels, _)| is_of_both(labels));
            found.map(|(labels, value)| (as_ours(labels), if *same_values { value } else { 0.0 })).collect::<Samples>()
        });
        // Of empty bodies they count no size.
        let with_bodies = |samples: Samples| {
            let with_bodies = |labels: &Labels| !family.contains("body_size") || old.contains_key(labels);
            samples.into_iter().filter(|(labels, _)| with_bodies(labels)).collect::<Samples>()
        };
        assert!(!old.is_empty(), "{family}");
        assert_eq!(with_bodies(kept), old, "{family}");
    }
}

fn promtool() -> Command {
    process::installed("promtool", "prometheus")
}

fn both_are_up(prometheus: &Prometheus) -> bool {
    ["app", "theirs"].iter().all(|job| !prometheus.query(&format!("up{{job='{job}'}} == 1")).is_empty())
}

/// Of the quantiles, ours are fewer.
fn is_of_both(labels: &Labels) -> bool {
    labels.get("quantile").is_none_or(|quantile| ["0.5", "0.9", "0.99"].contains(&quantile.as_str()))
}

/// What the guide says of paths and methods that are no labels here.
fn as_ours(mut labels: Labels) -> Labels {
    if labels.get("endpoint").is_some_and(|endpoint| endpoint == "/nowhere/1") {
        labels.insert("endpoint".to_owned(), "unmatched".to_owned());
    }
    if labels.get("method").is_none_or(|method| method == "PURGE") {
        labels.insert("method".to_owned(), "_OTHER".to_owned());
    }
    labels
}

/// An application on a port of its own.
struct Application {
    address: String,
    _runtime: Runtime,
}

impl Application {
    /// With the peer's settings, as the guide has them, and the requests that the peer has had.
    fn like(peer: &Peer) -> Self {
        let bounds = Buckets::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]).unwrap();
        let builder = Monitor::builder().registry(prometheus::Registry::new()).duration_buckets(bounds);
        let monitor = (peer.like)(builder).build().unwrap();
        let router = Router::new()
            .route("/users/{id}", get(async || "a user"))
            .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .merge(monitor.routes())
            .layer(monitor.layer());
        let application = Self::serving(router);
        let client = Client::of(&application.address);
        for path in ["/users/1", "/users/2", "/fails", "/nowhere/1"] {
            client.get(path);
        }
        client.post_empty("/users/1");
        client.method("PURGE", "/users/1");
        wait::until("every response to end", || {
            application.exposition().moved("http_requests_in_flight").is_empty().then_some(())
        });
        application
    }

    fn exposing(text: &'static str) -> Self {
        Self::serving(Router::new().route("/metrics", get(async move || ([("content-type", TEXT_FORMAT)], text))))
    }

    fn serving(router: Router) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { address, _runtime: runtime }
    }

    fn exposition(&self) -> Exposition {
        Exposition { text: Client::of(&self.address).get("/metrics").body }
    }
}

/// The rows below a heading of the guide, without their quotes.
fn rows(heading: &str) -> Vec<[&'static str; 3]> {
    let (_, after) = GUIDE.split_once(heading).unwrap_or_else(|| panic!("{heading}"));
    let rows: Vec<_> = after.lines().skip(2).map_while(|line| line.strip_prefix("| `")?.strip_suffix("` |")).collect();
    assert!(!rows.is_empty(), "{heading}");
    rows.iter().map(|row| row.splitn(3, "` | `").collect::<Vec<_>>().try_into().unwrap()).collect()
}

fn families(text: &str) -> BTreeSet<&str> {
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect()
}

/// Of all samples of a family, but for those of buckets and quantiles.
fn label_names<'a>(text: &'a str, family: &str) -> BTreeSet<&'a str> {
    let samples = text.lines().filter(|line| line.starts_with(family));
    let labels = samples.filter_map(|line| line.split_once('{')?.1.rsplit_once('}'));
    let names = labels.flat_map(|(labels, _)| labels.split("\",").filter_map(|pair| Some(pair.split_once("=\"")?.0)));
    names.filter(|name| !["le", "quantile"].contains(name)).collect()
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/deploy/prometheus/moving")).join(name)
}

const TEXT_FORMAT: &str = "text/plain; version=0.0.4";
