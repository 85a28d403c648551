//! Constant labels stand on every series of ours, and take nothing from how series are found.

use prometheus::Registry;
use tower_rum::{ClientCounter, GrpcType, Monitor, Naming};

use crate::support::layered::request;
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};
use crate::support::text_format::parse;

#[tokio::test]
async fn every_series_of_every_family_has_them() {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .const_label("region", "eu \"west\"")
        .const_label("shop", "books")
        .client_counter(ClientCounter::new("cart_additions_total", "Items put into the cart.").label("plan", ["free", "pro"]))
        .build()
        .unwrap();
    let mount = Mount::tower(&monitor);
    for _ in 0..3 {
        request(&monitor, "GET", "/", "hello");
        assert_eq!(mount.post("/log-interaction", FORM, "type=click").await.status, 204);
    }
    let metrics = Metrics::of(&monitor).await;
    let families = parse(&metrics.text);
    for (name, family) in &families {
        for sample in &family.samples {
            let value = |label: &str| sample.labels.get(label).map(String::as_str);
            assert_eq!((value("region"), value("shop")), (Some("eu \"west\""), Some("books")), "{name}");
        }
    }
    let constant = r#"region="eu \"west\"",shop="books""#;
    assert_eq!(metrics.value(&format!(r#"user_interactions_total{{{constant},type="click",name=""}}"#)), 3.0);
    assert_eq!(metrics.value(&format!("user_sessions_total{{{constant}}}")), 0.0);
    let requests = format!(r#"http_requests_total{{{constant},method="GET",endpoint="unmatched",status="200"}}"#);
    assert_eq!(metrics.value(&requests), 3.0);
}

#[test]
fn a_collector_has_them_too() {
    let monitor = Monitor::builder().const_label("region", "eu").build().unwrap();
    request(&monitor, "GET", "/", "hello");
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    for family in registry.gather() {
        for metric in family.get_metric() {
            let region = metric.get_label().iter().find(|label| label.name() == "region");
            assert_eq!(region.map(prometheus::proto::LabelPair::value), Some("eu"), "{}", family.name());
        }
    }
}

#[test]
fn names_and_values_that_cannot_work_are_refused() {
    let refused = [
        ("", "x"),
        ("1st", "x"),
        ("a-b", "x"),
        ("__name", "x"),
        ("le", "x"),
        ("quantile", "x"),
        ("method", "x"),
        ("endpoint", "x"),
        ("reason", "x"),
        ("kind", "x"),
        ("region", ""),
        ("region", "a\nb"),
        ("plan", "a client metric has this label"),
    ];
    let counter = || ClientCounter::new("cart_additions_total", "Items put into the cart.").label("plan", ["free"]);
    for (name, value) in refused {
        let error = Monitor::builder().client_counter(counter()).const_label(name, value).build();
        assert!(error.is_err(), "{name:?} {value:?}");
    }
    let twice = Monitor::builder().const_label("region", "eu").const_label("region", "us").build();
    assert_eq!(twice.unwrap_err().to_string(), r#"two labels bear the name "region""#);
    let many = (0..9).fold(Monitor::builder(), |builder, number| builder.const_label(format!("l{number}"), "x"));
    assert!(many.build().is_err());
}

#[test]
fn no_family_has_a_label_that_a_host_may_take() {
    for naming in [Naming::Default, Naming::OpenTelemetry] {
        let builder = || Monitor::builder().naming(naming).grpc_service("test.Greeter", [("Hello", GrpcType::Unary)]);
        let collector = builder().response_duration(true).build().unwrap().collector();
        let descriptions = prometheus::core::Collector::desc(&collector).into_iter();
        let labels: Vec<&String> = descriptions.flat_map(|description| &description.variable_labels).collect();
        assert!(labels.len() > 20);
        for label in labels {
            assert!(builder().const_label(label, "x").build().is_err(), "{label}");
            assert!(builder().label(label, ["x"], |_| None).build().is_err(), "{label}");
        }
    }
    let theirs = || Monitor::builder().const_label("http_route", "x").const_label("url_scheme", "https");
    assert!(theirs().build().is_ok() && theirs().naming(Naming::OpenTelemetry).build().is_err());
}
