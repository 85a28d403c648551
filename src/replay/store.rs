//! What keeps sessions.

use std::fmt;
use std::sync::Arc;

use super::{Batch, Limits, Recording, SessionId, Summary};

/// Keeps sessions until they are deleted or forgotten. An implementation writes `async fn` for each of these.
///
/// It is called from many tasks at one time. A call may be dropped at any await: what it has not done by then is not to be seen.
/// `tests/it/replay/contract.rs` of this crate's repository is what every store has to pass.
///
/// ```
/// use std::convert::Infallible;
/// use tower_rum::replay::{Appended, Batch, Limits, Recording, SessionId, Store, Summary};
///
/// /// Keeps nothing.
/// #[derive(Debug)]
/// struct Nowhere;
///
/// impl Store for Nowhere {
///     type Error = Infallible;
///
///     async fn append(&self, _: &Batch, _: &Limits) -> Result<Appended, Infallible> {
///         Ok(Appended::Stored)
///     }
///
///     async fn list(&self, _most: usize) -> Result<Vec<Summary>, Infallible> {
///         Ok(Vec::new())
///     }
///
///     async fn load(&self, _: SessionId) -> Result<Option<Recording>, Infallible> {
///         Ok(None)
///     }
///
///     async fn delete(&self, _: SessionId) -> Result<(), Infallible> {
///         Ok(())
///     }
/// }
/// # let _ = tower_rum::replay::Replay::new().store(Nowhere);
/// ```
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// Why a call failed. Nobody is told but the counter of failures: a store that has more to say logs it.
    type Error: Into<Box<dyn std::error::Error + Send + Sync>>;

    /// Appends a batch to its session, which begins with its first one, all of it or nothing. Two calls at one time with the same number of one session
    /// store one batch.
    fn append(&self, batch: &Batch, limits: &Limits) -> impl Future<Output = Result<Appended, Self::Error>> + Send;

    /// At most so many sessions, those first whose first batch came last.
    fn list(&self, most: usize) -> impl Future<Output = Result<Vec<Summary>, Self::Error>> + Send;

    /// All batches of a session; `None` if it is not there, or not any more.
    fn load(&self, session: SessionId) -> impl Future<Output = Result<Option<Recording>, Self::Error>> + Send;

    /// Deletes a session, and refuses what its page sends until the session would have been forgotten. Nothing happens if it is not there.
    fn delete(&self, session: SessionId) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Lets go of sessions that are to be forgotten. The writer calls it once a minute; a store that forgets by itself has nothing to do.
    fn forget(&self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        async { Ok(()) }
    }
}

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Appended {
    /// It is there.
    Stored,
    /// The session has a batch of this number already.
    Duplicate,
    /// The session would go past a limit, or holds events of the other format, or is deleted.
    Refused,
}

impl<S: Store> Store for Arc<S> {
    type Error = S::Error;

    async fn append(&self, batch: &Batch, limits: &Limits) -> Result<Appended, S::Error> {
        S::append(self, batch, limits).await
    }

    async fn list(&self, most: usize) -> Result<Vec<Summary>, S::Error> {
        S::list(self, most).await
    }

    async fn load(&self, session: SessionId) -> Result<Option<Recording>, S::Error> {
        S::load(self, session).await
    }

    async fn delete(&self, session: SessionId) -> Result<(), S::Error> {
        S::delete(self, session).await
    }

    async fn forget(&self) -> Result<(), S::Error> {
        S::forget(self).await
    }
}
