//! Our routes as axum routers: all on one, or split between the public and whoever operates the service.

use axum::Router;
use axum::routing::get;
use http::Request;
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::metrics::Metrics;
use crate::support::mount::{Mount, whole};

const INGEST: [&str; 3] = ["/log-page-load", "/log-interaction", "/log-user-error"];

#[tokio::test]
async fn public_routes_are_the_ingest_and_operator_routes_the_metrics() {
    let monitor = monitor();
    let all = Mount::router("routes", monitor.routes());
    let public = Mount::router("public", monitor.public_routes());
    let operator = Mount::router("operator", monitor.operator_routes());
    let status = async |mount: &Mount, uri: &str| mount.ask(Request::get(uri).body(whole("")).unwrap()).await.status;
    for path in INGEST {
        let statuses = [status(&all, path).await, status(&public, path).await, status(&operator, path).await];
        assert_eq!(statuses, [405, 405, 404], "{path}");
    }
    for (path, expected) in [("/metrics", [200, 404, 200]), ("/healthz", [200, 200, 404])] {
        let statuses = [status(&all, path).await, status(&public, path).await, status(&operator, path).await];
        assert_eq!(statuses, expected, "{path}");
    }
}

#[test]
#[should_panic(expected = "/healthz")]
fn a_path_that_the_application_has_itself_is_a_panic_that_names_it() {
    let _: Router = Router::new().route("/healthz", get(async || "my own")).merge(monitor().routes());
}

#[tokio::test]
async fn a_healthz_of_the_applications_own_stays_where_ours_is_put_elsewhere() {
    let monitor = Monitor::builder().registry(Registry::new()).uptime_path("/ready").build().unwrap();
    let own: Router = Router::new().route("/healthz", get(async || "my own")).merge(monitor.routes());
    let mount = Mount::router("own", own);
    let text = async |path: &str| mount.ask(Request::get(path).body(whole("")).unwrap()).await.text;
    assert_eq!(text("/healthz").await, "my own");
    assert!(text("/ready").await.contains("uptime_ready 1"));
}

#[tokio::test]
async fn the_two_halves_merge_and_leave_a_metrics_path_of_the_hosts_own_alone() {
    let monitor = monitor();
    let _: Router = monitor.public_routes().merge(monitor.operator_routes());
    let own: Router = Router::new().route("/metrics", get(async || "my own")).merge(monitor.public_routes());
    let answer = Mount::router("own", own).ask(Request::get("/metrics").body(whole("")).unwrap()).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "my own"));
}

#[tokio::test]
async fn routes_merge_into_a_router_with_state() {
    let monitor = monitor();
    let app = Router::new().route("/", get(async |_: axum::extract::State<u8>| "state")).merge(monitor.routes());
    let mount = Mount::router("state", app.with_state(7));
    assert_eq!(mount.ask(Request::get("/metrics").body(whole("")).unwrap()).await.status, 200);
}

#[tokio::test]
async fn own_routes_are_counted_only_when_asked_for_and_by_exact_template() {
    for (counted, expected) in [(false, 1.0), (true, 1.0 + 1.0 + 3.0)] {
        let monitor = Monitor::builder().registry(Registry::new()).count_own_routes(counted).build().unwrap();
        let app: Router =
            Router::new().route("/metrics-foo", get(async || "not ours")).merge(monitor.routes()).layer(monitor.layer());
        let mount = Mount::router("app", app);
        for path in INGEST.into_iter().chain(["/metrics", "/metrics-foo"]) {
            mount.ask(Request::get(path).body(whole("")).unwrap()).await;
        }
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_requests_total"), expected, "counted: {counted}");
        let foo = r#"http_requests_total{method="GET",endpoint="/metrics-foo",status="200"}"#;
        assert_eq!(metrics.value(foo), 1.0);
    }
}

#[tokio::test]
async fn a_browser_may_name_the_templates_that_this_server_has_served() {
    let monitor = monitor();
    let app: Router = Router::new().route("/users/{id}", get(async || "user")).merge(monitor.routes()).layer(monitor.layer());
    let mount = Mount::router("app", app);
    let load = async || {
        let body = "load_time=100&endpoint=%2Fusers%2F%7Bid%7D";
        assert_eq!(mount.post("/log-page-load", crate::support::mount::FORM, body).await.status, 204);
    };
    load().await;
    mount.ask(Request::get("/users/7").body(whole("")).unwrap()).await;
    load().await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="unmatched"}"#), 1.0);
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="/users/{id}"}"#), 1.0);
}

#[tokio::test]
async fn the_hosts_answer_to_methods_that_it_does_not_take_is_not_ours() {
    let app: Router = monitor().routes().method_not_allowed_fallback(async || axum::http::StatusCode::IM_A_TEAPOT);
    let mount = Mount::router("app", app);
    for path in INGEST {
        let answer = mount.ask(Request::get(path).body(whole("")).unwrap()).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{path}");
    }
}

#[tokio::test]
async fn a_script_that_has_not_changed_has_no_length_of_zero() {
    let mount = Mount::axum(&monitor());
    let asked = async |tag: &str| mount.ask(Request::get("/rum.js").header("if-none-match", tag).body(whole("")).unwrap()).await;
    let tag = asked("").await.header("etag").unwrap().to_owned();
    let unchanged = asked(&tag).await;
    assert_eq!((unchanged.status, unchanged.header("content-length")), (304, None));
}

#[tokio::test]
async fn an_accepted_beacon_is_answered_without_a_length() {
    let mount = Mount::axum(&monitor());
    let accepted = mount
        .ask(
            Request::post("/log-page-load")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(whole("load_time=1"))
                .unwrap(),
        )
        .await;
    assert_eq!((accepted.status, accepted.header("content-length")), (204, None));
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
