//! The steps of a probe, through the client that the host hands in.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;

use bytes::Buf;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tokio::task::coop::consume_budget;
use tower::Service;

use super::outcome::{Failure, Outcome};
use super::redirect::{follow, is_redirect};
use super::step::{Ask, Checked};
use super::trace::Trace;

type BoxError = Box<dyn Error + Send + Sync>;
type FullRequest = Request<Full<bytes::Bytes>>;

/// Each step, as long as the one before gave what it should.
pub(super) async fn check<S, B>(steps: &[Checked], client: &mut S, trace: &Trace) -> Result<(), Failure>
where
    S: Service<FullRequest, Response = Response<B>, Error: Into<BoxError>>,
    B: Body<Error: Into<BoxError>>,
{
    for step in steps {
        let response = response(step, client, trace).await?;
        trace.take_back();
        let (head, body) = response.into_parts();
        if !step.expects(head.status) {
            return Err(Failure::new(Outcome::Status, format!("{} of {}", head.status, step.request.uri)));
        }
        fields(step, &head.headers)?;
        texts(step, body).await?;
    }
    Ok(())
}

/// The response at the end of all redirects.
async fn response<S, B>(step: &Checked, client: &mut S, trace: &Trace) -> Result<Response<B>, Failure>
where
    S: Service<FullRequest, Response = Response<B>, Error: Into<BoxError>>,
{
    let mut ask = step.request.clone();
    for _ in 0..=step.redirects {
        consume_budget().await;
        trace.hand_over();
        let response = send(&ask, client, trace).await.map_err(|error| {
            let error: BoxError = error.into();
            Failure::of(Outcome::failed_in(trace.phase()), &*error)
        })?;
        if !is_redirect(response.status()) || step.takes_redirect(response.status()) {
            return Ok(response);
        }
        let next = follow(&ask, response.status(), response.headers());
        ask =
            next.ok_or_else(|| Failure::new(Outcome::Redirect, format!("{} leads nowhere from {}", response.status(), ask.uri)))?;
    }
    Err(Failure::new(Outcome::Redirect, format!("more than {} redirects, the last one to {}", step.redirects, ask.uri)))
}

async fn send<S: Service<FullRequest>>(ask: &Ask, client: &mut S, trace: &Trace) -> Result<S::Response, S::Error> {
    poll_fn(|context| client.poll_ready(context)).await?;
    let mut request = Request::new(Full::new(ask.body.clone()));
    *request.method_mut() = ask.method.clone();
    *request.uri_mut() = ask.uri.clone();
    *request.headers_mut() = ask.headers.clone();
    request.extensions_mut().insert(trace.clone());
    client.call(request).await
}

fn fields(step: &Checked, headers: &HeaderMap) -> Result<(), Failure> {
    for (name, text) in &step.fields {
        let holds = |value: &http::HeaderValue| memchr::memmem::find(value.as_bytes(), text.as_bytes()).is_some();
        if !headers.get_all(name).iter().any(holds) {
            return Err(Failure::new(Outcome::Header, format!("no {name} with {text:?}")));
        }
    }
    Ok(())
}

/// Of a body that may have one at any time: to wait for it lets the timeout be looked at.
pub(super) async fn next_frame<B: Body>(mut body: Pin<&mut B>) -> Option<Result<Frame<B::Data>, B::Error>> {
    consume_budget().await;
    body.frame().await
}

/// Reads the body to its end; that it ends well is expected of every one.
async fn texts<B: Body<Error: Into<BoxError>>>(step: &Checked, body: B) -> Result<(), Failure> {
    let mut body = std::pin::pin!(body);
    let mut read = 0;
    let mut kept = Vec::new();
    while let Some(frame) = next_frame(body.as_mut()).await {
        let mut data = match frame.map_err(Into::into) {
            Ok(frame) => match frame.into_data() {
                Ok(data) => data,
                Err(_trailers) => continue,
            },
            Err(error) => return Err(Failure::of(Outcome::Transfer, &*error)),
        };
        read += data.remaining();
        if read > step.body_limit {
            return Err(Failure::new(Outcome::TooLarge, format!("a body of more than {} bytes", step.body_limit)));
        }
        while !step.texts.is_empty() && data.has_remaining() {
            let chunk = data.chunk();
            kept.extend_from_slice(chunk);
            let taken = chunk.len();
            data.advance(taken);
        }
    }
    match step.texts.iter().find(|text| text.find(&kept).is_none()) {
        Some(text) => Err(Failure::new(Outcome::Body, format!("no {:?}", String::from_utf8_lossy(text.needle())))),
        None => Ok(()),
    }
}
