use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// A body that does what its list says, and never knows in advance that it is done.
#[derive(Debug, Default)]
pub struct Scripted {
    steps: VecDeque<Step>,
    length: Option<u64>,
}

#[derive(Debug)]
enum Step {
    Frame(Frame<Bytes>),
    Pause,
    Fail,
    Panic,
    Hang,
}

impl Scripted {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn data(self, bytes: impl Into<Bytes>) -> Self {
        self.step(Step::Frame(Frame::data(bytes.into())))
    }

    pub fn trailer(self, name: &'static str, value: &'static str) -> Self {
        let trailer = (HeaderName::from_static(name), HeaderValue::from_static(value));
        self.step(Step::Frame(Frame::trailers(HeaderMap::from_iter([trailer]))))
    }

    /// Is not ready once, so that a server flushes what it has.
    pub fn pause(self) -> Self {
        self.step(Step::Pause)
    }

    pub fn fail(self) -> Self {
        self.step(Step::Fail)
    }

    pub fn panic(self) -> Self {
        self.step(Step::Panic)
    }

    /// Stays open from here on.
    pub fn hang(self) -> Self {
        self.step(Step::Hang)
    }

    /// What the body says its length is.
    pub fn length(mut self, length: u64) -> Self {
        self.length = Some(length);
        self
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push_back(step);
        self
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Some(step) = self.steps.pop_front() else {
            return Poll::Ready(None);
        };
        match step {
            Step::Frame(frame) => {
                let sent = frame.data_ref().map_or(0, Bytes::len) as u64;
                self.length = self.length.map(|length| length.saturating_sub(sent));
                Poll::Ready(Some(Ok(frame)))
            }
            Step::Pause => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Step::Fail => Poll::Ready(Some(Err("the body broke".into()))),
            Step::Panic => panic!("the body panicked"),
            Step::Hang => {
                self.steps.push_front(Step::Hang);
                Poll::Pending
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A body of the chunks that the test sends; it ends when the sender is dropped.
pub fn fed() -> (UnboundedSender<Bytes>, Fed) {
    let (sender, chunks) = unbounded_channel();
    (sender, Fed(chunks))
}

#[derive(Debug)]
pub struct Fed(UnboundedReceiver<Bytes>);

impl Body for Fed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|bytes| Ok(Frame::data(bytes))))
    }
}
