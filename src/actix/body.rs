use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use pin_project_lite::pin_project;

use crate::middleware::Watch;
use crate::record::{End, InFlight};

pin_project! {
    /// A response body, passed on piece by piece and measured; on the wire it is the body inside.
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

impl<B: MessageBody> MessageBody for ResponseBody<B> {
    type Error = B::Error;

    #[inline]
    fn size(&self) -> BodySize {
        self.inner.size()
    }

    #[inline]
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        let this = self.project();
        let mut watch = Watch::over(this.guard.take());
        let polled = this.inner.poll_next(cx);
        match &polled {
            Poll::Pending => *this.guard = watch.goes_on(),
            Poll::Ready(None) => watch.ends(End::Complete),
            Poll::Ready(Some(Err(_))) => watch.ends(End::Failed),
            Poll::Ready(Some(Ok(bytes))) => {
                if watch.guard().sent(bytes.len()) {
                    watch.ends(End::Complete);
                } else {
                    *this.guard = watch.goes_on();
                }
            }
        }
        polled
    }

    /// Without it a middleware outside that compresses small bodies whole would stream them.
    #[inline]
    fn try_into_bytes(self) -> Result<Bytes, Self> {
        let Self { inner, mut guard } = self;
        match inner.try_into_bytes() {
            Ok(bytes) => {
                guard.sent(bytes.len());
                guard.end(End::Complete);
                Ok(bytes)
            }
            Err(inner) => Err(Self { inner, guard }),
        }
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
