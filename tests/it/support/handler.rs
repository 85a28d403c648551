use std::convert::Infallible;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use tokio::sync::{mpsc, oneshot};
use tower::util::UnsyncBoxService;
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_rum::middleware::HttpMetricsLayer;
use tower_rum::{Monitor, UpgradeGuard};

/// A request whose handler has it and has not answered yet.
#[must_use]
pub struct Handler {
    pub request: Request<()>,
    answer: oneshot::Sender<StatusCode>,
    response: Pin<Box<dyn Future<Output = StatusCode>>>,
}

impl Handler {
    pub fn guard(&self) -> UpgradeGuard {
        UpgradeGuard::take(self.request.extensions())
    }

    /// The response is there, and the server is done with it.
    pub async fn answers(self, status: StatusCode) {
        self.answer.send(status).unwrap();
        assert_eq!(self.response.await, status);
    }
}

pub async fn ask(monitor: &Monitor, request: Request<()>) -> Handler {
    ask_through(&[monitor.layer()], request).await
}

/// The last layer is the innermost.
pub async fn ask_through(layers: &[HttpMetricsLayer], request: Request<()>) -> Handler {
    let (hand, mut handed) = mpsc::unbounded_channel();
    let handler = service_fn(move |request: Request<()>| {
        let (answer, status) = oneshot::channel();
        hand.send((request, answer)).unwrap();
        async move { Ok::<_, Infallible>(Response::builder().status(status.await.unwrap()).body(Empty::<Bytes>::new()).unwrap()) }
    });
    let mut response = through(layers, handler, request);
    assert!((&mut response).now_or_never().is_none());
    let (request, answer) = handed.recv().await.unwrap();
    Handler { request, answer, response }
}

fn through<S, B>(layers: &[HttpMetricsLayer], service: S, request: Request<()>) -> Pin<Box<dyn Future<Output = StatusCode>>>
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible, Future: 'static> + 'static,
    B: http_body::Body + 'static,
{
    match layers {
        [] => Box::pin(async { service.oneshot(request).await.unwrap().status() }),
        [outer @ .., inner] => {
            let layered = inner.layer(service).map_response(|response| response.map(|_| Empty::<Bytes>::new()));
            through(outer, UnsyncBoxService::new(layered), request)
        }
    }
}

/// What a browser asks for a WebSocket with.
pub fn websocket() -> Request<()> {
    Request::get("/chat").header("connection", "upgrade").header("upgrade", "websocket").body(()).unwrap()
}
