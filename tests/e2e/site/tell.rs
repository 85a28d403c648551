//! Tells the test what arrives: each request's path, and the bodies of beacons and of reports by the page itself.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

pub async fn tell(State(script_delay): State<u64>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/rum.js" {
        tokio::time::sleep(Duration::from_millis(script_delay)).await;
    }
    if !matches!(path.as_str(), "/log-beacon" | "/reference" | "/violation") {
        let length = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<u64>().ok());
        println!("{}", json!({ "request": path, "length": length }));
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    let headers: serde_json::Map<String, serde_json::Value> =
        head.headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into())).collect();
    let body = to_bytes(body, 1 << 20).await.unwrap_or_default();
    let response = next.run(Request::from_parts(head, Body::from(body.clone()))).await;
    let status = response.status().as_u16();
    println!("{}", json!({ "post": path, "headers": headers, "text": String::from_utf8_lossy(&body), "status": status }));
    response
}
