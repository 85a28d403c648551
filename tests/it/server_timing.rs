//! How the browser learns the route template of what it got.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

#[tokio::test]
async fn documents_and_responses_to_scripts_name_their_template() {
    let monitor = monitor("/users/{id}");
    let document = answer(&monitor, "text/html; charset=utf-8", None).await;
    assert_eq!(timings(&document), [r#"route;desc="/users/{id}""#]);
    let to_script = answer(&monitor, "application/json", Some("empty")).await;
    assert_eq!(timings(&to_script), [r#"route;desc="/users/{id}""#]);
    let image = answer(&monitor, "image/png", Some("image")).await;
    assert!(timings(&image).is_empty());
    let to_program = answer(&monitor, "application/json", None).await;
    assert!(timings(&to_program).is_empty());
}

#[tokio::test]
async fn nothing_else_of_a_response_changes() {
    let told = answer(&monitor("/"), "text/html", Some("empty")).await;
    let untold = answer(&Monitor::builder().server_timing(false).build().unwrap(), "text/html", Some("empty")).await;
    let mut headers = told.headers().clone();
    assert!(headers.remove("server-timing").is_some());
    assert_eq!(&headers, untold.headers());
    assert_eq!(told.status(), untold.status());
}

#[tokio::test]
async fn it_can_be_switched_off() {
    let monitor = Monitor::builder().endpoint(|_| Some(Cow::Borrowed("/"))).server_timing(false).build().unwrap();
    assert!(timings(&answer(&monitor, "text/html", Some("empty")).await).is_empty());
}

#[tokio::test]
async fn what_no_route_matched_names_nothing() {
    let monitor = Monitor::builder().endpoint(|_| None).build().unwrap();
    assert!(timings(&answer(&monitor, "text/html", Some("empty")).await).is_empty());
}

#[tokio::test]
async fn a_field_of_the_application_stays() {
    let monitor = monitor("/");
    let app = service_fn(async |_: Request<Full<Bytes>>| {
        let response = Response::builder().header("content-type", "text/html").header("server-timing", "db;dur=53");
        Ok::<_, Infallible>(response.body(Full::<Bytes>::default()).unwrap())
    });
    let response = monitor.layer().layer(app).oneshot(Request::new(Full::default())).await.unwrap();
    let timings: Vec<_> = response.headers().get_all("server-timing").iter().collect();
    assert_eq!(timings, ["db;dur=53", r#"route;desc="/""#]);
}

#[tokio::test]
async fn a_template_with_any_bytes_survives_the_header() {
    for (template, field) in [
        ("/a\"b", r#"route;desc="/a%22b""#),
        ("/a\\b", r#"route;desc="/a%5Cb""#),
        ("/100%", r#"route;desc="/100%25""#),
        ("/größe/{id}", r#"route;desc="/gr%C3%B6%C3%9Fe/{id}""#),
        ("/a;b,c=d", r#"route;desc="/a;b,c=d""#),
    ] {
        let response = answer(&monitor(template), "text/html", None).await;
        assert_eq!(timings(&response), [field]);
    }
    let with_line_break = answer(&monitor("/a\r\nset-cookie: x"), "text/html", None).await;
    assert!(timings(&with_line_break).is_empty(), "a template with control characters is none");
}

fn monitor(template: &'static str) -> Monitor {
    Monitor::builder().endpoint(move |_| Some(Cow::Borrowed(template))).build().unwrap()
}

async fn answer(monitor: &Monitor, content_type: &'static str, destination: Option<&str>) -> Response<()> {
    let app = service_fn(async move |_: Request<Full<Bytes>>| {
        let mut response = Response::new(Full::<Bytes>::from("x"));
        response.headers_mut().insert("content-type", HeaderValue::from_static(content_type));
        Ok::<_, Infallible>(response)
    });
    let mut request = Request::new(Full::default());
    if let Some(destination) = destination {
        request.headers_mut().insert("sec-fetch-dest", destination.parse().unwrap());
    }
    monitor.layer().layer(app).oneshot(request).await.unwrap().map(drop)
}

fn timings(response: &Response<()>) -> Vec<&str> {
    response.headers().get_all("server-timing").iter().map(|value| value.to_str().unwrap()).collect()
}
