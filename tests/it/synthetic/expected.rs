//! What a step expects of its response, and what it sends.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use tokio::io::AsyncWriteExt;
use tower::service_fn;
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::{first_run, result};
use super::target::answering;
use crate::support::server::Server;

#[tokio::test]
async fn any_status_of_200_to_299_unless_others_are_named() {
    let shop = Shop::open().await;
    let of = async |step: Step| shop.ends([step]).await;
    assert_eq!(of(shop.get("/204")).await, "success");
    for status in ["/301-nowhere", "/404", "/500"] {
        assert_eq!(of(shop.get(status).redirects(0)).await, "status", "{status}");
    }
    assert_eq!(of(shop.get("/404").expect_status(404)).await, "success");
    assert_eq!(of(shop.get("/200").expect_status(404)).await, "status");
    assert_eq!(of(shop.get("/500").expect_status(404).expect_status(500)).await, "success");
}

#[tokio::test]
async fn a_header_field_that_holds_a_text() {
    let shop = Shop::open().await;
    let with = async |name: &str, text: &str| shop.ends([shop.get("/200").expect_header(name, text)]).await;
    assert_eq!(with("Content-Type", "text/plain").await, "success");
    assert_eq!(with("content-type", "").await, "success");
    assert_eq!(with("x-many", "second").await, "success", "any field of the name");
    assert_eq!(with("content-type", "text/html").await, "header");
    assert_eq!(with("x-absent", "").await, "header");
}

#[tokio::test]
async fn texts_in_the_body_also_across_what_comes_at_a_time() {
    let shop = Shop::open().await;
    let with = async |texts: &[&str]| {
        let step = texts.iter().fold(shop.get("/200"), |step, &text| step.expect_body_contains(text));
        shop.ends([step]).await
    };
    assert_eq!(with(&["GET /200", "200 "]).await, "success");
    assert_eq!(with(&["GET /200", "Sold out"]).await, "body");

    let parts = answering(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nYour c").await.unwrap();
        stream.flush().await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        stream.write_all(b"art").await.unwrap();
    })
    .await;
    let step = Step::get(parts.uri("/")).expect_body_contains("Your cart");
    assert_eq!(result(&first_run(Probe::http("it", [step]), Client::new()).await.0), "success");
}

#[tokio::test]
async fn steps_go_on_while_they_give_what_they_should() {
    let shop = Shop::open().await;
    let pay = || Step::post(shop.uri("/200"), "x=1").header("content-type", "text/plain").expect_body_contains("POST /200 x=1");
    assert_eq!(shop.ends([shop.get("/204"), pay(), shop.get("/200")]).await, "success");
    assert_eq!(shop.asked(), ["GET /204", "POST /200", "GET /200"]);
    assert_eq!(shop.ends([shop.get("/500"), pay()]).await, "status");
    assert_eq!(shop.asked(), ["GET /500"], "and no further");
}

#[tokio::test]
async fn a_request_says_who_asks_and_for_which_host() {
    let shop = Shop::open().await;
    let host = shop.server.address.to_string();
    let agent = format!("tower-rum-probe/{}", env!("CARGO_PKG_VERSION"));
    let step = shop.get("/echo").expect_header("x-host", host).expect_header("x-agent", agent);
    assert_eq!(shop.ends([step]).await, "success");
    let step = shop.get("/echo").header("host", "virtual.example").header("user-agent", "mine");
    let step = step.expect_header("x-host", "virtual.example").expect_header("x-agent", "mine");
    assert_eq!(shop.ends([step]).await, "success");
    let head = Step::head(shop.uri("/200")).expect_header("content-length", "");
    assert_eq!(shop.ends([head]).await, "success");
}

#[tokio::test]
async fn redirects_are_followed_unless_they_are_what_is_expected() {
    let shop = Shop::open().await;
    assert_eq!(shop.ends([shop.get("/301").expect_body_contains("GET /200")]).await, "success");
    assert_eq!(shop.ends([Step::post(shop.uri("/301"), "x").expect_body_contains("GET /200")]).await, "success");
    shop.asked();
    assert_eq!(shop.ends([shop.get("/301").expect_status(301)]).await, "success");
    assert_eq!(shop.asked(), ["GET /301"]);
    assert_eq!(shop.ends([shop.get("/301").redirects(1)]).await, "success");
}

struct Shop {
    server: Server,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shop {
    /// Answers `/404` with 404, and tells what it was asked.
    async fn open() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let server = Server::start(service_fn(move |request| answer(request, Arc::clone(&log)))).await;
        Self { server, asked }
    }

    fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    fn get(&self, path: &str) -> Step {
        Step::get(self.uri(path))
    }

    async fn ends(&self, steps: impl IntoIterator<Item = Step>) -> String {
        result(&first_run(Probe::http("it", steps), Client::new()).await.0)
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

async fn answer(request: Request<Incoming>, log: Arc<Mutex<Vec<String>>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let asked = format!("{} {}", head.method, head.uri.path());
    log.lock().unwrap().push(asked.clone());
    let status = head.uri.path().get(1..4).and_then(|status| status.parse().ok()).unwrap_or(StatusCode::OK);
    let mut response = Response::builder().status(status).header("content-type", "text/plain; charset=utf-8");
    response = response.header("x-many", "first").header("x-many", "second");
    response = response.header("x-host", &head.headers["host"]).header("x-agent", &head.headers["user-agent"]);
    if head.uri.path() == "/301" {
        response = response.header("location", "200");
    }
    let body = body.collect().await.unwrap().to_bytes();
    let text = format!("{asked} {}", String::from_utf8_lossy(&body));
    Ok(response.body(if status == StatusCode::NO_CONTENT { Full::default() } else { Full::from(text) }).unwrap())
}
