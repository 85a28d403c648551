//! The ready client: HTTP/1.1 over a connection of its own for each request.

mod connection;
mod exchange;
mod trust;

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower::Service;

use crate::error::Error;

pub use connection::ClientBody;
use trust::Trust;

/// A client that connects anew for each request, as a user's first one does, and tells every [`Phase`](super::Phase) and when certificates end to the
/// request's [`Trace`](super::Trace).
///
/// HTTP/1.1, over TLS 1.2 or 1.3 where the URI says `https`. It follows no redirects and keeps no cookies. A request, and the body of its
/// response, end their connection when they are dropped.
#[derive(Debug, Clone)]
pub struct Client {
    trust: Arc<Trust>,
}

impl Client {
    /// A client that trusts the authorities that the system trusts, read once, now: those of `SSL_CERT_FILE` or `SSL_CERT_DIR` where these are set. Where
    /// there are none, no certificate holds.
    #[must_use]
    pub fn new() -> Self {
        Self { trust: Arc::new(Trust::of_system()) }
    }

    /// A client that trusts the authorities of these PEM certificates, and no others.
    ///
    /// # Errors
    ///
    /// When that is not PEM, or there is no certificate in it that an authority could have.
    pub fn trusting(pem: impl AsRef<[u8]>) -> Result<Self, Error> {
        Ok(Self { trust: Arc::new(Trust::of_pem(pem.as_ref())?) })
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl<B> Service<Request<B>> for Client
where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    type Response = Response<ClientBody>;
    type Error = Box<dyn StdError + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        Box::pin(exchange::exchange(Arc::clone(&self.trust), request))
    }
}
