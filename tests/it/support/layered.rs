use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Builder, Monitor};

/// A builder whose endpoints are raw paths: what a careless host, or one under attack, may hand over.
pub fn raw_paths() -> Builder {
    Monitor::builder().registry(prometheus::Registry::new()).endpoint(|request| Some(Cow::Borrowed(request.uri().path())))
}

/// One request through the monitor's layer to a service that answers with `body` at once; needs no runtime.
pub fn request(monitor: &Monitor, method: &str, uri: &str, body: impl Into<Bytes>) {
    let request = Request::builder().method(method).uri(uri).body(()).unwrap();
    respond(monitor, request, Response::new(Full::new(body.into())));
}

/// Like [`request`], with both sides given.
pub fn respond(monitor: &Monitor, request: Request<()>, response: Response<Full<Bytes>>) {
    let mut response = Some(response);
    let service =
        service_fn(move |_: Request<()>| std::future::ready(Ok::<_, Infallible>(response.take().expect("one request"))));
    let response = monitor.layer().layer(service).oneshot(request).now_or_never().unwrap().unwrap();
    http_body_util::BodyExt::collect(response.into_body()).now_or_never().unwrap().unwrap();
}
