//! An axum router with the layer around it, called as `axum::serve` calls it: with its state in place.

use std::convert::Infallible;

use axum::body::{Body, HttpBody};
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, Route, Router, get};
use bytes::Bytes;
use http::{Request, StatusCode};
use tower::{Layer, Service};
use tower_rum::middleware::HttpMetricsLayer;

use super::mix::{METHODS, PATTERNS, PAYLOAD, status};
use super::tower::uris;
use super::{Bed, drain, now_or_never};

/// Twenty routes of three methods each.
pub fn router() -> Router {
    let [get_status, post_status, put_status] = statuses();
    routes(
        get(async move || (get_status, Bytes::from_static(PAYLOAD)))
            .post(async move || (post_status, Bytes::from_static(PAYLOAD)))
            .put(async move || (put_status, Bytes::from_static(PAYLOAD))),
    )
}

/// The same with a layer around each handler.
pub fn router_of_layered(layer: &HttpMetricsLayer) -> Router {
    let [get_status, post_status, put_status] = statuses();
    let get_handler = async move || (get_status, Bytes::from_static(PAYLOAD));
    let post_handler = async move || (post_status, Bytes::from_static(PAYLOAD));
    let put_handler = async move || (put_status, Bytes::from_static(PAYLOAD));
    routes(get(get_handler.layer(layer.clone())).post(post_handler.layer(layer.clone())).put(put_handler.layer(layer.clone())))
}

fn statuses() -> [StatusCode; 3] {
    METHODS.map(|method| status(&method))
}

fn routes(methods: MethodRouter) -> Router {
    PATTERNS.iter().fold(Router::new(), |router, (pattern, _)| router.route(pattern, methods.clone()))
}

pub(super) fn bare() -> Bed {
    boxed(router().with_state(()))
}

pub(super) fn bed<L>(layer: L) -> Bed
where
    L: Layer<Route> + Clone + Send + Sync + 'static,
    L::Service: Service<Request<Body>> + Clone + Send + Sync + 'static,
    <L::Service as Service<Request<Body>>>::Response: IntoResponse + 'static,
    <L::Service as Service<Request<Body>>>::Error: Into<Infallible> + 'static,
    <L::Service as Service<Request<Body>>>::Future: Send + 'static,
{
    boxed(router().layer(layer).with_state(()))
}

/// A bed of a whole router.
pub fn boxed<S, F, B>(service: S) -> Bed
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible, Future = F> + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<B>, Infallible>>,
    B: HttpBody + 'static,
{
    Box::new(move |traffic| {
        let mut service = service.clone();
        let uris = uris();
        let mut sent = 0;
        Box::new(move |requests| {
            for _ in 0..requests {
                let (route, method) = traffic.place(sent);
                sent += 1;
                let mut request = Request::new(Body::empty());
                *request.method_mut() = METHODS[method].clone();
                *request.uri_mut() = uris[route].clone();
                let Ok(response) = now_or_never(service.call(request));
                drain(response.into_body());
            }
        })
    })
}
