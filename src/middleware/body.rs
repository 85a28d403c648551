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
        guard: Option<InFlight>,
        length: Option<u64>,
    }
}

impl<B> ResponseBody<B> {
    /// `measured` up to a length, where one is known; not at all without it.
    #[inline]
    pub(super) fn new(inner: B, measured: Option<(InFlight, Option<u64>)>) -> Self {
        let (guard, length) = measured.unzip();
        Self { inner, guard, length: length.flatten() }
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
        if let Some(guard) = this.guard {
            let end = match &frame {
                None => Some(End::Complete),
                Some(Err(_)) => Some(End::Failed),
                Some(Ok(frame)) => {
                    guard.sent(frame.data_ref().map_or(0, Buf::remaining));
                    // A server need not poll again once it has trailers, the declared length, or a body that says it is done.
                    let whole = this.length.is_some_and(|length| guard.bytes() >= length);
                    (frame.is_trailers() || whole || this.inner.is_end_stream()).then_some(End::Complete)
                }
            };
            if let Some((end, guard)) = end.zip(this.guard.take_if(|_| end.is_some())) {
                guard.end(end);
            }
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
        Self::uncounted(B::default())
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").field("length", &self.length).finish_non_exhaustive()
    }
}
