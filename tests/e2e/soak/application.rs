//! The application under load: once without a monitor, once with.

use std::convert::Infallible;
use std::io::{self, Read};
use std::panic;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::serve::ListenerExt;
use axum::{Router, serve as serve_http};
use hyper::body::Frame;
use prometheus::Registry;
use tokio::net::TcpListener;
use tower_rum::Monitor;

use crate::beacons::ENDPOINTS;

/// Prints the two addresses and serves until standard input ends, as it does with the process that started this one.
pub fn serve() {
    panic::set_hook(Box::new(|panic| {
        if panic.payload().downcast_ref::<&str>() != Some(&AS_ASKED) {
            eprintln!("{panic}");
        }
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let [bare, layered] = [(); 2].map(|()| runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap());
    println!("{} {}", bare.local_addr().unwrap(), layered.local_addr().unwrap());

    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoints(ENDPOINTS)
        .interaction_names(["buy"])
        .body_timeout(Duration::from_millis(200))
        .build()
        .unwrap();
    let with_a_monitor = pages().merge(monitor.routes()).layer(monitor.layer());
    for (listener, app) in [(bare, pages()), (layered, with_a_monitor)] {
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        runtime.spawn(async { serve_http(listener, app).await });
    }
    io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

fn pages() -> Router {
    Router::new()
        .route("/users/{id}", get(async || "a user"))
        .route("/large", get(async || vec![b'x'; 65_536]))
        .route("/streamed", get(async || Body::new(Chunks { left: 3 })))
        .route("/echo", post(async |body: Bytes| body))
        .route("/nothing", get(async || StatusCode::NO_CONTENT))
        .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/panics", get(async || -> StatusCode { panic::panic_any(AS_ASKED) }))
        .route("/endless", get(async || Body::new(Endless { is_begun: false })))
}

const AS_ASKED: &str = "as asked";

/// Chunks whose number nobody knows beforehand.
struct Chunks {
    left: usize,
}

impl HttpBody for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"0123456789")))))
    }
}

/// A first chunk, and no other ever.
struct Endless {
    is_begun: bool,
}

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if std::mem::replace(&mut self.is_begun, true) {
            return Poll::Pending;
        }
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"first")))))
    }
}
