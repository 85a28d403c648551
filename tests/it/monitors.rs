//! Two monitors in one process: nothing of one shows in the other, and nothing panics.

use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, Mount};

#[tokio::test]
async fn two_monitors_of_the_same_names_share_nothing() {
    let registry = Registry::new();
    let monitors: Vec<Monitor> = (0..2).map(|_| raw_paths().registry(registry.clone()).build().unwrap()).collect();
    for _ in 0..3 {
        request(&monitors[0], "GET", "/a", "first");
        Mount::tower(&monitors[0]).post("/log-interaction", FORM, "type=click").await;
    }
    request(&monitors[1], "GET", "/b", "second");
    let [first, second] = [Metrics::of(&monitors[0]).await, Metrics::of(&monitors[1]).await];
    assert_eq!((first.total("http_requests_total"), second.total("http_requests_total")), (3.0, 1.0));
    assert_eq!((first.total("rum_events_total"), second.total("rum_events_total")), (3.0, 0.0));
    assert!(!first.text.contains("\"/b\"") && !second.text.contains("\"/a\""));
}

#[tokio::test]
async fn two_monitors_on_the_default_registry_print_their_own_families_without_conflict() {
    for monitor in [Monitor::new(), Monitor::new()] {
        request(&monitor, "GET", "/", "");
        Metrics::of(&monitor).await;
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_requests_total"), 1.0);
        assert_eq!(metrics.value("rum_exposition_conflicts_total"), 0.0);
    }
}

#[tokio::test]
async fn a_clone_is_the_same_monitor() {
    let monitor = raw_paths().build().unwrap();
    request(&monitor.clone(), "GET", "/", "");
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn namespaces_keep_two_monitors_apart_in_one_registry() {
    let registry = Registry::new();
    for namespace in ["shop", "admin"] {
        let monitor = raw_paths().namespace(namespace).build().unwrap();
        registry.register(Box::new(monitor.collector())).unwrap();
        request(&monitor, "GET", "/", "");
    }
    let names: Vec<String> = registry.gather().iter().map(|family| family.name().to_owned()).collect();
    assert!(names.contains(&"shop_http_requests_total".to_owned()));
    assert!(names.contains(&"admin_http_requests_total".to_owned()));
}

#[test]
fn a_second_collector_of_the_same_names_is_an_error_value() {
    let registry = Registry::new();
    registry.register(Box::new(Monitor::new().collector())).unwrap();
    let outcome = registry.register(Box::new(Monitor::new().collector()));
    assert!(matches!(outcome, Err(prometheus::Error::AlreadyReg)), "{outcome:?}");
}

#[test]
fn a_monitor_dropped_while_its_requests_go_on_leaves_no_panic_and_no_trace() {
    let layer = raw_paths().build().unwrap().layer();
    let open = raw_paths().build().unwrap();
    let service = tower::Layer::layer(
        &layer,
        tower::service_fn(async |_: http::Request<()>| {
            Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Empty::<bytes::Bytes>::new()))
        }),
    );
    let future = tower::ServiceExt::oneshot(service, http::Request::new(()));
    drop(layer);
    futures_util::FutureExt::now_or_never(future).unwrap().unwrap();
    request(&open, "GET", "/", "");
}
