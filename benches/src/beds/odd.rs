//! Requests that are not like the others: answered in a stream, given up, or with header fields.

use std::convert::Infallible;
use std::future::{Pending, Ready, pending, ready};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, Request, Response, Uri};
use http_body::Frame;
use tower::{Layer, Service};

use super::{Leaf, drain, matched_paths, now_or_never};

pub const FRAMES: usize = 64;
const FRAME: &[u8] = &[b'x'; 16 * 1024];

/// Answers with 1 MiB in 64 frames, its length not announced.
#[derive(Debug, Clone)]
pub struct StreamingLeaf;

pub struct Frames(usize);

impl HttpBody for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let left = self.0.checked_sub(1);
        Poll::Ready(left.map(|left| {
            self.0 = left;
            Ok(Frame::data(Bytes::from_static(FRAME)))
        }))
    }
}

impl Service<Request<Body>> for StreamingLeaf {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(Frames(FRAMES))))
    }
}

/// Never answers.
#[derive(Debug, Clone)]
pub struct SilentLeaf;

impl Service<Request<Body>> for SilentLeaf {
    type Response = Response<Frames>;
    type Error = Infallible;
    type Future = Pending<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        pending()
    }
}

/// Takes whole streamed responses.
pub fn streaming<L, B>(layer: L) -> Box<dyn FnMut(usize)>
where
    L: Layer<StreamingLeaf>,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible> + 'static,
    B: HttpBody + 'static,
{
    let (mut service, path) = (layer.layer(StreamingLeaf), matched_paths().swap_remove(9));
    Box::new(move |requests| {
        for _ in 0..requests {
            let Ok(response) = now_or_never(service.call(request(&path)));
            drain(response.into_body());
        }
    })
}

/// Gives requests up after one look at their future.
pub fn giving_up<L, B>(layer: L) -> Box<dyn FnMut(usize)>
where
    L: Layer<SilentLeaf>,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible> + 'static,
{
    let (mut service, path) = (layer.layer(SilentLeaf), matched_paths().swap_remove(9));
    Box::new(move |requests| {
        for _ in 0..requests {
            let future = pin!(service.call(request(&path)));
            assert!(future.poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
    })
}

/// Requests with these header fields, to the leaf service.
pub fn with_fields<L, B>(layer: L, fields: HeaderMap) -> Box<dyn FnMut(usize)>
where
    L: Layer<Leaf>,
    L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible> + 'static,
    B: HttpBody + 'static,
{
    let (mut service, path) = (layer.layer(Leaf), matched_paths().swap_remove(9));
    Box::new(move |requests| {
        for _ in 0..requests {
            let mut request = request(&path);
            request.headers_mut().clone_from(&fields);
            let Ok(response) = now_or_never(service.call(request));
            drain(response.into_body());
        }
    })
}

fn request(path: &axum::extract::MatchedPath) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = Uri::from_static("/users/42/orders");
    request.extensions_mut().insert(path.clone());
    request
}
