use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderName, HeaderValue, Response};
use pin_project_lite::pin_project;

use crate::label::MethodLabel;
use crate::record::{End, InFlight, Lifetime};

use super::body::ResponseBody;
use super::field;
use super::response_head::ResponseHead;
use super::shared::Shared;
use super::unwind::Watch;

pin_project! {
    /// A request until its response head.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        guard: InFlight,
        asked: Asked,
    }
}

/// What is known of a response before it is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked {
    announcement: Announcement,
    /// The host wants to know how long bodies last.
    lifetimes: bool,
    /// The client wants the connection for something else.
    pub(crate) upgrade: bool,
}

impl Asked {
    /// Of a request with this `Sec-Fetch-Dest`.
    #[inline]
    pub(crate) fn by<'a>(destination: impl FnOnce() -> Option<&'a [u8]>, upgrade: bool, shared: &Shared) -> Self {
        let announcement = if shared.server_timing { Announcement::to(destination()) } else { Announcement::Never };
        Self { announcement, lifetimes: shared.response_duration, upgrade }
    }

    /// Counts the response head, and the response's end if there will be no body; what is left to count comes back.
    ///
    /// The response comes and goes by value, and without a call: where a function has been given its address, it would be copied on its way out.
    #[inline(always)]
    pub(crate) fn answered<R: ResponseHead>(self, mut guard: InFlight, mut response: R) -> (InFlight, R) {
        const SWITCHING_PROTOCOLS: u16 = 101;
        const NO_CONTENT: u16 = 204;
        const NOT_MODIFIED: u16 = 304;
        guard.settle_route();
        if guard.is_none() {
            return (guard, response);
        }
        // A body is the host's code as well: where it panics when it is asked, the request has failed.
        let mut watch = Watch::over(guard);
        let length = expected_bytes(&response);
        let is_ended = length == Some(0) || response.is_ended();
        let mut guard = watch.goes_on();
        if self.announcement.is_due(&response) {
            (guard, response) = announced(guard, response);
        }
        let (status, method) = (response.status(), guard.method());
        let handed_over = status == SWITCHING_PROTOCOLS || method == Some(MethodLabel::CONNECT) && (200..300).contains(&status);
        guard.respond(status, self.lifetime(handed_over, &response), length);
        if handed_over && self.upgrade {
            guard.hand_over();
        }
        let bodiless = method == Some(MethodLabel::HEAD)
            || handed_over
            || matches!(status, 100..200 | NO_CONTENT | NOT_MODIFIED)
            || is_ended;
        if bodiless {
            guard.take().end(End::Complete);
        }
        (guard, response)
    }

    fn lifetime(self, handed_over: bool, response: &impl ResponseHead) -> Lifetime {
        if !self.lifetimes || handed_over {
            return Lifetime::Unrecorded;
        }
        if is(response, b"text/event-stream") { Lifetime::EventStream } else { Lifetime::Response }
    }
}

/// Which responses tell the browser their route template, by `Server-Timing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announcement {
    Never,
    /// An HTML document: its script reads the field of its own navigation.
    Document,
    /// Whatever the page's script asked for: it reads the field of each of its requests.
    Always,
}

impl Announcement {
    #[inline]
    fn to(destination: Option<&[u8]>) -> Self {
        match destination {
            Some(b"empty") => Self::Always,
            _ => Self::Document,
        }
    }

    #[inline]
    fn is_due(self, response: &impl ResponseHead) -> bool {
        match self {
            Self::Never => false,
            Self::Document => is(response, b"text/html"),
            Self::Always => true,
        }
    }
}

/// Tells the browser the route template, and a document its trace, to name it in what it measures.
#[inline(never)]
fn announced<R: ResponseHead>(guard: InFlight, mut response: R) -> (InFlight, R) {
    if let Some(field) = guard.server_timing() {
        response.announce(field);
    }
    if let Some(field) = guard.traceparent()
        && is(&response, b"text/html")
    {
        response.announce(field);
    }
    (guard, response)
}

/// Whether the content is of this media type.
fn is(response: &impl ResponseHead, media_type: &[u8]) -> bool {
    response.content_type().is_some_and(|value| value.starts_with(media_type))
}

/// The length at which a server stops polling the body, and so never sees its end.
fn expected_bytes(response: &impl ResponseHead) -> Option<u64> {
    response.exact_bytes().or_else(|| std::str::from_utf8(response.content_length()?).ok()?.parse().ok())
}

/// The value of `Sec-Fetch-Dest`.
#[inline]
pub(super) fn destination(headers: &HeaderMap) -> Option<&[u8]> {
    field::rare(headers, &SEC_FETCH_DEST).map(HeaderValue::as_bytes)
}

impl<F> ResponseFuture<F> {
    pub(super) fn new(inner: F, guard: InFlight, asked: Asked) -> Self {
        Self { inner, guard, asked }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut watch = Watch::over(this.guard.take());
        let outcome = this.inner.poll(cx);
        let guard = watch.goes_on();
        match outcome {
            Poll::Pending => {
                *this.guard = guard;
                Poll::Pending
            }
            Poll::Ready(Ok(response)) => {
                let (guard, response) = this.asked.answered(guard, response);
                Poll::Ready(Ok(response.map(|body| ResponseBody::new(body, guard))))
            }
            Poll::Ready(Err(error)) => {
                guard.end(End::Failed);
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").field("asked", &self.asked).finish_non_exhaustive()
    }
}

static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
