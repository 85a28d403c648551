//! Where the dashboard is, who is given it, and what its requests count as.

use std::time::Duration;

use http::Request;
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_rum::{Builder, Monitor};

use crate::support::metrics::Metrics;
use crate::support::mount::Mount;
use crate::support::watch::by_path;

use super::{data, get};

type Setting = fn(Builder) -> Builder;

const PATHS: [&str; 4] = ["/dashboard", "/dashboard/data", "/dashboard/dashboard.js", "/dashboard/dashboard.css"];

#[tokio::test]
async fn the_dashboard_is_among_the_operators_routes_alone() {
    let monitor = Monitor::new();
    let with = [Mount::operators(&monitor), vec![Mount::tower(&monitor)]].concat();
    #[cfg_attr(not(any(feature = "axum", feature = "actix")), expect(unused_mut, reason = "no more to come"))]
    let mut without = vec![Mount::layered("public tower", &monitor.public_routes_layer())];
    #[cfg(feature = "axum")]
    without.extend([Mount::axum(&monitor), Mount::router("public axum", monitor.public_routes())]);
    #[cfg(feature = "actix")]
    without.push(Mount::actix(&monitor));
    for path in PATHS {
        for mount in &with {
            assert_eq!(get(mount, path).await.status, 200, "{}: {path}", mount.name);
        }
        for mount in &without {
            assert_eq!(get(mount, path).await.status, 404, "{}: {path}", mount.name);
        }
    }
    for near in ["/dashboard/", "/dashboard/data/", "/dashboard/index.html", "/dashboard/nope.js", "/dashboards", "/data"] {
        for mount in &with {
            assert_eq!(get(mount, near).await.status, 404, "{}: {near}", mount.name);
        }
    }
}

/// What requests to these paths count as where the application has them, and where we do.
async fn counted(monitor: &Monitor) -> f64 {
    let answer = service_fn(async |_: Request<Full<bytes::Bytes>>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Full::<bytes::Bytes>::default()))
    });
    let mut service = monitor.layer().layer(answer);
    for path in PATHS {
        let request = Request::get(path).body(Full::default()).unwrap();
        service.ready().await.unwrap().call(request).await.unwrap();
    }
    Metrics::of(monitor).await.total("http_requests_total")
}

#[tokio::test]
async fn an_application_that_does_not_ask_for_the_dashboard_has_these_paths_to_itself() {
    let monitor = by_path().build().unwrap();
    let _ = monitor.public_routes_layer();
    #[cfg(feature = "axum")]
    let _: axum::Router = monitor.routes();
    #[cfg(feature = "actix")]
    let _ = monitor.actix_routes();
    assert_eq!(counted(&monitor).await, 4.0);
}

#[tokio::test]
async fn where_the_dashboard_is_asked_for_it_goes_by_uncounted_unless_it_is_to_be() {
    let asked: [fn(&Monitor); 2] = [|monitor| drop(monitor.operator_routes_layer()), |monitor| drop(monitor.routes_layer())];
    for ask in asked {
        let monitor = by_path().build().unwrap();
        ask(&monitor);
        assert_eq!(counted(&monitor).await, 0.0);
        let monitor = by_path().count_own_routes(true).build().unwrap();
        ask(&monitor);
        assert_eq!(counted(&monitor).await, 4.0);
    }
    let monitor = by_path().dashboard_path("/ops").build().unwrap();
    drop(monitor.operator_routes_layer());
    assert_eq!(counted(&monitor).await, 4.0, "they are the application's");
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn in_axum_it_goes_by_uncounted_beside_the_applications_routes() {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    let app = axum::Router::new().route("/mine", axum::routing::get(async || "mine")).merge(monitor.operator_routes());
    let mount = Mount::router("app", app.layer(monitor.layer()));
    for path in PATHS.into_iter().chain(["/mine"]) {
        assert_eq!(get(&mount, path).await.status, 200);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.series("http_requests_total").count(), 1, "{}", metrics.text);
}

#[tokio::test]
async fn settings_that_cannot_work_are_errors_that_say_what_does() {
    let cases: [(Setting, &str); 14] = [
        (|builder| builder.dashboard_path("dashboard"), "starts with a slash"),
        (|builder| builder.dashboard_path("/"), "starts with a slash"),
        (|builder| builder.dashboard_path("/dashboard/"), "without a slash"),
        (|builder| builder.dashboard_path("/d\"><script>"), "letters, digits"),
        (|builder| builder.dashboard_path("/metrics"), "lies where the dashboard does"),
        (|builder| builder.beacon_path("/dashboard/data"), "lies where the dashboard does"),
        (|builder| builder.history_interval(Duration::ZERO), "100ms to 3600s"),
        (|builder| builder.history_interval(Duration::from_secs(3_601)), "100ms to 3600s"),
        (|builder| builder.history_length(Duration::from_secs(9)), "intervals of 10s"),
        (|builder| builder.history_length(Duration::from_secs(1_000_001)), "100000 intervals"),
        (|builder| builder.history_bytes(65_535), "at least 65536"),
        (|builder| builder.prometheus_url("prometheus:9090"), "http:// or https://"),
        (|builder| builder.prometheus_url("javascript:alert(1)"), "http:// or https://"),
        (|builder| builder.prometheus_url("https://user:secret@prometheus.example"), "no user"),
    ];
    for (set, says) in cases {
        let error = set(Monitor::builder()).build().unwrap_err().to_string();
        assert!(error.contains(says), "{error}: {says}");
    }
}

#[tokio::test]
async fn the_page_is_told_of_prometheus_and_of_names_that_are_not_the_default_ones() {
    let plain = data(&Mount::tower(&Monitor::new()), "").await;
    assert!(plain["prometheus"].is_null() && plain["names"] == serde_json::json!({}), "{plain}");
    let builder =
        Monitor::builder().namespace("shop").naming(tower_rum::Naming::OpenTelemetry).prometheus_url("https://p.example/prom/");
    let monitor = builder.endpoint(|head| Some(head.uri().path().into())).build().unwrap();
    crate::support::layered::request(&monitor, "GET", "/", "");
    let named = data(&Mount::tower(&monitor), "").await;
    assert_eq!(named["prometheus"], "https://p.example/prom");
    assert_eq!(named["names"]["http_requests_total"], "shop_http_requests_total");
    assert_eq!(named["names"]["http_request_duration_seconds"], "shop_http_server_request_duration_seconds");
    assert_eq!(named["names"]["synthetic_success"], "shop_synthetic_success");
    assert_eq!(named["label_names"]["endpoint"], "http_route");
    let series = named["series"].as_array().unwrap();
    let requests = series.iter().find(|series| series["family"] == "http_requests_total" && series["labels"]["status"] == "200");
    assert_eq!(
        requests.unwrap()["labels"],
        serde_json::json!({ "method": "GET", "endpoint": "/", "status": "200", "error_type": "" })
    );
}
