use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use http_body::Body;

/// The output of a future that never waits.
pub fn now_or_never<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Takes all frames of a body, to its end.
pub fn drain<B: Body>(body: B) {
    let mut body = pin!(body);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match body.as_mut().poll_frame(&mut cx) {
            Poll::Ready(None) => return,
            Poll::Ready(Some(frame)) => drop(black_box(frame)),
            Poll::Pending => {}
        }
    }
}
