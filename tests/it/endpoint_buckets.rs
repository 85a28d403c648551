//! Bounds of single endpoints and of targets, seen where a scrape shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::{Registry, TextEncoder};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Buckets, Builder, GrpcType, Monitor};

use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;
use crate::support::mount::{JSON, Mount};
use crate::support::random::Random;
use crate::support::text_format::{self, Sample};

#[tokio::test]
async fn an_endpoint_has_its_own_bounds_and_all_others_those_of_all() {
    let monitor = raw_paths()
        .response_duration(true)
        .duration_buckets(buckets(&[0.1, 1.0]))
        .endpoint_duration_buckets("/export", buckets(&[1.0, 30.0, 60.0]))
        .size_buckets(buckets(&[10.0]))
        .endpoint_size_buckets("/thumb", buckets(&[2.0, 4.0]))
        .build()
        .unwrap();
    for path in ["/export", "/thumb", "/other"] {
        for (method, body) in [("GET", "abc"), ("POST", "")] {
            request(&monitor, method, path, body);
        }
    }
    let shown = shown(&monitor).await;
    for family in ["http_request_duration_seconds", "http_response_duration_seconds"] {
        assert_eq!(bounds(&shown, family, "/export"), ["1.0", "30.0", "60.0", "+Inf"]);
        assert_eq!(bounds(&shown, family, "/thumb"), ["0.1", "1.0", "+Inf"]);
        assert_eq!(bounds(&shown, family, "/other"), ["0.1", "1.0", "+Inf"]);
    }
    assert_eq!(bounds(&shown, "http_response_size_bytes", "/export"), ["10.0", "+Inf"]);
    assert_eq!(bounds(&shown, "http_response_size_bytes", "/thumb"), ["2.0", "4.0", "+Inf"]);
    let size = |le: &str| {
        let of = |sample: &&Sample| {
            sample.labels["endpoint"] == "/thumb"
                && sample.labels["method"] == "GET"
                && sample.labels.get("le").is_some_and(|of| of == le)
        };
        shown["http_response_size_bytes"].iter().find(of).unwrap().value
    };
    assert_eq!([size("2.0"), size("4.0"), size("+Inf")], [0.0, 1.0, 1.0]);
}

#[tokio::test]
async fn an_alias_has_the_bounds_given_for_its_name() {
    let builder = raw_paths().alias("/v1/export", "/export").alias_if("exports", |head| head.uri().query().is_some());
    let monitor = builder
        .duration_buckets(buckets(&[0.1]))
        .endpoint_duration_buckets("/export", buckets(&[60.0]))
        .endpoint_duration_buckets("exports", buckets(&[90.0]))
        .build()
        .unwrap();
    for path in ["/v1/export", "/else?now"] {
        request(&monitor, "GET", path, "");
    }
    let shown = shown(&monitor).await;
    assert_eq!(bounds(&shown, "http_request_duration_seconds", "/export"), ["60.0", "+Inf"]);
    assert_eq!(bounds(&shown, "http_request_duration_seconds", "exports"), ["90.0", "+Inf"]);
}

#[tokio::test]
async fn what_is_unmatched_or_past_the_cap_has_the_bounds_of_all() {
    const STATUSES: u16 = 40;
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoint(|head| Some(head.uri().path().to_owned().into()).filter(|path| path != "/none"))
        .http_series(16)
        .duration_buckets(buckets(&[0.1, 1.0]))
        .endpoint_duration_buckets("/export", buckets(&[1e-9, 2e-9, 3e-9, 4e-9]))
        .build()
        .unwrap();
    request(&monitor, "GET", "/none", "");
    for status in 200..200 + STATUSES {
        let response = Response::builder().status(status).body(Full::default()).unwrap();
        respond(&monitor, Request::get("/export").body(()).unwrap(), response);
    }
    let shown = shown(&monitor).await;
    let family = "http_request_duration_seconds";
    assert_eq!(bounds(&shown, family, "/export"), ["1e-09", "2e-09", "3e-09", "4e-09", "+Inf"]);
    for of_all in ["unmatched", "overflow"] {
        assert_eq!(bounds(&shown, family, of_all), ["0.1", "1.0", "+Inf"], "{of_all}");
    }
    let overflow =
        |sample: &&Sample| sample.labels["endpoint"] == "overflow" && sample.labels.get("le") == Some(&"0.1".to_owned());
    let fast = shown[family].iter().filter(overflow).map(|sample| sample.value).sum::<f64>();
    assert_eq!(fast, f64::from(STATUSES) - 15.0, "counted by the bounds that are shown");
}

#[tokio::test]
async fn a_target_is_a_bound_everywhere_and_that_of_an_endpoint_there() {
    let monitor = raw_paths()
        .duration_buckets(buckets(&[0.1, 1.0]))
        .endpoint_duration_buckets("/export", buckets(&[30.0]))
        .slo(Duration::from_millis(300))
        .slo(Duration::from_secs(1))
        .endpoint_slo("/checkout", Duration::from_millis(1_500))
        .endpoint_slo("/checkout", Duration::from_millis(1_500))
        .endpoint_slo("/export", Duration::from_secs(20))
        .grpc_service("test.Greeter", [("Hello", GrpcType::Unary)])
        .build()
        .unwrap();
    for path in ["/export", "/checkout", "/other"] {
        request(&monitor, "GET", path, "");
    }
    let shown = shown(&monitor).await;
    let family = "http_request_duration_seconds";
    assert_eq!(bounds(&shown, family, "/export"), ["0.3", "1.0", "20.0", "30.0", "+Inf"]);
    assert_eq!(bounds(&shown, family, "/checkout"), ["0.1", "0.3", "1.0", "1.5", "+Inf"]);
    assert_eq!(bounds(&shown, family, "/other"), ["0.1", "0.3", "1.0", "+Inf"]);
    let grpc = shown["grpc_server_handling_seconds"].iter().filter_map(|sample| sample.labels.get("le"));
    assert_eq!(grpc.take(4).collect::<Vec<_>>(), ["0.1", "0.3", "1.0", "+Inf"]);
}

#[tokio::test]
async fn the_share_within_a_target_is_exact_whatever_is_taken() {
    let monitor = raw_paths().slo(Duration::from_millis(40)).build().unwrap();
    for milliseconds in [0, 0, 0, 41, 60] {
        let service = service_fn(async |_: Request<()>| {
            std::thread::sleep(Duration::from_millis(milliseconds));
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let request = Request::get(format!("/{milliseconds}")).body(()).unwrap();
        drop(monitor.layer().layer(service).oneshot(request).await);
    }
    let metrics = Metrics::of(&monitor).await;
    let within = metrics.series("http_request_duration_seconds_bucket").filter(|(series, _)| series.contains(r#"le="0.04""#));
    let slow = |(series, _): &(&str, f64)| series.contains("\"/41\"") || series.contains("\"/60\"");
    assert_eq!(within.filter(slow).map(|(_, count)| count).collect::<Vec<_>>(), [0.0, 0.0]);
    assert_eq!(metrics.total("http_request_duration_seconds_count"), 5.0);
}

#[tokio::test]
async fn histograms_of_random_bounds_stand_side_by_side_in_text_and_collector() {
    let mut random = Random::seeded(17);
    for round in 0..20 {
        let endpoints: Vec<String> = (0..=random.below(12)).map(|number| format!("/{number}")).collect();
        let mut own = BTreeMap::new();
        let mut builder = raw_paths().duration_buckets(buckets(&[0.5])).size_buckets(buckets(&[0.5]));
        for endpoint in &endpoints {
            let mut set: BTreeSet<usize> = (0..=random.below(40)).map(|_| 1 + random.below(2_000)).collect();
            set.insert(2_001);
            let sizes: Vec<f64> = set.into_iter().map(|bound| bound as f64).collect();
            builder = builder.endpoint_size_buckets(endpoint, buckets(&sizes));
            own.insert(endpoint.clone(), sizes);
        }
        let monitor = builder.build().unwrap();
        let mut sent: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for _ in 0..200 {
            let (endpoint, size) = (random.pick(&endpoints), random.below(3_000));
            request(&monitor, "GET", endpoint, vec![b'x'; size]);
            sent.entry(endpoint).or_default().push(size);
        }
        let registry = Registry::new();
        registry.register(Box::new(monitor.collector())).unwrap();
        let gathered = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
        for (of, text) in [("text", Metrics::of(&monitor).await.text), ("collector", gathered)] {
            let samples = &text_format::parse(&text)["http_response_size_bytes"].samples;
            for (endpoint, sizes) in &sent {
                let of_endpoint = samples.iter().filter(|sample| sample.labels["endpoint"] == **endpoint);
                let mut buckets = BTreeMap::new();
                let mut count = 0.0;
                for sample in of_endpoint {
                    match sample.labels.get("le") {
                        Some(le) => drop(buckets.insert(ordered(le.parse().unwrap()), sample.value)),
                        None if sample.name.ends_with("_count") => count = sample.value,
                        None => {}
                    }
                }
                let within = |bound: f64| sizes.iter().filter(|&&size| size as f64 <= bound).count() as f64;
                let bounds = own[*endpoint].iter().copied().chain([f64::INFINITY]);
                let expected: BTreeMap<u64, f64> = bounds.map(|bound| (ordered(bound), within(bound))).collect();
                assert_eq!(buckets, expected, "{of}, round {round}, {endpoint}");
                assert_eq!(count, sizes.len() as f64, "{of}, round {round}, {endpoint}");
            }
        }
    }
}

#[test]
fn bounds_and_targets_that_cannot_work_are_refused_with_what_is_wrong() {
    let own = |name: &str| Monitor::builder().endpoint_duration_buckets(name, buckets(&[1.0]));
    let many = || buckets(&(1..=160).map(f64::from).collect::<Vec<_>>());
    let cases: Vec<(Builder, &str)> = vec![
        (own(""), r#"unlike """#),
        (own("a\nb"), r#"unlike "a\nb""#),
        (own(&"t".repeat(257)), "takes 1 to 256 bytes"),
        (own("unmatched"), r#"unlike "unmatched""#),
        (own("overflow"), r#"unlike "overflow""#),
        (own("/a").endpoint_duration_buckets("/a", buckets(&[2.0])), r#"the endpoint "/a" is given two sets of bounds"#),
        (
            own("/a").endpoint_size_buckets("/a", buckets(&[1.0])).endpoint_size_buckets("/a", buckets(&[2.0])),
            r#"the endpoint "/a" is given two sets of bounds"#,
        ),
        (own("/a").ignore(["/a"]), r#"bounds are given for "/a", whose requests are not counted"#),
        (own("/v1/a").alias("/v1/*", "/a"), r#"bounds are given for "/v1/a", whose requests count as "/a""#),
        (Monitor::builder().slo(Duration::ZERO), "a target takes 1 ns to 1e9 s, not 0ns"),
        (Monitor::builder().slo(Duration::from_secs(1_000_000_001)), "a target takes"),
        (Monitor::builder().endpoint_slo("/a", Duration::MAX), "a target takes"),
        (Monitor::builder().endpoint_slo("", Duration::from_secs(1)), "an endpoint with bounds of its own"),
        (
            Monitor::builder().duration_buckets(many()).slo(Duration::from_millis(1_500)),
            "with the targets of all endpoints, buckets take 1 to 160",
        ),
        (
            Monitor::builder().endpoint_duration_buckets("/a", many()).endpoint_slo("/a", Duration::from_millis(1)),
            r#"with the targets of the endpoint "/a", buckets take 1 to 160"#,
        ),
        (
            (0..1_001)
                .fold(Monitor::builder(), |builder, number| builder.endpoint_slo(format!("/{number}"), Duration::from_secs(1))),
            "at most 1000 endpoints with bounds of their own, not 1001",
        ),
        (
            (0..15).fold(Monitor::builder().http_series(16), |builder, number| {
                builder.endpoint_slo(format!("/{number}"), Duration::from_secs(1))
            }),
            "of 15 endpoints and aliases, a cap of 16 HTTP series has room for 14",
        ),
    ];
    for (builder, wrong) in cases {
        let error = builder.build().expect_err(wrong).to_string();
        assert!(error.contains(wrong), "{error}");
    }
}

#[test]
fn the_same_said_twice_and_a_name_that_rules_touch_as_well_are_fine() {
    let own = |builder: Builder, name: &str| builder.endpoint_duration_buckets(name, buckets(&[1.0]));
    let twice = own(own(Monitor::builder(), "/a"), "/a").slo(Duration::from_secs(1)).slo(Duration::from_secs(1));
    assert!(twice.duration_buckets(buckets(&(1..=160).map(f64::from).collect::<Vec<_>>())).build().is_ok());
    // Requests of /old count as /a, whatever becomes of those of /a.
    assert!(own(Monitor::builder().alias("/old", "/a").alias("/a", "/b"), "/a").build().is_ok());
    assert!(own(Monitor::builder().alias("/old", "/a").ignore(["/a"]), "/a").build().is_ok());
}

#[tokio::test]
async fn browsers_may_name_an_endpoint_that_has_bounds_of_its_own() {
    let monitor = Monitor::builder().registry(Registry::new()).endpoint_slo("/checkout", Duration::from_secs(1)).build().unwrap();
    Mount::tower(&monitor).post("/log-page-load", JSON, r#"{"load_time":7,"endpoint":"/checkout"}"#).await;
    assert_eq!(Metrics::of(&monitor).await.value(r#"page_load_time_seconds_count{endpoint="/checkout"}"#), 1.0);
}

type Shown = BTreeMap<String, Vec<Sample>>;

/// What a scrape shows, once each histogram's last bucket is its count.
async fn shown(monitor: &Monitor) -> Shown {
    let families = text_format::parse(&Metrics::of(monitor).await.text);
    let shown: Shown = families.into_iter().map(|(name, family)| (name, family.samples)).collect();
    for samples in shown.values() {
        for count in samples.iter().filter(|sample| sample.name.ends_with("_count")) {
            let mut labels = count.labels.clone();
            labels.insert("le".to_owned(), "+Inf".to_owned());
            assert_eq!(samples.iter().find(|sample| sample.labels == labels).map(|last| last.value), Some(count.value));
        }
    }
    shown
}

/// Each `le` of an endpoint's first series.
fn bounds(shown: &Shown, family: &str, endpoint: &str) -> Vec<String> {
    let of_endpoint = shown[family].iter().filter(|sample| sample.labels["endpoint"] == endpoint);
    let mut bounds: Vec<String> = of_endpoint.filter_map(|sample| sample.labels.get("le").cloned()).collect();
    let first = bounds.iter().position(|bound| bound == "+Inf").unwrap_or_else(|| panic!("no {endpoint} in {family}"));
    assert!(bounds.chunks(first + 1).all(|series| series == &bounds[..=first]), "{bounds:?}");
    bounds.truncate(first + 1);
    bounds
}

/// A bound as a key.
fn ordered(bound: f64) -> u64 {
    bound.to_bits()
}

fn buckets(bounds: &[f64]) -> Buckets {
    Buckets::new(bounds).unwrap()
}
