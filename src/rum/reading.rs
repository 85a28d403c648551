//! A beacon that has been let in: its body as it arrives, and the answer once it is there.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut};
use http::Response;
use http_body::Body as HttpBody;
use http_body_util::LengthLimitError;
use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio::time::Sleep;

use crate::beacon::{Format, Reason, Rejection};
use crate::serve::Body;

use super::cors::Listed;
use super::waiting::Waiting;
use super::{Ingest, Kind};

pin_project! {
    /// Most bodies are there already, in one piece: they are read where they lie, and only one that is not needs a timer.
    pub(crate) struct Reading<B> {
        ingest: Arc<Ingest>,
        kind: Kind,
        format: Format,
        listed: Option<Listed>,
        #[pin]
        body: B,
        // In a box, so that what most beacons do without is not moved with them.
        late: Option<Box<Late>>,
    }
}

/// A body that was not there at once, or not in one piece.
#[derive(Default)]
struct Late {
    // Copied as it comes: each piece may be one byte that holds on to a whole buffer of the server's.
    read: Vec<u8>,
    wait: Option<Wait>,
}

struct Wait {
    _place: Waiting,
    /// Without a tokio runtime there is no clock to wait by.
    deadline: Option<Pin<Box<Sleep>>>,
}

impl<B: HttpBody> Reading<B> {
    pub(super) fn new(ingest: Arc<Ingest>, kind: Kind, format: Format, listed: Option<Listed>, body: B) -> Self {
        Self { ingest, kind, format, listed, body, late: None }
    }
}

impl<B> Future for Reading<B>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Output = Response<Body>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Response<Body>> {
        let outcome = match self.as_mut().poll_body(cx) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => Err(ready!(self.as_mut().poll_end_of_patience(cx))),
        };
        Poll::Ready(self.ingest.answer(self.kind, self.listed, outcome))
    }
}

impl<B> Reading<B>
where
    B: HttpBody,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    /// Reads the body to its end, if it is within the cap, and takes in what it holds; what counts is what is read, not what is declared.
    fn poll_body(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<Recorded, Rejection>> {
        let mut this = self.project();
        let (ingest, kind, format) = (this.ingest, *this.kind, *this.format);
        let most = ingest.most_bytes(kind);
        if this.body.size_hint().lower() > most as u64 {
            return Poll::Ready(Err(too_large(kind)));
        }
        while let Some(frame) = ready!(this.body.as_mut().poll_frame(cx)) {
            let Ok(data) = frame.map_err(|error| broken_off(kind, &*error.into()))?.into_data() else { continue };
            let read = this.late.as_ref().map_or(0, |late| late.read.len());
            if data.remaining() > most - read {
                return Poll::Ready(Err(too_large(kind)));
            }
            let is_whole = read == 0 && data.chunk().len() == data.remaining() && this.body.is_end_stream();
            if is_whole {
                return Poll::Ready(Ok(ingest.ingest(kind, format, data.chunk())));
            }
            this.late.get_or_insert_default().read.put(data);
        }
        let read = this.late.as_ref().map_or(&[][..], |late| &late.read);
        Poll::Ready(Ok(ingest.ingest(kind, format, read)))
    }

    /// The body is not there yet: why it is not waited for any longer, when it comes to that.
    fn poll_end_of_patience(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Rejection> {
        let this = self.project();
        let late = this.late.get_or_insert_default();
        let wait = match &mut late.wait {
            Some(wait) => wait,
            none => match this.ingest.wait(*this.kind) {
                Ok(place) => none.insert(Wait::new(place, this.ingest)),
                Err(rejection) => return Poll::Ready(rejection),
            },
        };
        match &mut wait.deadline {
            Some(deadline) => deadline.as_mut().poll(cx).map(|()| TOO_LATE),
            None => Poll::Pending,
        }
    }
}

impl Wait {
    fn new(place: Waiting, ingest: &Ingest) -> Self {
        let clock = Handle::try_current().ok();
        Self { _place: place, deadline: clock.map(|_| Box::pin(tokio::time::sleep(ingest.gate.body_timeout()))) }
    }
}

/// What became of a body that was read whole.
pub(super) type Recorded = Result<(), Rejection>;

fn broken_off(kind: Kind, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Rejection {
    // The host may have a lower cap of its own.
    if error.is::<LengthLimitError>() { too_large(kind) } else { Reason::Malformed.because("the body broke off") }
}

fn too_large(kind: Kind) -> Rejection {
    Reason::TooLarge.because(match kind {
        Kind::Session => "a body of session events takes at most the bytes that the host has set, 1048576 by default",
        Kind::Single(_) | Kind::Batch => "a beacon takes at most 65536 bytes",
    })
}

const TOO_LATE: Rejection = Reason::Timeout.because("the body did not arrive in time");
