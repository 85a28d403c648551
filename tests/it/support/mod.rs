//! What the tests share: reading `/metrics`, a real hyper server, and clients that see what is on the wire.

pub mod acting;
#[cfg(feature = "actix")]
pub mod actix;
pub mod beacon;
pub mod body;
pub mod change;
pub mod client;
pub mod handler;
pub mod host;
pub mod layered;
pub mod metrics;
pub mod mount;
pub mod openmetrics;
pub mod panics;
#[cfg(feature = "protobuf")]
pub mod protobuf;
pub mod random;
pub mod scrape;
pub mod server;
pub mod site;
pub mod text_format;
pub mod tree;
pub mod watch;
pub mod wire;

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread::{self, Thread};

/// Waits in this thread, whether it belongs to a runtime or not.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    // On a worker of a runtime's, where tokio would have a future yield that nobody yields to here.
    let mut future = pin!(tokio::task::unconstrained(future));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
