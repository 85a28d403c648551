//! A visitor's side of HTTP, which counts what it asks.

use std::time::Instant;

use axum::body::Bytes;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::{Method, Request, StatusCode};
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::BoxError;

use super::batch::Batch;
use super::tally::Tally;

#[derive(Clone)]
pub(crate) struct Client {
    pool: Pool<HttpConnector, Full<Bytes>>,
    address: String,
}

impl Client {
    pub(crate) fn of(address: String) -> Self {
        Self { pool: Pool::builder(TokioExecutor::new()).build_http(), address }
    }

    pub(crate) async fn get(&self, endpoint: &str, path: &str, tally: &mut Tally) -> Result<Reply, BoxError> {
        let request = Request::get(self.url("http", path)).header(USER_AGENT, VISITOR);
        self.counted(endpoint, request.body(Full::default())?, tally).await
    }

    pub(crate) async fn post(&self, endpoint: &str, form: &str, tally: &mut Tally) -> Result<Reply, BoxError> {
        let request = Request::post(self.url("http", endpoint)).header(USER_AGENT, VISITOR).header(CONTENT_TYPE, FORM);
        self.counted(endpoint, request.body(Full::from(form.to_owned()))?, tally).await
    }

    /// The browser script, which its own monitor does not count.
    pub(crate) async fn load_script(&self) -> Result<(), BoxError> {
        let request = Request::get(self.url("http", "/rum.js")).header(USER_AGENT, VISITOR);
        self.send(request.body(Full::default())?).await.map(drop)
    }

    /// Sends as `sendBeacon` does.
    pub(crate) async fn beacon(&self, agent: &str, batch: Batch, tally: &mut Tally) -> Result<(), BoxError> {
        let request = Request::post(self.url("http", "/log-beacon")).header(USER_AGENT, agent).header(CONTENT_TYPE, TEXT);
        let reply = self.send(request.body(Full::from(batch.body()))?).await?;
        match reply.status {
            StatusCode::NO_CONTENT if agent == VISITOR => tally.add_up(batch.moves),
            StatusCode::NO_CONTENT => tally.count("rum_rejected_total", &[("reason", "bot")]),
            _ => return Err(format!("a beacon was answered with {}: {}", reply.status, reply.text()).into()),
        }
        Ok(())
    }

    /// Says something over a WebSocket, and hears it again.
    pub(crate) async fn talk(&self, path: &str, tally: &mut Tally) -> Result<(), BoxError> {
        let mut request = self.url("ws", path).into_client_request()?;
        request.headers_mut().insert(USER_AGENT, VISITOR.parse()?);
        let (mut socket, response) = connect_async(request).await?;
        count(&Method::GET, path, response.status(), 0, tally);
        socket.send(Message::text("hello")).await?;
        while let Some(message) = socket.next().await {
            if message?.is_text() {
                socket.close(None).await?;
            }
        }
        Ok(())
    }

    async fn counted(&self, endpoint: &str, request: Request<Full<Bytes>>, tally: &mut Tally) -> Result<Reply, BoxError> {
        let method = request.method().clone();
        let asked = Instant::now();
        let reply = self.send(request).await?;
        let waited = [("method", method.as_str()), ("endpoint", endpoint), ("status", reply.status.as_str())];
        tally.add("seconds_waited", &waited, asked.elapsed().as_secs_f64());
        count(&method, endpoint, reply.status, reply.body.len(), tally);
        Ok(reply)
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> Result<Reply, BoxError> {
        let response = self.pool.request(request).await?;
        let status = response.status();
        Ok(Reply { status, body: response.into_body().collect().await?.to_bytes() })
    }

    fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.address)
    }
}

fn count(method: &Method, endpoint: &str, status: StatusCode, bytes: usize, tally: &mut Tally) {
    let (method, status) = (method.as_str(), status.as_str());
    tally.count("http_requests_total", &[("method", method), ("endpoint", endpoint), ("status", status)]);
    tally.count("responses_by_bytes", &[("method", method), ("endpoint", endpoint), ("bytes", &bytes.to_string())]);
}

pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Says what it is, in words that the ingest takes no offence at: what calls itself a bot is not recorded.
pub(crate) const VISITOR: &str = "tower-rum-demo (simulated visitor)";
/// A crawler that runs scripts; its beacons are answered, and counted as refused.
pub(crate) const CRAWLER: &str = "tower-rum-demo-bot (simulated crawler)";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain;charset=UTF-8";
