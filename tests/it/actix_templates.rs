//! The endpoint label in actix: the pattern of the route that answers, `unmatched` where none does, and never a raw path.

use std::borrow::Cow;

use actix_web::dev::{AppService, HttpServiceFactory, ResourceDef, Service, ServiceRequest, fn_service};
use actix_web::http::Method;
use actix_web::middleware::NormalizePath;
use actix_web::test::{TestRequest, call_and_read_body, init_service};
use actix_web::web::{self, get, post, resource, scope};
use actix_web::{App, Error, HttpResponse, guard};
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::change::moved;
use crate::support::metrics::Metrics;

#[tokio::test]
async fn each_way_to_mount_a_route_has_its_pattern() {
    let cases = [
        ("GET", "/", "/", 200),
        ("GET", "/users/7", "/users/{id}", 200),
        ("GET", "/users/7?page=2", "/users/{id}", 200),
        ("GET", "/us%65rs/7", "/users/{id}", 200),
        ("GET", "/files/a/b/c", "/files/{path:.*}", 200),
        ("GET", "/api/items/9", "/api/items/{id}", 200),
        ("POST", "/api/items/9", "/api/items/{id}", 200),
        ("GET", "/api/v2/deep/1", "/api/v2/deep/{id}", 200),
        ("GET", "/teams/5/members/8", "/teams/{team}/members/{id}", 200),
        ("GET", "/one", "/one", 200),
        // A resource of two patterns is one endpoint, its first.
        ("GET", "/two", "/one", 200),
        // Guards decide between patterns that a path fits alike.
        ("GET", "/widgets/search", "/widgets/{id}", 200),
        ("POST", "/widgets/search", "/widgets/search", 200),
        // What no guard lets in goes to the default service, yet the path is a route's; so is one of `App::route`, whose method is a guard.
        ("DELETE", "/widgets/search", "/widgets/{id}", 404),
        ("DELETE", "/users/7", "/users/{id}", 404),
        ("HEAD", "/users/7", "/users/{id}", 404),
        ("DELETE", "/api/items/9", "/api/items/{id}", 405),
        ("BREW", "/api/items/9", "/api/items/{id}", 405),
        // Default services, of a scope and of the application.
        ("GET", "/api/nope", "unmatched", 418),
        ("GET", "/api/v2/nope", "unmatched", 404),
        ("GET", "/nope", "unmatched", 404),
        ("GET", "/users/7/", "unmatched", 404),
        ("GET", "/wp-login.php", "unmatched", 404),
    ];
    let monitor = monitor();
    let ok = async || HttpResponse::Ok();
    let deep = scope("/v2").route("/deep/{id}", get().to(ok));
    let api = scope("/api")
        .service(resource("/items/{id}").route(get().to(ok)).route(post().to(ok)))
        .service(deep)
        .default_service(web::to(async || HttpResponse::ImATeapot()));
    let app = App::new()
        .route("/", get().to(ok))
        .route("/users/{id}", get().to(ok))
        .route("/files/{path:.*}", get().to(ok))
        .service(scope("/teams/{team}").service(resource("/members/{id}").to(ok)))
        .service(resource(["/one", "/two"]).to(ok))
        .service(resource("/widgets/{id}").guard(guard::Get()).to(ok))
        .service(resource("/widgets/search").guard(guard::Post()).to(ok))
        .service(api)
        .configure(monitor.actix_routes())
        .wrap(monitor.actix());
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    // Twice: what has answered once is foreseen.
    for (method, uri, pattern, status) in cases.into_iter().chain(cases) {
        counted(&monitor, &ask, method, uri, &[(pattern, status)]).await;
    }
}

#[tokio::test]
async fn what_no_route_takes_is_unmatched_also_where_its_like_has_answered() {
    let monitor = monitor();
    let app = App::new().route(r"/items/{id:\d+}", get().to(async || "item")).wrap(monitor.actix());
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    counted(&monitor, &ask, "GET", "/items/7", &[(r"/items/{id:\\d+}", 200)]).await;
    counted(&monitor, &ask, "GET", "/items/nope", &[("unmatched", 404)]).await;
    counted(&monitor, &ask, "GET", "/items/8", &[(r"/items/{id:\\d+}", 200)]).await;
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_service_of_all_paths_below_its_mount_has_the_mount_as_its_pattern() {
    let monitor = monitor();
    let app = App::new()
        .route("/users/{id}", get().to(async || "user"))
        .service(Files("/static"))
        .service(scope("").service(Files("")))
        .wrap(monitor.actix());
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    let cases = [
        ("/static", "/static"),
        ("/static/css/site.css", "/static"),
        ("/", "/"),
        ("/about.html", "/"),
        ("/a/b", "/"),
        ("/users/7", "/users/{id}"),
    ];
    for (uri, pattern) in cases.into_iter().chain(cases) {
        counted(&monitor, &ask, "GET", uri, &[(pattern, 200)]).await;
    }
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn around_a_scope_it_counts_the_scopes_requests_under_whole_patterns() {
    let monitor = monitor();
    let ok = async || HttpResponse::Ok();
    let inner = scope("/inner").route("/users/{id}", get().to(ok));
    let app = App::new().route("/", get().to(ok)).service(scope("/api").service(inner).wrap(monitor.actix()));
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    counted(&monitor, &ask, "GET", "/api/inner/users/7", &[("/api/inner/users/{id}", 200)]).await;
    counted(&monitor, &ask, "GET", "/api/inner/nope", &[("unmatched", 404)]).await;
    counted(&monitor, &ask, "GET", "/", &[]).await;
}

#[tokio::test]
async fn around_a_resource_it_counts_the_resource_alone() {
    let monitor = monitor();
    let ok = async || HttpResponse::Ok();
    let app =
        App::new().service(resource("/users/{id}").route(get().to(ok)).wrap(monitor.actix())).service(resource("/other").to(ok));
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    counted(&monitor, &ask, "GET", "/users/7", &[("/users/{id}", 200)]).await;
    counted(&monitor, &ask, "PUT", "/users/7", &[("/users/{id}", 405)]).await;
    counted(&monitor, &ask, "GET", "/other", &[]).await;
}

#[tokio::test]
async fn a_path_that_middleware_inside_changes_counts_where_it_was_answered() {
    let monitor = monitor();
    let app = App::new().route("/users/{id}", get().to(async || "user")).wrap(NormalizePath::trim()).wrap(monitor.actix());
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    counted(&monitor, &ask, "GET", "/users/7/", &[("/users/{id}", 200)]).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.value(r#"http_response_size_bytes_count{method="GET",endpoint="/users/{id}"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_response_size_bytes_count{method="GET",endpoint="unmatched"}"#), 0.0);
}

#[tokio::test]
async fn a_request_is_in_flight_under_the_pattern_that_fits_and_then_under_the_one_that_has_answered() {
    let monitor = monitor();
    let app = App::new()
        .service(resource("/widgets/{id}").guard(guard::Get()).to(async || "one"))
        .service(resource("/widgets/search").guard(guard::Post()).to(async || "many"))
        .service(resource("/hang/{id}").to(std::future::pending::<HttpResponse>));
    let app = init_service(app.wrap(monitor.actix())).await;
    let in_flight = async |method: Method, uri: &str| {
        let request = app.call(TestRequest::with_uri(uri).method(method).to_request());
        let metrics = Metrics::of(&monitor).await;
        drop(request);
        metrics.series("http_requests_in_flight").filter(|&(_, value)| value > 0.0).map(|(series, _)| series.to_owned()).collect()
    };
    let there =
        |method: &str, pattern: &str| vec![format!(r#"http_requests_in_flight{{method="{method}",endpoint="{pattern}"}}"#)];
    let seen: Vec<String> = in_flight(Method::GET, "/hang/7").await;
    assert_eq!(seen, there("GET", "/hang/{id}"));
    let seen: Vec<String> = in_flight(Method::POST, "/widgets/search").await;
    assert_eq!(seen, there("POST", "/widgets/{id}"), "by path, the first");
    for method in [Method::POST, Method::GET] {
        app.call(TestRequest::with_uri("/widgets/search").method(method).to_request()).await.unwrap();
    }
    let seen: Vec<String> = in_flight(Method::POST, "/widgets/search").await;
    assert_eq!(seen, there("POST", "/widgets/search"), "as it was answered before");
    let seen: Vec<String> = in_flight(Method::GET, "/widgets/search").await;
    assert_eq!(seen, there("GET", "/widgets/{id}"), "as it was answered before");
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/hang/{id}",status="499"}"#), 1.0);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn a_closure_of_the_hosts_own_sees_the_whole_head_and_has_the_last_word() {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoint(|head| {
            let told = head.headers().get_all("x-page").iter().map(|value| value.to_str().unwrap()).collect::<String>();
            Some(Cow::Owned(format!("{} {} {told}", head.method(), head.uri())))
        })
        .build()
        .unwrap();
    let app = init_service(App::new().route("/users/{id}", get().to(async || "user")).wrap(monitor.actix())).await;
    let request = TestRequest::get().uri("/users/7?a=b").append_header(("x-page", "one")).append_header(("x-page", "two"));
    app.call(request.to_request()).await.unwrap();
    let series = r#"http_requests_total{method="GET",endpoint="GET /users/7?a=b onetwo",status="200"}"#;
    assert_eq!(Metrics::of(&monitor).await.value(series), 1.0);
}

#[tokio::test]
async fn own_routes_are_counted_only_when_asked_for_and_by_exact_pattern() {
    for (counted, expected) in [(false, 1.0), (true, 1.0 + 2.0)] {
        let monitor = Monitor::builder().registry(Registry::new()).count_own_routes(counted).build().unwrap();
        let app = App::new().route("/metrics-foo", get().to(async || "not ours")).configure(monitor.actix_routes());
        let app = init_service(app.wrap(monitor.actix())).await;
        for path in ["/log-beacon", "/metrics", "/metrics-foo"] {
            app.call(TestRequest::with_uri(path).to_request()).await.unwrap();
        }
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.total("http_requests_total"), expected, "counted: {counted}");
        assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/metrics-foo",status="200"}"#), 1.0);
    }
}

#[tokio::test]
async fn own_routes_go_by_uncounted_where_a_wider_pattern_has_answered() {
    let monitor = monitor();
    let app = App::new().configure(monitor.actix_routes()).route("/{page}", get().to(async || "page")).wrap(monitor.actix());
    let app = init_service(app).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    counted(&monitor, &ask, "GET", "/about", &[("/{page}", 200)]).await;
    for _ in 0..2 {
        counted(&monitor, &ask, "GET", "/metrics", &[]).await;
    }
    let seen_by_itself = call_and_read_body(&app, TestRequest::with_uri("/metrics").to_request()).await;
    let in_flight: &[u8] = br#"http_requests_in_flight{method="GET",endpoint="/{page}"} 0"#;
    assert!(seen_by_itself.windows(in_flight.len()).any(|line| line == in_flight));
    assert_eq!(Metrics::of(&monitor).await.total("http_response_size_bytes_count"), 1.0);
}

#[tokio::test]
async fn a_scrape_does_not_see_itself_in_flight_under_a_wider_pattern_that_has_answered() {
    let monitor = monitor();
    let app = App::new().configure(monitor.actix_routes()).service(scope("").route("/{page}", get().to(async || "page")));
    let app = init_service(app.wrap(monitor.actix())).await;
    app.call(TestRequest::with_uri("/about").to_request()).await.unwrap();
    let first = call_and_read_body(&app, TestRequest::with_uri("/metrics").to_request()).await;
    let first = String::from_utf8(first.to_vec()).unwrap();
    let in_flight: Vec<_> = first.lines().filter(|line| line.starts_with("http_requests_in_flight{")).collect();
    assert_eq!(in_flight, [r#"http_requests_in_flight{method="GET",endpoint="/{page}"} 0"#]);
}

#[tokio::test]
async fn a_path_of_ours_that_a_wider_pattern_answers_counts_there() {
    let monitor = monitor();
    let app = App::new().service(scope("").route("/{page}", get().to(async || "page"))).configure(monitor.actix_routes());
    let app = init_service(app.wrap(monitor.actix())).await;
    let ask = async |request: TestRequest| drop(app.call(request.to_request()).await.unwrap());
    for path in ["/about", "/metrics", "/metrics"] {
        counted(&monitor, &ask, "GET", path, &[("/{page}", 200)]).await;
    }
}

#[tokio::test]
async fn a_browser_may_name_the_patterns_that_this_server_has_served() {
    let monitor = monitor();
    let app = App::new().route("/users/{id}", get().to(async || "user")).configure(monitor.actix_routes());
    let app = init_service(app.wrap(monitor.actix())).await;
    let load = async || {
        let body = [("load_time", "100"), ("endpoint", "/users/{id}")];
        app.call(TestRequest::post().uri("/log-page-load").set_form(body).to_request()).await.unwrap().status().as_u16()
    };
    assert_eq!(load().await, 204);
    app.call(TestRequest::with_uri("/users/7").to_request()).await.unwrap();
    assert_eq!(load().await, 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="unmatched"}"#), 1.0);
    assert_eq!(metrics.value(r#"page_load_time_seconds_count{endpoint="/users/{id}"}"#), 1.0);
}

#[tokio::test]
async fn ten_thousand_random_paths_are_one_series() {
    let monitor = monitor();
    let app = init_service(App::new().route("/users/{id}", get().to(async || "user")).wrap(monitor.actix())).await;
    for number in 0..10_000 {
        app.call(TestRequest::with_uri(&format!("/{number:x}/{number}")).to_request()).await.unwrap();
    }
    let metrics = Metrics::of(&monitor).await;
    let series: Vec<_> = metrics.series("http_requests_total").collect();
    assert_eq!(series, [(r#"http_requests_total{method="GET",endpoint="unmatched",status="404"}"#, 10_000.0)]);
}

/// Mounted as actix-files mounts a folder.
struct Files(&'static str);

impl HttpServiceFactory for Files {
    fn register(self, app: &mut AppService) {
        let below = if app.is_root() { ResourceDef::root_prefix(self.0) } else { ResourceDef::prefix(self.0) };
        let answer = async |request: ServiceRequest| Ok::<_, Error>(request.into_response(HttpResponse::Ok().finish()));
        app.register_service(below, None, fn_service(answer), None);
    }
}

/// Sends one request, and asks that exactly these patterns and statuses were counted, once each.
async fn counted(monitor: &Monitor, app: impl AsyncFn(TestRequest), method: &str, uri: &str, expected: &[(&str, u16)]) {
    let before = Metrics::of(monitor).await;
    app(TestRequest::with_uri(uri).method(Method::from_bytes(method.as_bytes()).unwrap())).await;
    let mut moved = moved(&before, &Metrics::of(monitor).await);
    moved.retain(|series, _| series.starts_with("http_requests_total"));
    let label = if method == "BREW" { "_OTHER" } else { method };
    let series = |&(endpoint, status): &(&str, u16)| {
        format!(r#"http_requests_total{{method="{label}",endpoint="{endpoint}",status="{status}"}}"#)
    };
    assert_eq!(moved, expected.iter().map(|expected| (series(expected), 1.0)).collect(), "{method} {uri}");
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
