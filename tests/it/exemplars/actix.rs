//! The same in actix.

use std::borrow::Cow;

use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::get;
use actix_web::{App, HttpResponse, http};
use prometheus::Registry;
use tower_rum::exemplars::{Exemplars, TraceContext};
use tower_rum::{Builder, Monitor};

use super::{REQUESTS, exemplars, trace, traceparent, traces};

#[tokio::test]
async fn a_traceparent_field_names_the_trace_whatever_else_is_read_of_the_head() {
    let by_head = |builder: Builder| builder.label("plan", ["pro"], |head| head.headers().get("x-plan")?.to_str().ok());
    let by_path = |builder: Builder| builder.endpoint(|head| Some(Cow::Borrowed(head.uri().path())));
    for builder in [Monitor::builder(), by_head(Monitor::builder()), by_path(Monitor::builder())] {
        let monitor = build(builder.exemplars(Exemplars::traceparent()));
        let (sampled, unsampled) = (&*traceparent(1), &*traceparent(1).replace("-01", "-00"));
        for fields in [&[][..], &["garbage"], &[unsampled], &[sampled, sampled]] {
            ask(&monitor, fields).await;
        }
        assert_eq!(traces(&monitor, REQUESTS).await, [""; 0]);
        ask(&monitor, &[sampled]).await;
        assert_eq!(traces(&monitor, REQUESTS).await, [trace(1)]);
    }
}

#[tokio::test]
async fn a_closure_is_asked_and_its_trace_goes_with_the_request_to_the_route_that_answers() {
    let any = Exemplars::from_fn(|head| TraceContext::from_traceparent(head.headers().get("traceparent")?.as_bytes()));
    let monitor = build(Monitor::builder().exemplars(any));
    ask(&monitor, &[&traceparent(1).replace("-01", "-00")]).await;
    let exemplars = exemplars(&monitor).await;
    assert_eq!(exemplars[0].labels, r#"method="GET",endpoint="/widgets/{id}",status="200""#);
    assert_eq!(exemplars[0].trace, trace(1));
}

#[tokio::test]
async fn a_document_tells_its_trace() {
    let monitor = build(Monitor::builder().exemplars(Exemplars::traceparent()));
    let told = ask(&monitor, &[&traceparent(1)]).await;
    assert_eq!(told, [r#"route;desc="/widgets/{id}""#, &format!("traceparent;desc=\"{}\"", traceparent(1))]);
    assert_eq!(ask(&monitor, &[]).await, [r#"route;desc="/widgets/{id}""#]);
}

fn build(builder: Builder) -> Monitor {
    builder.registry(Registry::new()).build().unwrap()
}

/// Asks for a document, and gives its `Server-Timing` fields.
async fn ask(monitor: &Monitor, fields: &[&str]) -> Vec<String> {
    let page = async || HttpResponse::Ok().content_type("text/html").body("<p>");
    let service = init_service(App::new().route("/widgets/{id}", get().to(page)).wrap(monitor.actix())).await;
    let request = TestRequest::get().uri("/widgets/7");
    let request = fields.iter().fold(request, |request, &field| request.append_header(("traceparent", field)));
    let response = service.call(request.to_request()).await.unwrap();
    let timings = response.headers().get_all(http::header::HeaderName::from_static("server-timing"));
    timings.map(|value| value.to_str().unwrap().to_owned()).collect()
}
