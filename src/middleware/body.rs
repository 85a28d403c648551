use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::record::{End, InFlight};

use super::unwind::FailedByPanic;

pin_project! {
    /// A response body, passed on frame by frame and measured; on the wire it is the body inside.
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        guard: InFlight,
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn new(inner: B, guard: InFlight) -> Self {
        Self { inner, guard }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let panic = FailedByPanic::unless_returned(this.guard);
        let polled = this.inner.as_mut().poll_frame(cx);
        panic.returned();
        let frame = ready!(polled);
        let end = match &frame {
            None => Some(End::Complete),
            Some(Err(_)) => Some(End::Failed),
            Some(Ok(frame)) => {
                let whole = this.guard.sent(frame.data_ref().map_or(0, Buf::remaining));
                // A server need not poll again once it has trailers, the declared length, or a body that says it is done.
                (whole || frame.is_trailers() || this.inner.is_end_stream()).then_some(End::Complete)
            }
        };
        if let Some(end) = end {
            this.guard.take().end(end);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that no request of ours led to: layers that answer by themselves, such as tower-http's timeout, make one.
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::new(B::default(), InFlight::NONE)
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
