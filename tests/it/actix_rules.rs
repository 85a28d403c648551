//! Rules and labels by a request's head hold in actix as they do elsewhere, whatever route answers.

use actix_web::dev::Service;
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{get, post};
use actix_web::{App, HttpResponse};
use prometheus::Registry;
use tower_rum::{Builder, Monitor};

use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_label_goes_with_the_request_to_the_route_that_answers() {
    let builder = Monitor::builder().label("plan", ["free", "pro"], |head| head.headers().get("x-plan")?.to_str().ok());
    // The first that fits is another than the one that answers, until it has.
    let metrics = ask(builder, &[("/widgets/search", "free"), ("/widgets/search", "gold"), ("/widgets/search", "free")]).await;
    let requests = |plan| {
        let labels = format!(r#"method="POST",endpoint="/widgets/search",status="200",plan="{plan}""#);
        metrics.value(&format!("http_requests_total{{{labels}}}"))
    };
    assert_eq!((requests("free"), requests("other")), (2.0, 1.0));
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn what_is_ignored_by_its_head_leaves_no_trace() {
    let builder = Monitor::builder().ignore_if(|head| head.headers().get("x-plan").is_some_and(|plan| plan == "probe"));
    let metrics = ask(builder, &[("/widgets/search", "probe"), ("/widgets/search", "free")]).await;
    assert_eq!(metrics.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn a_name_given_by_the_head_stands_whatever_route_answers() {
    let builder = Monitor::builder().alias_if("search", |head| head.headers().get("x-plan").is_some_and(|plan| plan == "pro"));
    let metrics = ask(builder, &[("/widgets/search", "pro"), ("/widgets/search", "free")]).await;
    let requests =
        |endpoint| metrics.value(&format!(r#"http_requests_total{{method="POST",endpoint="{endpoint}",status="200"}}"#));
    assert_eq!((requests("search"), requests("/widgets/search")), (1.0, 1.0));
}

/// POSTs to these paths for these plans, one after the other.
async fn ask(builder: Builder, requests: &[(&str, &str)]) -> Metrics {
    let monitor = builder.registry(Registry::new()).build().unwrap();
    let ok = async || HttpResponse::Ok();
    let app = App::new().route("/widgets/{id}", get().to(ok)).route("/widgets/search", post().to(ok)).wrap(monitor.actix());
    let service = init_service(app).await;
    for (path, plan) in requests {
        let request = TestRequest::post().uri(path).insert_header(("x-plan", *plan)).to_request();
        let response = service.call(request).await.unwrap();
        assert_eq!(response.status(), 200);
    }
    Metrics::of(&monitor).await
}
