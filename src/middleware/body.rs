use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use crate::record::{End, InFlight};

use super::unwind::Watch;

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
        let mut watch = Watch::over(this.guard.take());
        let polled = this.inner.as_mut().poll_frame(cx);
        match &polled {
            Poll::Pending => *this.guard = watch.goes_on(),
            Poll::Ready(None) => watch.ends(End::Complete),
            Poll::Ready(Some(Err(_))) => watch.ends(End::Failed),
            Poll::Ready(Some(Ok(frame))) => {
                let whole = watch.guard().sent(frame.data_ref().map_or(0, Buf::remaining));
                // A server need not poll again once it has trailers, the declared length, or a body that says it is done.
                if whole || frame.is_trailers() || this.inner.is_end_stream() {
                    watch.ends(End::Complete);
                } else {
                    *this.guard = watch.goes_on();
                }
            }
        }
        polled
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
