//! A beacon's way in over HTTP: method, gate, body, event, answer.

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, Request, Response};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, LengthLimitError, Limited};

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

    async fn let_in<B>(&self, request: Request<B>) -> Result<(Format, Bytes), Rejection>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (head, body) = request.into_parts();
        let format = self.admit(&head)?;
        let body = tokio::time::timeout(self.gate.body_timeout(), read(body)).await;
        let body = body.map_err(|_| Reason::Timeout.because("the body did not arrive in time"))??;
        Ok((format, body))
    }
}

/// The whole body, if it is within the cap; what counts is what is read, not what is declared.
async fn read<B>(body: B) -> Result<Bytes, Rejection>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    const TOO_LARGE: Rejection = Rejection { reason: Reason::TooLarge, message: "a beacon takes at most 65536 bytes" };
    if body.size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Err(TOO_LARGE);
    }
    match Limited::new(body, MAX_BODY_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(TOO_LARGE),
        Err(_) => Err(Reason::Malformed.because("the body broke off")),
    }
}

fn refusal(rejection: Rejection) -> Response<Body> {
    let mut response = serve::line(rejection.reason.status(), rejection.message);
    if rejection.reason == Reason::Rate {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
