//! A beacon's way in over HTTP: method, gate, body, event, answer.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use bytes::{Buf, BufMut};
use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, Request, Response};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, LengthLimitError};
use tokio::runtime::Handle;

use crate::beacon::{Format, Reason, Rejection};
use crate::config::MAX_BODY_BYTES;
use crate::serve::{self, Body};

use super::{Ingest, Kind};

impl Ingest {
    /// Answers a beacon.
    pub(crate) async fn respond<B>(&self, kind: Kind, request: Request<B>) -> Response<Body>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if let Some(response) = serve::method_not_allowed(request.method(), &[Method::POST]) {
            return response;
        }
        match self.take(kind, request).await {
            Ok(()) => serve::no_content(),
            Err(rejection) => refusal(rejection),
        }
    }

    async fn take<B>(&self, kind: Kind, request: Request<B>) -> Result<(), Rejection>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match self.let_in(request).await {
            Ok((format, body)) => self.ingest(kind, format, &body),
            Err(rejection) => Err(self.refuse(kind, rejection)),
        }
    }

    async fn let_in<B>(&self, request: Request<B>) -> Result<(Format, Vec<u8>), Rejection>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let format = self.admit(&head)?;
        let mut read = pin!(read(body));
        // Most bodies are there already: only one that is not needs a timer.
        let body = match poll_fn(|cx| Poll::Ready(read.as_mut().poll(cx))).await {
            Poll::Ready(body) => body?,
            Poll::Pending => {
                let _waiting = self.gate.wait()?;
                self.in_time(read).await?
            }
        };
        Ok((format, body))
    }
}

impl Ingest {
    /// Waits for a body as long as it may take; without a tokio runtime there is no clock to wait by.
    async fn in_time<T>(&self, read: impl Future<Output = Result<T, Rejection>>) -> Result<T, Rejection> {
        if Handle::try_current().is_err() {
            return read.await;
        }
        let body = tokio::time::timeout(self.gate.body_timeout(), read).await;
        body.unwrap_or(Err(Reason::Timeout.because("the body did not arrive in time")))
    }
}

/// The whole body, if it is within the cap; what counts is what is read, not what is declared.
async fn read<B>(body: B) -> Result<Vec<u8>, Rejection>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    const TOO_LARGE: Rejection = Reason::TooLarge.because("a beacon takes at most 65536 bytes");
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(TOO_LARGE);
    }
    // Copied as it comes: each piece may be one byte that holds on to a whole buffer of the server's.
    let mut body = pin!(body);
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.into() {
            // The host may have a lower cap of its own.
            error if error.is::<LengthLimitError>() => TOO_LARGE,
            _ => Reason::Malformed.because("the body broke off"),
        })?;
        if let Ok(data) = frame.into_data() {
            if data.remaining() > MAX_BODY_BYTES - read.len() {
                return Err(TOO_LARGE);
            }
            read.put(data);
        }
    }
    Ok(read)
}

fn refusal(rejection: Rejection) -> Response<Body> {
    let mut response = serve::line(rejection.status, rejection.message);
    if rejection.reason == Reason::Rate {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
