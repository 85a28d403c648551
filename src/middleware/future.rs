use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use pin_project_lite::pin_project;

use crate::label::MethodLabel;
use crate::record::{End, InFlight, Lifetime};

use super::body::ResponseBody;
use super::shared::Shared;
use super::unwind::Watch;

pin_project! {
    /// A request until its response head.
    pub struct ResponseFuture<F> {
        #[pin]
        inner: F,
        guard: InFlight,
        asked: Asked,
    }
}

/// What is known of a response before it is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    announcement: Announcement,
    /// The host wants to know how long bodies last.
    lifetimes: bool,
}

impl Asked {
    #[inline]
    pub(super) fn by<B>(request: &Request<B>, shared: &Shared) -> Self {
        Self { announcement: Announcement::to(request.headers(), shared.server_timing), lifetimes: shared.response_duration }
    }

    /// Counts the response head, and the response's end if there will be no body; what is left to count comes back.
    #[inline]
    fn answered<B: http_body::Body>(self, mut guard: InFlight, response: &mut Response<B>) -> InFlight {
        if self.announcement.is_due(response.headers())
            && let Some(field) = guard.server_timing()
        {
            response.headers_mut().append(&SERVER_TIMING, field);
        }
        let (status, method) = (response.status(), guard.method());
        let handed_over =
            status == StatusCode::SWITCHING_PROTOCOLS || method == Some(MethodLabel::CONNECT) && status.is_success();
        let length = expected_bytes(response);
        guard.respond(status.as_u16(), self.lifetime(handed_over, response.headers()), length);
        let bodiless = method == Some(MethodLabel::HEAD)
            || handed_over
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || length == Some(0)
            || response.body().is_end_stream();
        if bodiless {
            guard.take().end(End::Complete);
        }
        guard
    }

    fn lifetime(self, handed_over: bool, headers: &HeaderMap) -> Lifetime {
        if !self.lifetimes || handed_over {
            return Lifetime::Unrecorded;
        }
        if is(headers, b"text/event-stream") { Lifetime::EventStream } else { Lifetime::Response }
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
    fn to(headers: &HeaderMap, server_timing: bool) -> Self {
        match headers.get(&SEC_FETCH_DEST) {
            _ if !server_timing => Self::Never,
            Some(destination) if destination == "empty" => Self::Always,
            _ => Self::Document,
        }
    }

    #[inline]
    fn is_due(self, headers: &HeaderMap) -> bool {
        match self {
            Self::Never => false,
            Self::Document => is(headers, b"text/html"),
            Self::Always => true,
        }
    }
}

/// Whether the content is of this media type.
fn is(headers: &HeaderMap, media_type: &[u8]) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(media_type))
}

/// The length at which a server stops polling the body, and so never sees its end.
fn expected_bytes<B: http_body::Body>(response: &Response<B>) -> Option<u64> {
    response.body().size_hint().exact().or_else(|| {
        let declared = response.headers().get(CONTENT_LENGTH)?;
        declared.to_str().ok()?.parse().ok()
    })
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
            Poll::Ready(Ok(mut response)) => {
                let guard = if guard.is_none() { guard } else { this.asked.answered(guard, &mut response) };
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
static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
