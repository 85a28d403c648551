//! The same journeys in an actix application.

use actix_web::web::{self, Html};
use actix_web::{App, HttpResponse, test};
use tower_rum::{Builder, Monitor};

use crate::support::metrics::Metrics;

/// Goes from page to page as a browser does, and gives the fields that set its cookies.
async fn walk(monitor: &Monitor, paths: &[&str]) -> Vec<String> {
    let app = App::new()
        .route("/users/{id}", web::get().to(async || Html::new("a user")))
        .route("/cart", web::get().to(async || HttpResponse::Ok().content_type("text/html").body("the cart")))
        .route("/data", web::get().to(async || "data"))
        .route("/shared", web::get().to(async || HttpResponse::Ok().content_type("text/html").insert_header(SHARED).body("news")))
        .configure(monitor.actix_routes())
        .wrap(monitor.actix_journeys())
        .wrap(monitor.actix());
    let app = test::init_service(app).await;
    let (mut kept, mut fields) = (String::new(), Vec::new());
    for path in paths {
        let request = test::TestRequest::get().uri(path);
        let request = request.insert_header(("sec-fetch-dest", "document")).insert_header(("cookie", kept.as_str()));
        let response = test::call_service(&app, request.to_request()).await;
        let set = response.headers().get_all("set-cookie").map(|field| field.to_str().unwrap().to_owned());
        for field in set {
            assert_eq!(response.headers().get("cache-control").unwrap(), "private");
            field.split_once(';').unwrap().0.clone_into(&mut kept);
            fields.push(field);
        }
    }
    fields
}

const SHARED: (&str, &str) = ("cache-control", "public");

fn by_pattern() -> Builder {
    Monitor::builder().registry(prometheus::Registry::new()).cookie_journeys(true)
}

#[tokio::test]
async fn pages_count_by_their_pattern() {
    let monitor = by_pattern().build().unwrap();
    let fields = walk(&monitor, &["/users/7", "/users/8", "/data", "/nope", "/cart", "/shared", "/metrics"]).await;
    assert_eq!(fields.len(), 2);
    assert!(fields[0].ends_with("./users/{id}; Path=/; HttpOnly; SameSite=Lax; Secure"), "{fields:?}");
    assert_eq!(fields[0][..45], fields[1][..45]);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/users/{id}"}"#), 2.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/users/{id}",to="/users/{id}"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/users/{id}",to="/cart"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/cart",to="/shared"}"#), 1.0);
    assert_eq!(metrics.total("user_journeys_total"), 4.0);
}

#[tokio::test]
async fn a_proxy_is_told_by_its_connection() {
    for (proxy, secure) in [("10.0.0.1", true), ("10.0.0.2", false)] {
        let monitor = by_pattern().trusted_proxies(["10.0.0.1"]).build().unwrap();
        let route = web::get().to(async || Html::new("home"));
        let app = test::init_service(App::new().route("/", route).wrap(monitor.actix_journeys())).await;
        let request = test::TestRequest::get().uri("/").peer_addr(format!("{proxy}:4711").parse().unwrap());
        let request = request.insert_header(("accept", "text/html")).insert_header(("x-forwarded-proto", "https"));
        let response = test::call_service(&app, request.to_request()).await;
        let field = response.headers().get("set-cookie").unwrap().to_str().unwrap();
        assert_eq!(field.ends_with("; Secure"), secure, "{proxy}: {field}");
    }
}

#[tokio::test]
async fn the_hosts_closure_and_rules_go_before_the_pattern() {
    let template = |path: &str| if path == "/cart" { "/shown".into() } else { "/hidden".into() };
    let closure = by_pattern().endpoint(move |head| Some(template(head.uri().path()))).ignore(["/hidden"]).build().unwrap();
    assert_eq!(walk(&closure, &["/users/7", "/cart"]).await.len(), 1);
    let metrics = Metrics::of(&closure).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/shown"}"#), 1.0);
    assert_eq!(metrics.total("user_journeys_total"), 1.0);

    let rules =
        by_pattern().alias_if("users", |head| head.uri().path() == "/users/7").ignore_if(|head| head.uri().path() == "/cart");
    let rules = rules.build().unwrap();
    assert_eq!(walk(&rules, &["/users/7", "/cart"]).await.len(), 1);
    let metrics = Metrics::of(&rules).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="users"}"#), 1.0);
    assert_eq!(metrics.total("user_journeys_total"), 1.0);
}

#[tokio::test]
async fn without_cookie_journeys_nothing_happens() {
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    assert!(walk(&monitor, &["/users/7", "/cart"]).await.is_empty());
    assert_eq!(Metrics::of(&monitor).await.total("user_journeys_total"), 0.0);
}
