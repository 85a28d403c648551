//! What is a page view, and what a transition.

use http::Request;
use tower_rum::Prefetch;

use crate::support::metrics::Metrics;

use super::{Fields, answer, by_cookie, cookie, head, monitor, navigation, page, walk};

#[tokio::test]
async fn three_pages_are_three_views_and_two_transitions() {
    let monitor = monitor();
    walk(&monitor, &["/", "/cart", "/thanks"]);
    let metrics = Metrics::of(&monitor).await;
    for path in ["/", "/cart", "/thanks"] {
        assert_eq!(metrics.value(&format!(r#"user_journeys_total{{path="{path}"}}"#)), 1.0);
    }
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/",to="/cart"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/cart",to="/thanks"}"#), 1.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 2.0);
}

#[tokio::test]
async fn a_page_loaded_again_leads_to_itself_and_sets_no_cookie() {
    let monitor = monitor();
    let kept = walk(&monitor, &["/"]);
    assert_eq!(cookie(&head(&monitor, navigation("/").header("cookie", kept), page())), None);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/"}"#), 2.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/",to="/"}"#), 1.0);
}

#[tokio::test]
async fn a_request_counts_if_a_user_goes_to_a_document() {
    let cases: [(&str, Fields, bool); 18] = [
        ("GET", &[("sec-fetch-dest", "document")], true),
        ("GET", &[("sec-fetch-dest", "document"), ("accept", "*/*")], true),
        ("GET", &[("accept", "text/html,application/xhtml+xml,*/*;q=0.8")], true),
        ("GET", &[("accept", "application/xhtml+xml, text/html")], true),
        ("GET", &[("sec-fetch-dest", "document"), ("sec-purpose", "")], true),
        ("GET", &[], false),
        ("GET", &[("accept", "*/*")], false),
        ("GET", &[("sec-fetch-dest", "empty"), ("accept", "text/html")], false),
        ("GET", &[("sec-fetch-dest", "iframe"), ("accept", "text/html")], false),
        ("GET", &[("sec-fetch-dest", "documents")], false),
        ("POST", &[("sec-fetch-dest", "document")], false),
        ("HEAD", &[("sec-fetch-dest", "document")], false),
        ("GET", &[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")], false),
        ("GET", &[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch;prerender")], false),
        ("GET", &[("sec-fetch-dest", "document"), ("purpose", "prefetch")], false),
        ("GET", &[("accept", "text/html"), ("x-moz", "prefetch")], false),
        ("GET", &[("sec-fetch-dest", "document"), ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)")], true),
        ("GET", &[("sec-fetch-dest", "document"), ("user-agent", "Googlebot/2.1")], false),
    ];
    for (method, headers, counts) in cases {
        let monitor = monitor();
        let request =
            headers.iter().fold(Request::builder().method(method), |request, &(name, value)| request.header(name, value));
        let is_set = cookie(&head(&monitor, request, page())).is_some();
        let counted = Metrics::of(&monitor).await.total("user_journeys_total");
        assert_eq!((is_set, counted), (counts, f64::from(u8::from(counts))), "{method} {headers:?}");
    }
}

#[tokio::test]
async fn an_answer_counts_if_it_is_a_page() {
    let cases = [
        (200, "text/html", true),
        (203, "text/html;charset=utf-8", true),
        (200, "application/json", false),
        (200, "", false),
        (204, "", false),
        (301, "text/html", false),
        (304, "text/html", false),
        (404, "text/html", false),
        (500, "text/html", false),
    ];
    for (status, content_type, counts) in cases {
        let monitor = monitor();
        let is_set = cookie(&head(&monitor, navigation("/"), answer(status, &[("content-type", content_type)]))).is_some();
        let counted = Metrics::of(&monitor).await.total("user_journeys_total");
        assert_eq!((is_set, counted), (counts, f64::from(u8::from(counts))), "{status} {content_type}");
    }
}

#[tokio::test]
async fn an_unchanged_page_is_viewed_as_well() {
    let monitor = monitor();
    let kept = walk(&monitor, &["/", "/cart"]);
    for path in ["/", "/picture.png"] {
        head(&monitor, navigation(path).header("cookie", &kept), answer(304, &[]));
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/"}"#), 2.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/cart",to="/"}"#), 1.0);
    assert_eq!(metrics.get(r#"user_journeys_total{path="/picture.png"}"#), None);
}

#[tokio::test]
async fn who_asks_for_privacy_gets_no_cookie_and_is_not_counted() {
    let monitor = monitor();
    let kept = walk(&monitor, &["/"]);
    for signal in ["sec-gpc", "dnt"] {
        for value in ["1", "0"] {
            let request = navigation("/private").header(signal, value).header("cookie", &kept);
            assert_eq!(cookie(&head(&monitor, request, page())).is_none(), value == "1", "{signal}: {value}");
        }
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/private"}"#), 2.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 2.0);

    let monitor = by_cookie().privacy_signals(false).build().unwrap();
    assert!(cookie(&head(&monitor, navigation("/").header("sec-gpc", "1"), page())).is_some());
}

#[tokio::test]
async fn robots_count_if_the_host_wants_them() {
    let monitor = by_cookie().robots(true).build().unwrap();
    head(&monitor, navigation("/").header("user-agent", "Googlebot/2.1"), page());
    assert_eq!(Metrics::of(&monitor).await.value(r#"user_journeys_total{path="/"}"#), 1.0);
}

#[tokio::test]
async fn the_hosts_rules_hold_for_pages_too() {
    let builder = by_cookie().ignore(["/health"]).ignore_if(|head| head.headers().contains_key("x-probe"));
    let builder = builder.alias("/v1/cart", "cart").alias_if("mobile", |head| head.headers().contains_key("x-mobile"));
    let monitor = builder.prefetch(Prefetch::Separate).build().unwrap();
    let kept = walk(&monitor, &["/", "/v1/cart"]);
    assert_eq!(kept.split_once('.').unwrap().1, "cart");
    for request in [navigation("/health"), navigation("/metrics"), navigation("/").header("x-probe", "1")] {
        assert_eq!(cookie(&head(&monitor, request.header("cookie", &kept), page())), None);
    }
    head(&monitor, navigation("/").header("x-mobile", "1").header("cookie", &kept), page());
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/",to="cart"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="cart",to="mobile"}"#), 1.0);
    assert_eq!(metrics.total("user_journeys_total"), 3.0);
}

#[tokio::test]
async fn an_inner_error_is_passed_on() {
    use tower::{Layer, ServiceExt, service_fn};
    let monitor = monitor();
    let broken = service_fn(async |_: Request<()>| Err::<http::Response<super::Body>, _>("broken"));
    assert_eq!(monitor.journey_layer().layer(broken).oneshot(navigation("/").body(()).unwrap()).await.unwrap_err(), "broken");
    assert_eq!(Metrics::of(&monitor).await.total("user_journeys_total"), 0.0);
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn pages_of_a_router_count_by_their_template() {
    use axum::response::Html;
    use axum::{Router, routing::get};
    use tower::ServiceExt;

    let monitor = tower_rum::Monitor::builder().cookie_journeys(true).registry(prometheus::Registry::new()).build().unwrap();
    let app: Router = Router::new()
        .route("/users/{id}", get(async || Html("a user")))
        .fallback(async || Html("an application in one page"))
        .merge(monitor.routes())
        .layer(monitor.journey_layer())
        .layer(monitor.layer());
    let mut kept = String::new();
    for path in ["/users/7", "/users/8", "/anything"] {
        let request = navigation(path).header("cookie", &kept).body(axum::body::Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        kept = cookie(response.headers()).unwrap_or(kept);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_journeys_total{path="/users/{id}"}"#), 2.0);
    assert_eq!(metrics.value(r#"user_journeys_total{path="unmatched"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/users/{id}",to="/users/{id}"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/users/{id}",to="unmatched"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"}"#), 2.0);
}
