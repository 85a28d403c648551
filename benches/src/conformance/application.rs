//! The streams of an application whose ends the client's side decides.

use std::convert::Infallible;
use std::future::pending;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use tokio::sync::mpsc as frames;

/// What still comes of one body; dropped, it ends.
pub type Source = frames::UnboundedSender<Frame<Bytes>>;

/// Handlers put the sources of their streams here.
#[derive(Clone)]
pub struct Streams(mpsc::Sender<Source>);

impl Streams {
    pub fn new() -> (Self, mpsc::Receiver<Source>) {
        let (sender, sources) = mpsc::channel();
        (Self(sender), sources)
    }

    /// A body that is told from outside what to send.
    pub fn open(&self) -> Streamed {
        let (source, frames) = frames::unbounded_channel();
        self.0.send(source).expect("somebody who drives it");
        Streamed(frames)
    }

    /// An answer that is never there; its handler has begun when its source is.
    pub async fn never(&self) -> &'static str {
        let _begun = self.open();
        pending().await
    }
}

pub struct Streamed(frames::UnboundedReceiver<Frame<Bytes>>);

impl Body for Streamed {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}

impl actix_web::body::MessageBody for Streamed {
    type Error = Infallible;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        self.0.poll_recv(cx).map(|frame| frame.and_then(|frame| frame.into_data().ok()).map(Ok))
    }
}

/// A call that failed inside, as gRPC ends one.
pub fn failed() -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", http::HeaderValue::from_static("13"));
    Frame::trailers(trailers)
}

pub const KILOBYTE: &str = match str::from_utf8(&[b'x'; 1_000]) {
    Ok(text) => text,
    Err(_) => unreachable!(),
};
pub const HTML: &str = "<!doctype html><title>page</title>";
pub const CALL: &str = "/shop.Orders/Place";
