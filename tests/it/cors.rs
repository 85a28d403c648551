//! Pages of listed origins elsewhere: what their browsers must be told before they may send, and before they may read the answer.

use http::{HeaderName, Method, Request};
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, Body, FORM, JSON, Mount, TEXT, post, whole};

const PATHS: [&str; 4] = ["/log-page-load", "/log-interaction", "/log-user-error", "/log-beacon"];
const LISTED: &str = "https://www.example.com";
const OTHERS: [&str; 4] = ["https://evil.example", "http://www.example.com", "null", "https://www.example.com.evil.example"];

#[tokio::test]
async fn a_preflight_of_a_listed_origin_is_allowed_to_post_a_content_type() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        let before = Metrics::of(&monitor).await;
        for path in PATHS {
            let answer = mount.ask(preflight(path, LISTED)).await;
            assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{path}, {}", mount.name);
            may_be_read(&answer, LISTED);
            assert_eq!(only_value(&answer, "access-control-allow-methods"), "POST");
            assert_eq!(only_value(&answer, "access-control-allow-headers"), "content-type");
            assert_eq!(only_value(&answer, "access-control-max-age"), "7200");
        }
        assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([]), "{}", mount.name);
    }
}

#[tokio::test]
async fn a_preflight_of_any_other_origin_is_403_and_counts_as_the_beacon_that_will_not_come() {
    for monitor in [monitor(), Monitor::builder().registry(Registry::new()).build().unwrap()] {
        for mount in Mount::all(&monitor) {
            for origin in OTHERS {
                let before = Metrics::of(&monitor).await;
                let answer = mount.ask(preflight("/log-page-load", origin)).await;
                assert_eq!(answer.status, 403, "{origin}, {}", mount.name);
                may_not_be_read(&answer);
                let moved = moved(&before, &Metrics::of(&monitor).await);
                assert_eq!(moved, only([(r#"rum_rejected_total{reason="origin"}"#, 1.0)]), "{origin}");
            }
        }
    }
}

#[tokio::test]
async fn a_preflight_that_names_two_origins_is_nobodys() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        let mut request = preflight("/log-beacon", LISTED);
        request.headers_mut().append("origin", LISTED.parse().unwrap());
        let answer = mount.ask(request).await;
        assert_eq!(answer.status, 403, "{}", mount.name);
        may_not_be_read(&answer);
    }
}

#[tokio::test]
async fn options_that_are_no_preflight_are_405_as_before() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for fields in [&[][..], &[("origin", LISTED)], &[("access-control-request-method", "POST")]] {
            let answer = mount.ask(with(Request::options("/log-beacon").body(whole("")).unwrap(), fields)).await;
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{fields:?}, {}", mount.name);
        }
    }
}

#[tokio::test]
async fn a_page_of_a_listed_origin_may_read_every_answer_refusals_too() {
    let monitor = monitor();
    let sent: [(&str, &str, String, u16); 7] = [
        ("/log-interaction", TEXT, r#"{"type":"click"}"#.to_owned(), 204),
        ("/log-interaction", JSON, r#"{"type":"click"}"#.to_owned(), 204),
        ("/log-page-load", FORM, "load_time=1".to_owned(), 204),
        ("/log-page-load", JSON, "{".to_owned(), 400),
        ("/log-page-load", JSON, " ".repeat(65 * 1024), 413),
        ("/log-page-load", "text/html", String::new(), 415),
        ("/log-interaction", JSON, r#"{"type":"teleport"}"#.to_owned(), 422),
    ];
    for mount in Mount::all(&monitor) {
        for (path, content_type, body, status) in &sent {
            let answer = mount.ask(from_elsewhere(post(path, content_type, body.clone()), LISTED)).await;
            assert_eq!(answer.status, *status, "{path}, {}", mount.name);
            may_be_read(&answer, LISTED);
        }
        let mut put = from_elsewhere(post("/log-page-load", JSON, "{}"), LISTED);
        *put.method_mut() = Method::PUT;
        let answer = mount.ask(put).await;
        assert_eq!(answer.status, 405);
        may_be_read(&answer, LISTED);
    }
}

#[tokio::test]
async fn a_page_of_a_listed_origin_may_read_when_to_come_back() {
    let monitor = Monitor::builder().registry(Registry::new()).origins([LISTED]).beacons_per_second(1).build().unwrap();
    for mount in Mount::all(&monitor) {
        let answer = loop {
            let answer = mount.ask(from_elsewhere(post("/log-user-error", JSON, "{}"), LISTED)).await;
            if answer.status == 429 {
                break answer;
            }
        };
        may_be_read(&answer, LISTED);
        assert!(answer.header("retry-after").is_some());
        assert_eq!(only_value(&answer, "access-control-expose-headers"), "retry-after");
    }
}

#[tokio::test]
async fn no_other_page_may_read_an_answer() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for origin in OTHERS {
            let answer = mount.ask(from_elsewhere(post("/log-user-error", JSON, "{}"), origin)).await;
            assert_eq!(answer.status, 403, "{origin}");
            may_not_be_read(&answer);
            // A cache in between must not hand a listed page's answer to this one, nor the other way round.
            assert_eq!(answer.header("vary"), Some("origin"));
        }
        let program = mount.post("/log-user-error", JSON, "{}").await;
        assert_eq!((program.status, program.header("vary")), (204, Some("origin")));
        may_not_be_read(&program);
    }
}

#[tokio::test]
async fn where_no_origin_is_listed_no_answer_says_a_word_of_it() {
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    for mount in Mount::all(&monitor) {
        let own = with(post("/log-user-error", JSON, "{}"), &[("host", "a.example"), ("origin", "https://a.example")]);
        for request in [own, from_elsewhere(post("/log-user-error", JSON, "{}"), LISTED)] {
            let answer = mount.ask(request).await;
            may_not_be_read(&answer);
            assert_eq!(answer.header("vary"), None, "{}", mount.name);
        }
        let script = mount.ask(from_elsewhere(Request::get("/rum.js").body(whole("")).unwrap(), LISTED)).await;
        may_not_be_read(&script);
        assert_eq!(script.header("vary"), Some("accept-encoding"));
    }
}

#[tokio::test]
async fn the_script_may_be_checked_by_its_integrity_under_pages_of_listed_origins() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for path in [monitor.script().path(), monitor.script().hashed_path()] {
            let get = |fields: &[(&str, &str)]| mount.ask(with(Request::get(path).body(whole("")).unwrap(), fields));
            let whole = get(&[("origin", LISTED)]).await;
            assert_eq!(whole.status, 200);
            may_be_read(&whole, LISTED);
            let tag = whole.header("etag").unwrap();
            let unchanged = get(&[("origin", LISTED), ("if-none-match", tag)]).await;
            assert_eq!(unchanged.status, 304);
            may_be_read(&unchanged, LISTED);
            for other in
                [get(&[]).await, get(&[("origin", OTHERS[0])]).await, get(&[("origin", LISTED), ("origin", LISTED)]).await]
            {
                assert_eq!(other.status, 200);
                may_not_be_read(&other);
                let varies: Vec<_> = other.headers.get_all("vary").iter().collect();
                assert_eq!(varies, ["accept-encoding", "origin"], "{}", mount.name);
            }
        }
    }
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_cors_layer_of_the_hosts_own_around_our_routes_doubles_no_field() {
    use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request());
    let mount = Mount::router("cors", monitor().routes().layer(layer));
    let preflight = mount.ask(preflight("/log-beacon", LISTED)).await;
    assert_eq!(only_value(&preflight, "access-control-allow-origin"), LISTED);
    let answer = mount.ask(from_elsewhere(post("/log-user-error", JSON, "{}"), LISTED)).await;
    assert_eq!((answer.status, only_value(&answer, "access-control-allow-origin")), (204, LISTED));
}

fn preflight(path: &str, origin: &str) -> Request<Body> {
    let asked = [
        ("origin", origin),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-mode", "cors"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "content-type"),
    ];
    with(Request::options(path).body(whole("")).unwrap(), &asked)
}

fn from_elsewhere(request: Request<Body>, origin: &str) -> Request<Body> {
    with(request, &[("origin", origin), ("sec-fetch-site", "cross-site")])
}

fn with(mut request: Request<Body>, fields: &[(&str, &str)]) -> Request<Body> {
    for (name, value) in fields {
        request.headers_mut().append(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    request
}

/// What a browser checks (Fetch, "CORS check"), without credentials.
fn may_be_read(answer: &Answer, origin: &str) {
    assert_eq!(only_value(answer, "access-control-allow-origin"), origin);
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert!(answer.headers.get_all("vary").iter().any(|varies| varies == "origin"));
}

fn may_not_be_read(answer: &Answer) {
    let fields = answer.headers.keys().filter(|name| name.as_str().starts_with("access-control-"));
    assert_eq!(fields.count(), 0, "{:?}", answer.headers);
}

fn only_value<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let values: Vec<_> = answer.headers.get_all(name).iter().collect();
    let [value] = values[..] else { panic!("{name}: {values:?}") };
    value.to_str().unwrap()
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).origins([LISTED]).build().unwrap()
}
