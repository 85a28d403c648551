//! The endpoint label in axum: the template where axum knows one, `unmatched` where it does not, and never a raw path.

use axum::Router;
use axum::response::Redirect;
use axum::routing::{any, get};
use http::Request;
use prometheus::Registry;
use tower::{Layer, ServiceBuilder, service_fn};
use tower_http::cors::CorsLayer;
use tower_rum::Monitor;

use crate::support::change::moved;
use crate::support::metrics::Metrics;
use crate::support::mount::{Body, Mount, whole};
use crate::support::random::Random;

#[tokio::test]
async fn each_way_to_mount_a_route_has_its_template() {
    let cases = [
        ("GET", "/", "/", 200),
        ("GET", "/users/7", "/users/{id}", 200),
        ("HEAD", "/users/7", "/users/{id}", 200),
        ("GET", "/users/7?page=2", "/users/{id}", 200),
        ("GET", "/files/a/b/c", "/files/{*path}", 200),
        ("GET", "/api/items/9", "/api/items/{id}", 200),
        ("GET", "/api/v2/deep/1", "/api/v2/deep/{id}", 200),
        ("GET", "/merged/1", "/merged/{id}", 200),
        ("GET", "/service/x", "/service/{x}", 200),
        // nest_service and fallbacks: axum names no template.
        ("GET", "/static/css/site.css", "unmatched", 200),
        ("GET", "/inner/users/7", "unmatched", 200),
        ("GET", "/api/nope", "unmatched", 404),
        ("GET", "/nope", "unmatched", 404),
        ("GET", "/wp-login.php", "unmatched", 404),
        ("DELETE", "/users/7", "/users/{id}", 405),
        ("POST", "/api/items/9", "/api/items/{id}", 405),
        ("BREW", "/users/7", "/users/{id}", 405),
        // A redirect is a route like any other; a slash too many is none.
        ("GET", "/about/", "/about/", 308),
        ("GET", "/users/7/", "unmatched", 404),
        ("OPTIONS", "/any", "/any", 200),
    ];
    let monitor = monitor();
    let api = Router::new()
        .route("/items/{id}", get(async || "item"))
        .nest("/v2", Router::new().route("/deep/{id}", get(async || "deep")));
    let echo = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(axum::body::Body::empty())));
    let app: Router = Router::new()
        .route("/", get(async || "home"))
        .route("/users/{id}", get(async || "user"))
        .route("/files/{*path}", get(async || "file"))
        .route("/any", any(async || "any"))
        .route("/about", get(async || "about"))
        .route("/about/", get(async || Redirect::permanent("/about")))
        .route_service("/service/{x}", echo)
        .nest("/api", api)
        .nest_service("/static", echo)
        .nest_service("/inner", Router::new().route("/users/{id}", get(async || "inner")))
        .merge(Router::new().route("/merged/{id}", get(async || "merged")))
        .merge(monitor.routes())
        .fallback(async || (http::StatusCode::NOT_FOUND, "nothing here"))
        .layer(monitor.layer());
    for (method, uri, template, status) in cases {
        counted(&monitor, app.clone(), method, uri, &[(template, status)]).await;
    }
}

#[tokio::test]
async fn a_layer_inside_a_router_used_as_a_service_sees_the_template_under_its_mount() {
    let monitor = monitor();
    let inner: Router = Router::new().route("/users/{id}", get(async || "inner")).layer(monitor.layer());
    let app: Router = Router::new().nest_service("/inner", inner);
    counted(&monitor, app, "GET", "/inner/users/7", &[("/inner/users/{id}", 200)]).await;
}

#[tokio::test]
async fn a_route_layer_counts_matched_requests_alone() {
    let monitor = monitor();
    let app: Router = Router::new().route("/users/{id}", get(async || "user")).route_layer(monitor.layer());
    counted(&monitor, app.clone(), "GET", "/users/7", &[("/users/{id}", 200)]).await;
    counted(&monitor, app.clone(), "PUT", "/users/7", &[("/users/{id}", 405)]).await;
    counted(&monitor, app, "GET", "/nope", &[]).await;
}

#[tokio::test]
async fn a_layer_around_the_router_sees_no_template() {
    let monitor = monitor();
    let router: Router = Router::new().route("/users/{id}", get(async || "user"));
    let app = Router::new().fallback_service(monitor.layer().layer(router));
    counted(&monitor, app, "GET", "/users/7", &[("unmatched", 200)]).await;
}

#[tokio::test]
async fn a_preflight_that_cors_answers_inside_the_router_has_the_template() {
    let monitor = monitor();
    let app: Router =
        Router::new().route("/users/{id}", get(async || "user")).layer(CorsLayer::permissive()).layer(monitor.layer());
    counted(&monitor, app.clone(), "OPTIONS", "/users/7", &[("/users/{id}", 200)]).await;
    counted(&monitor, app, "OPTIONS", "/nope", &[("unmatched", 200)]).await;
}

#[tokio::test]
async fn a_preflight_that_cors_answers_before_routing_is_unmatched_or_not_seen() {
    let monitor = monitor();
    let router: Router = Router::new().route("/users/{id}", get(async || "user"));
    let outside = ServiceBuilder::new().layer(monitor.layer()).layer(CorsLayer::permissive()).service(router.clone());
    let app = Router::new().fallback_service(outside);
    counted(&monitor, app, "OPTIONS", "/users/7", &[("unmatched", 200)]).await;

    let inside = CorsLayer::permissive().layer(router.layer(monitor.layer()));
    let app = Router::new().fallback_service(inside);
    counted(&monitor, app.clone(), "OPTIONS", "/users/7", &[]).await;
    counted(&monitor, app, "GET", "/users/7", &[("/users/{id}", 200)]).await;
}

#[tokio::test]
async fn ten_thousand_random_paths_are_one_series() {
    let monitor = monitor();
    let app: Router = Router::new().route("/users/{id}", get(async || "user")).merge(monitor.routes()).layer(monitor.layer());
    let mount = Mount::router("app", app);
    let mut random = Random::seeded(7);
    let ask = async |method: &str, uri: String| mount.ask(asked(method, &uri)).await.status;
    assert_eq!(ask("GET", "/nope".to_owned()).await, 404);
    assert_eq!(ask("GET", "/users/0".to_owned()).await, 200);
    let before = Metrics::of(&monitor).await;
    for number in 0..10_000 {
        let uri = match random.below(2) {
            0 => format!("/users/{:x}", random.next()),
            _ => format!("/{:x}/{number}", random.next()),
        };
        ask("GET", uri).await;
    }
    let after = Metrics::of(&monitor).await;
    assert_eq!(before.samples().count(), after.samples().count());
    assert_eq!(after.total("http_requests_total"), 10_002.0);
}

/// Sends one request, and asks that exactly these templates and statuses were counted, once each.
async fn counted(monitor: &Monitor, app: Router, method: &str, uri: &str, expected: &[(&str, u16)]) {
    let before = Metrics::of(monitor).await;
    let _ = Mount::router("app", app).ask(asked(method, uri)).await;
    let mut moved = moved(&before, &Metrics::of(monitor).await);
    moved.retain(|series, _| series.starts_with("http_requests_total"));
    let label = if method == "BREW" { "_OTHER" } else { method };
    let series = |&(endpoint, status): &(&str, u16)| {
        format!(r#"http_requests_total{{method="{label}",endpoint="{endpoint}",status="{status}"}}"#)
    };
    assert_eq!(moved, expected.iter().map(|expected| (series(expected), 1.0)).collect(), "{method} {uri}");
}

fn asked(method: &str, uri: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(uri);
    let request = request.header("origin", "https://example.com").header("access-control-request-method", "GET");
    request.body(whole("")).unwrap()
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
