//! What keeps a connection open: a request that waits for its response, then that response's body.

use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::task::JoinHandle;

/// Reads and writes in a task of its own, which ends with this value.
#[derive(Debug)]
pub(super) struct Connection(JoinHandle<()>);

impl Connection {
    pub(super) fn drive<E>(connection: impl Future<Output = Result<(), E>> + Send + 'static) -> Self {
        Self(tokio::spawn(async {
            // How it ends is told to the request or to the body.
            let _ = connection.await;
        }))
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

type BoxError = Box<dyn Error + Send + Sync>;

/// The body of a response to [`Client`](super::Client). It holds the connection.
#[derive(Debug)]
pub struct ClientBody {
    body: Incoming,
    _connection: Connection,
}

impl ClientBody {
    pub(super) fn new(body: Incoming, connection: Connection) -> Self {
        Self { body, _connection: connection }
    }
}

impl Body for ClientBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(context).map_err(BoxError::from)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
