use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::call::{Call, watched};
use super::code::Code;

pin_project! {
    /// A call's response body, passed on frame by frame until its trailers; on the wire it is the body inside.
    pub struct ResponseBody<B> {
        #[pin]
        inner: B,
        call: Option<Call>,
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn new(inner: B, call: Option<Call>) -> Self {
        Self { inner, call }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let polled = ready!(watched(this.call, || this.inner.as_mut().poll_frame(cx)));
        if let Some(call) = this.call.take() {
            match &polled {
                None => call.end_unsaid(),
                Some(Err(_)) => call.end(Code::UNKNOWN),
                Some(Ok(frame)) => match frame.trailers_ref() {
                    Some(trailers) => call.end_with(trailers),
                    // A server need not poll again a body that says it is done.
                    None if this.inner.is_end_stream() => call.end_unsaid(),
                    None => *this.call = Some(call),
                },
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// A body that no call led to: layers that answer by themselves make one.
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::new(B::default(), None)
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
