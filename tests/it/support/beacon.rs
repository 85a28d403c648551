use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

/// Sends a request to a monitor's own routes and reads the whole answer.
pub async fn send(monitor: &Monitor, request: Request<Full<Bytes>>) -> Response<Bytes> {
    let nothing = service_fn(async |_| {
        let mut response = Response::new(Full::<Bytes>::default());
        *response.status_mut() = StatusCode::NOT_FOUND;
        Ok::<_, Infallible>(response)
    });
    let response = monitor.routes_layer().layer(nothing).oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// A batch as the browser script sends it: JSON under `text/plain`, with a number of its own.
pub async fn batch(monitor: &Monitor, events: &str) -> Response<Bytes> {
    batch_with(monitor, &format!(r#"{{"version":1,"id":"{}","events":{events}}}"#, fresh_id())).await
}

/// A batch written out whole.
pub async fn batch_with(monitor: &Monitor, body: &str) -> Response<Bytes> {
    let request = Request::post("/log-beacon").header("content-type", "text/plain;charset=UTF-8");
    send(monitor, request.body(Full::from(body.to_owned())).unwrap()).await
}

/// A batch number that no other batch has.
pub fn fresh_id() -> String {
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{:032x}", LAST.fetch_add(1, Ordering::Relaxed))
}
