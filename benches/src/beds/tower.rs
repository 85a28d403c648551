//! A leaf service under the layer, and a request with the `MatchedPath` that a real router made.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::body::{Body, HttpBody};
use axum::extract::MatchedPath;
use axum::routing::{Router, get};
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body_util::Full;
use tower::{Layer, Service};

use super::mix::{METHODS, PATTERNS, PAYLOAD, status};
use super::{Bed, drain, now_or_never};

/// Answers at once with 58 bytes.
#[derive(Debug, Clone)]
pub struct Leaf;

impl Service<Request<Body>> for Leaf {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut response = Response::new(Full::new(Bytes::from_static(PAYLOAD)));
        *response.status_mut() = status(request.method());
        ready(Ok(response))
    }
}

pub(super) fn bed<L, S, F, B>(layer: L) -> Bed
where
    L: Layer<Leaf, Service = S>,
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future = F> + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, Infallible>>,
    B: HttpBody + 'static,
{
    let service = layer.layer(Leaf);
    Box::new(move |traffic| {
        let mut service = service.clone();
        // Of this thread's own, as under nested routers: their counts would contend instead of what is measured.
        let (paths, uris) = (matched_paths(), uris());
        let mut sent = 0;
        Box::new(move |requests| {
            for _ in 0..requests {
                let (route, method) = traffic.place(sent);
                sent += 1;
                let mut request = Request::new(Body::empty());
                *request.method_mut() = METHODS[method].clone();
                *request.uri_mut() = uris[route].clone();
                request.extensions_mut().insert(paths[route].clone());
                let Ok(response) = now_or_never(service.call(request));
                drain(response.into_body());
            }
        })
    })
}

pub(super) fn uris() -> Vec<Uri> {
    PATTERNS.iter().map(|(_, path)| Uri::from_static(path)).collect()
}

/// A `MatchedPath` per route, made for the caller alone.
pub fn matched_paths() -> Vec<MatchedPath> {
    let echo = async |matched: MatchedPath| axum::Extension(matched);
    let mut router = PATTERNS.iter().fold(Router::new(), |router, (pattern, _)| router.route(pattern, get(echo))).with_state(());
    let mut matched = |uri: Uri| {
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = uri;
        let Ok(response) = now_or_never(Service::<Request<Body>>::call(&mut router, request));
        response.extensions().get::<MatchedPath>().expect("the router matched").clone()
    };
    uris().into_iter().map(&mut matched).collect()
}
