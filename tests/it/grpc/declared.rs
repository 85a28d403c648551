//! What the host declares: which series are there from the start, and what is refused.

use tower_rum::{GrpcType, Monitor};

use super::{CHAT, COUNT, GATHER, HELLO, NOBODYS, UNDECLARED, declared, monitor};
use crate::support::metrics::Metrics;
use crate::support::text_format::parse;
use crate::support::watch::by_path;

#[tokio::test]
async fn every_label_set_stands_at_0_from_the_start() {
    let metrics = Metrics::of(&monitor()).await;
    let methods = [HELLO, GATHER, COUNT, CHAT, UNDECLARED, NOBODYS];
    for method in methods {
        assert_eq!(metrics.value(&format!("grpc_server_started_total{{{method}}}")), 0.0);
        assert_eq!(metrics.value(&format!("grpc_server_handling_seconds_count{{{method}}}")), 0.0);
        for code in ["OK", "Unavailable", "Unauthenticated"] {
            assert_eq!(metrics.value(&format!("grpc_server_handled_total{{{method},grpc_code=\"{code}\"}}")), 0.0);
        }
    }
    assert_eq!(metrics.series("grpc_server_started_total").count(), methods.len());
    assert_eq!(metrics.series("grpc_server_handled_total").count(), methods.len() * 17);
    assert_eq!(metrics.series("grpc_server_handling_seconds_count").count(), methods.len());
    let families = parse(&metrics.text);
    assert_eq!(families["grpc_server_handled_total"].kind, "counter");
    assert_eq!(families["grpc_server_handling_seconds"].kind, "histogram");
}

#[tokio::test]
async fn more_methods_than_other_families_have_room_for_are_all_counted() {
    let methods = (0..1_000).map(|number| (format!("Method{number}"), GrpcType::Unary));
    let monitor = by_path().grpc_service("test.Large", methods).build().unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.series("grpc_server_handled_total").count(), 1_002 * 17);
    assert!(!metrics.text.contains("overflow"));
}

#[tokio::test]
async fn the_namespace_stands_before_the_names() {
    let metrics = Metrics::of(&declared().namespace("shop").build().unwrap()).await;
    assert_eq!(metrics.value(&format!("shop_grpc_server_started_total{{{HELLO}}}")), 0.0);
}

#[tokio::test]
async fn a_service_declared_in_parts_is_one() {
    let hello = || [("Hello", GrpcType::Unary)];
    let monitor =
        by_path().grpc_service("a.B", hello()).grpc_service("a.B", [("Bye", GrpcType::Unary)]).grpc_service("a.B", hello());
    let metrics = Metrics::of(&monitor.build().unwrap()).await;
    assert_eq!(metrics.series("grpc_server_started_total").count(), 4);
}

#[test]
fn names_that_no_call_can_have_are_refused() {
    let long = "x".repeat(257);
    for service in ["", "a b", "a\n", "ü", "/a.B", "a.B/", "other", &long] {
        let error = Monitor::builder().grpc_service(service, [("Hello", GrpcType::Unary)]).build().unwrap_err();
        assert!(error.to_string().contains("gRPC service"), "{error}");
    }
    for method in ["", "a b", "ü", "a/b", "/a", "other", &long] {
        let error = Monitor::builder().grpc_service("a.B", [(method, GrpcType::Unary)]).build().unwrap_err();
        assert!(error.to_string().contains("gRPC method"), "{error}");
    }
}

#[test]
fn a_method_of_two_types_is_refused() {
    let methods = [("Hello", GrpcType::Unary), ("Hello", GrpcType::BidiStream)];
    let error = Monitor::builder().grpc_service("a.B", methods).build().unwrap_err();
    assert!(error.to_string().contains(r#""Hello" is declared with two types"#), "{error}");
}

#[test]
fn a_page_cannot_have_a_metric_under_a_name_of_grpc() {
    let counter = tower_rum::ClientCounter::new("grpc_server_handled_total", "Mine.");
    assert!(declared().client_counter(counter).build().is_err());
}
