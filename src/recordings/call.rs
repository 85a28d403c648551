//! A call to a store that is the host's own: it may be slow, or panic.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

/// What the store says; `None` where it fails, panics, or takes too long. Without a tokio runtime there is no clock to wait by.
pub(super) async fn in_time<T>(call: Pin<Box<dyn Future<Output = Option<T>> + Send + '_>>) -> Option<T> {
    let call = unless_it_panics(call);
    if Handle::try_current().is_err() {
        return call.await;
    }
    timeout(Duration::from_secs(STORE_SECONDS), call).await.ok().flatten()
}

async fn unless_it_panics<T>(mut call: Pin<Box<dyn Future<Output = Option<T>> + Send + '_>>) -> Option<T> {
    poll_fn(|cx| catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx))).unwrap_or(Poll::Ready(None))).await
}

const STORE_SECONDS: u64 = 5;
