//! From the queue into the store, one batch after the other.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::beacon::Reason;
use crate::record::{Counter, Recorder};
use crate::replay::{AnyStore, Appended, Batch, Limits, Queue};

use super::call::in_time;

/// Writes for as long as it is polled. A batch that is under way when it is dropped is lost.
pub(crate) async fn write(queue: Arc<Queue>, store: Arc<dyn AnyStore>, limits: Limits, recorder: Arc<Recorder>) -> Infallible {
    let mut forgets_at = Instant::now();
    loop {
        if Instant::now() >= forgets_at {
            // What fails is tried again in a minute, and whatever is asked for meanwhile is forgotten already.
            let _ = in_time(store.forget()).await;
            forgets_at = Instant::now() + FORGETS_EVERY;
        }
        if let Ok(batch) = timeout_at(forgets_at, queue.next()).await
            && let Some(reason) = lost(&*store, &batch, &limits).await
        {
            // The reasons are all there from the start: there is always room.
            let _ = recorder.increment(Counter::Rejected, &[reason.label()], 1);
        }
    }
}

/// Why a batch was not stored, if it was not.
async fn lost(store: &dyn AnyStore, batch: &Batch, limits: &Limits) -> Option<Reason> {
    match in_time(store.append(batch, limits)).await {
        Some(Appended::Stored) => None,
        Some(Appended::Duplicate) => Some(Reason::Duplicate),
        Some(Appended::Refused) => Some(Reason::ReplayLimit),
        None => Some(Reason::ReplayStore),
    }
}

const FORGETS_EVERY: Duration = Duration::from_secs(60);
