//! Our routes as actix resources: all in one application, or split between the public and whoever operates the service.

use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{ServiceConfig, get, scope};
use actix_web::{App, HttpResponse};
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::actix::ActixServer;
use crate::support::client::http2_connection;

#[tokio::test]
async fn public_routes_are_the_ingest_and_the_script_and_operator_routes_the_metrics() {
    let monitor = monitor();
    let all = statuses(monitor.actix_routes()).await;
    assert_eq!(all, [405, 405, 405, 405, 200, 200, 200, 200]);
    let public = statuses(monitor.actix_public_routes()).await;
    assert_eq!(public, [405, 405, 405, 405, 200, 200, 200, 404]);
    let operator = statuses(monitor.actix_operator_routes()).await;
    assert_eq!(operator, [404, 404, 404, 404, 404, 404, 404, 200]);
}

#[tokio::test]
async fn a_metrics_path_of_the_hosts_own_stays_beside_the_public_routes() {
    let monitor = monitor();
    let app = App::new().configure(monitor.actix_public_routes()).route("/metrics", get().to(HttpResponse::ImATeapot));
    let app = init_service(app).await;
    assert_eq!(app.call(TestRequest::with_uri("/metrics").to_request()).await.unwrap().status(), 418);
}

#[tokio::test]
async fn in_a_scope_they_are_below_its_path() {
    let monitor = monitor();
    let app = init_service(App::new().service(scope("/internal").configure(monitor.actix_operator_routes()))).await;
    assert_eq!(app.call(TestRequest::with_uri("/internal/metrics").to_request()).await.unwrap().status(), 200);
    assert_eq!(app.call(TestRequest::with_uri("/metrics").to_request()).await.unwrap().status(), 404);
}

#[tokio::test]
async fn they_answer_before_a_scope_of_all_paths_and_not_behind_it() {
    let monitor = monitor();
    let pages = || scope("").route("/{page}", get().to(HttpResponse::ImATeapot));
    let before = init_service(App::new().configure(monitor.actix_routes()).service(pages())).await;
    let behind = init_service(App::new().service(pages()).configure(monitor.actix_routes())).await;
    for path in ["/metrics", "/rum.js", "/healthz"] {
        assert_eq!(before.call(TestRequest::with_uri(path).to_request()).await.unwrap().status(), 200, "{path}");
        assert_eq!(behind.call(TestRequest::with_uri(path).to_request()).await.unwrap().status(), 418, "{path}");
    }
    assert_eq!(before.call(TestRequest::with_uri("/about").to_request()).await.unwrap().status(), 418);
}

#[tokio::test]
async fn a_script_that_has_not_changed_has_no_length_of_zero() {
    let monitor = monitor();
    let server = ActixServer::bare({
        let monitor = monitor.clone();
        move |config| monitor.actix_routes()(config)
    });
    let mut requests = http2_connection(server.address).await;
    let mut asked = async |tag: &str| {
        let request = http::Request::get("http://a/rum.js").header("if-none-match", tag).body(()).unwrap();
        requests.send_request(request, true).unwrap().0.await.unwrap()
    };
    let script = asked("").await;
    assert!(script.headers().contains_key("content-length"));
    let unchanged = asked(script.headers()["etag"].to_str().unwrap()).await;
    assert_eq!((unchanged.status().as_u16(), unchanged.headers().get("content-length")), (304, None));
}

/// What GET is answered, path by path, with `/metrics` last.
async fn statuses(routes: impl FnOnce(&mut ServiceConfig)) -> Vec<u16> {
    let app = init_service(App::new().configure(routes)).await;
    let script = monitor().script().hashed_path().to_owned();
    let mut statuses = Vec::new();
    for path in
        ["/log-page-load", "/log-interaction", "/log-user-error", "/log-beacon", "/rum.js", &script, "/healthz", "/metrics"]
    {
        statuses.push(app.call(TestRequest::with_uri(path).to_request()).await.unwrap().status().as_u16());
    }
    statuses
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
