//! What is sent to a Pushgateway, and what becomes of its answers.

use std::convert::Infallible;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use prometheus::core::Collector;
use prometheus::proto::{MetricFamily, MetricType};
use prometheus::{Histogram, HistogramOpts, IntCounterVec, Opts, Registry};
use tokio::io::AsyncWriteExt;
use tower::{Service, service_fn};
use tower_rum::Monitor;
use tower_rum::synthetic::{PushError, Pushgateway};

use super::running::no_client;
use super::target::{answering, nobody, says};
use crate::support::server::Server;
use crate::support::text_format;

#[tokio::test]
async fn what_a_registry_has_is_put_posted_and_deleted() {
    let server = Recording::start().await;
    let gateway = Pushgateway::new(pooled(), server.address()).unwrap().grouping("instance", "prober-1").unwrap();
    let gateway = gateway.header("Authorization", "Bearer secret").unwrap();
    tokio::spawn(gateway.put(&registry().gather())).await.unwrap().unwrap();
    gateway.post(&registry().gather()).await.unwrap();
    gateway.delete().await.unwrap();

    let asked = server.asked();
    let lines: Vec<_> = asked.iter().map(|(head, _)| format!("{} {}", head.method, head.uri)).collect();
    let path = "/metrics/job/synthetic_monitor/instance/prober-1";
    assert_eq!(lines, [format!("PUT {path}"), format!("POST {path}"), format!("DELETE {path}")]);
    for (head, text) in &asked[..2] {
        assert_eq!(head.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        assert_eq!(head.headers["content-length"], text.len().to_string());
        let families = text_format::parse(text);
        assert_eq!(families.keys().collect::<Vec<_>>(), ["job_seconds", "jobs_total"]);
        let jobs = &families["jobs_total"];
        assert_eq!((jobs.kind.as_str(), jobs.help.as_str()), ("counter", "Jobs."));
        assert_eq!((jobs.samples[0].labels["queue"].as_str(), jobs.samples[0].value), ("a\"b\\c\nd", 3.0));
        assert_eq!(families["job_seconds"].samples.len(), 4);
    }
    for (head, _) in &asked {
        assert_eq!(head.headers["authorization"], "Bearer secret");
        assert_eq!(head.headers["user-agent"], format!("tower-rum-push/{}", env!("CARGO_PKG_VERSION")));
    }
    assert_eq!(asked[2].1, "");
}

#[tokio::test]
async fn what_a_monitor_has_is_pushed() {
    let server = Recording::start().await;
    let monitor = Monitor::builder().namespace("shop").registry(Registry::new()).build().unwrap();
    Pushgateway::new(pooled(), server.address()).unwrap().put(&monitor.collector().collect()).await.unwrap();
    let (_, text) = &server.asked()[0];
    let families = text_format::parse(text);
    assert!(!families["shop_rum_events_total"].samples.is_empty());
    assert!(families.values().all(|family| !family.samples.is_empty()), "a family without a sample is left out");
}

#[cfg(feature = "synthetic-client")]
#[tokio::test]
async fn the_ready_client_pushes() {
    let server = Recording::start().await;
    let gateway = Pushgateway::new(tower_rum::synthetic::Client::new(), server.address()).unwrap();
    gateway.put(&registry().gather()).await.unwrap();
    let (head, text) = &server.asked()[0];
    assert_eq!(head.headers["host"], server.server.address.to_string());
    assert!(text.contains("jobs_total{"), "{text}");
}

#[tokio::test]
async fn any_job_and_any_value_come_through_the_path() {
    for (value, segments) in [
        ("web-1.example_~", "/zone/web-1.example_~"),
        ("a/b", "/zone@base64/YS9i"),
        ("", "/zone@base64/="),
        (".", "/zone@base64/Lg"),
        ("..", "/zone@base64/Li4"),
        ("a b", "/zone@base64/YSBi"),
        ("50%", "/zone@base64/NTAl"),
        ("?#", "/zone@base64/PyM"),
        ("ÿÿÿ", "/zone@base64/w7_Dv8O_"),
    ] {
        let gateway = |address| Pushgateway::new(telling(), address).unwrap();
        let by_label = gateway("http://a.example:9091/push/").job("nightly").unwrap().grouping("zone", value).unwrap();
        let uri = format!("http://a.example:9091/push/metrics/job/nightly{segments}");
        assert_eq!(by_label.delete().await.unwrap_err().to_string(), format!("the Pushgateway gave no answer: {uri}"));
        if !value.is_empty() {
            let by_job = gateway("https://a.example").job(value).unwrap();
            let uri = format!("https://a.example/metrics{}", segments.replace("zone", "job"));
            assert_eq!(by_job.delete().await.unwrap_err().to_string(), format!("the Pushgateway gave no answer: {uri}"));
        }
    }
}

#[test]
fn what_cannot_work_is_an_error_that_says_what_it_takes() {
    for address in [
        "",
        "localhost:9091",
        "/push",
        "ftp://a.example",
        "http://me:secret@a.example",
        "http://a.example/?x",
        "http://a.example/#x",
    ] {
        let error = Pushgateway::new(no_client(), address).unwrap_err().to_string();
        assert!(error.contains("an absolute URI of http or https"), "{error}");
    }
    let gateway = || Pushgateway::new(no_client(), "http://a.example").unwrap();
    assert!(gateway().job("").unwrap_err().to_string().contains("not empty"));
    for name in ["", "job", "1st", "a-b", "a@base64", "a/b", "__name__", "é"] {
        let error = gateway().grouping(name, "x").unwrap_err().to_string();
        assert!(error.contains("a grouping label takes a name"), "{error}");
    }
    let twice = gateway().grouping("zone", "a").unwrap().grouping("zone", "b");
    assert!(twice.unwrap_err().to_string().contains("each label once"));
    assert!(gateway().grouping("zone", "x".repeat(1 << 16)).unwrap_err().to_string().contains("less than 64 KiB"));
    assert!(gateway().job("x".repeat(1 << 16)).unwrap_err().to_string().contains("less than 64 KiB"));
    assert!(gateway().header("a b", "c").unwrap_err().to_string().contains("no name of a header"));
    assert!(gateway().header("a", "b\nc").unwrap_err().to_string().contains("the value of header \"a\""));
}

#[tokio::test]
async fn any_status_but_200_to_299_is_an_error_with_the_first_line_that_came_with_it() {
    for good in ["200 OK", "202 Accepted", "204 No Content"] {
        let answer = format!("HTTP/1.1 {good}\r\nconnection: close\r\n\r\n").leak();
        pushed_to(&says(answer).await.uri("")).await.unwrap();
    }
    let long = "x".repeat(5000);
    for (status, body, said) in [
        (400, "pushed metrics must not have timestamps\nand more", ": pushed metrics must not have timestamps"),
        (400, "\u{1b}[31mred\rgreen\r\n", ": [31mredgreen"),
        (400, &long, &format!(": {}", "x".repeat(1024))),
        (401, "", ""),
        (301, "Moved\n", ": Moved"),
        (503, "", ""),
    ] {
        let answer = format!("HTTP/1.1 {status}\r\nlocation: /\r\nconnection: close\r\n\r\n{body}").leak();
        let error = pushed_to(&says(answer).await.uri("")).await.unwrap_err();
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.to_string(), format!("the Pushgateway answered {status}{said}"));
    }
}

#[tokio::test]
async fn an_error_whose_body_hangs_or_never_ends_still_says_its_status() {
    let hanging = answering(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 10\r\n\r\nhal").await.unwrap();
        pending::<()>().await;
    });
    let endless = answering(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    });
    for target in [hanging.await, endless.await] {
        let address = target.uri("");
        let pushed = tokio::time::timeout(Duration::from_secs(30), pushed_to(&address)).await;
        let error = pushed.expect("it gives up the body").unwrap_err();
        assert_eq!(error.status(), Some(StatusCode::BAD_REQUEST), "{error}");
    }
}

#[tokio::test]
async fn no_answer_is_an_error_that_says_why() {
    let error = pushed_to(&format!("http://{}", nobody().await)).await.unwrap_err();
    assert_eq!(error.status(), None);
    assert!(
        error.to_string().starts_with("the Pushgateway gave no answer: ") && error.to_string().contains("refused"),
        "{error}"
    );

    let silent = answering(|stream| async move {
        let _open = stream;
        pending::<()>().await;
    })
    .await;
    let gateway = Pushgateway::new(pooled(), silent.uri("")).unwrap().timeout(Duration::from_millis(30));
    let error = gateway.delete().await.unwrap_err();
    assert_eq!((error.status(), error.to_string().as_str()), (None, "the Pushgateway gave no answer within 30ms"));
}

#[tokio::test]
async fn what_the_format_cannot_say_is_not_sent_and_nothing_with_it() {
    let mut families = registry().gather();
    let mut odd: MetricFamily = families[0].clone();
    odd.set_name("odd".to_owned());
    odd.set_field_type(MetricType::UNTYPED);
    families.push(odd);
    let gateway = Pushgateway::new(no_client(), "http://unasked.example").unwrap();
    let error = gateway.put(&families).await.unwrap_err();
    assert_eq!(error.to_string(), "nothing was pushed: the text format cannot say the family \"odd\"");
    assert_eq!(gateway.post(&families).await.unwrap_err().status(), None);
}

fn pooled() -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build_http()
}

/// A client whose errors are the URIs that it is asked for.
fn telling() -> impl Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Error = String> + Clone {
    service_fn(async |request: Request<_>| Err(request.uri().to_string()))
}

async fn pushed_to(address: &str) -> Result<(), PushError> {
    Pushgateway::new(pooled(), address).unwrap().put(&registry().gather()).await
}

fn registry() -> Registry {
    let registry = Registry::new();
    let jobs = IntCounterVec::new(Opts::new("jobs_total", "Jobs."), &["queue"]).unwrap();
    jobs.with_label_values(&["a\"b\\c\nd"]).inc_by(3);
    registry.register(Box::new(jobs)).unwrap();
    let times = Histogram::with_opts(HistogramOpts::new("job_seconds", "Time.").buckets(vec![0.5])).unwrap();
    times.observe(1.0);
    registry.register(Box::new(times)).unwrap();
    registry
}

/// Takes every push, and tells what came.
struct Recording {
    server: Server,
    asked: Arc<Mutex<Vec<(Parts, String)>>>,
}

impl Recording {
    async fn start() -> Self {
        let asked = Arc::<Mutex<Vec<_>>>::default();
        let log = Arc::clone(&asked);
        let service = service_fn(move |request: Request<Incoming>| {
            let log = Arc::clone(&log);
            async move {
                let (head, body) = request.into_parts();
                let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
                log.lock().unwrap().push((head, text));
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }
        });
        Self { server: Server::start(service).await, asked }
    }

    fn address(&self) -> String {
        format!("http://{}", self.server.address)
    }

    fn asked(&self) -> Vec<(Parts, String)> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}
