//! Any store behind one type: a monitor has no type parameter for it.

use std::fmt;
use std::pin::Pin;

use super::{Appended, Batch, Limits, Recording, SessionId, Store, Summary};

/// A [`Store`] whose futures are in boxes. Why it failed is for the store to log.
pub(crate) trait AnyStore: fmt::Debug + Send + Sync {
    fn append<'a>(&'a self, batch: &'a Batch, limits: &'a Limits) -> Call<'a, Appended>;
    fn list(&self, most: usize) -> Call<'_, Vec<Summary>>;
    fn load(&self, session: SessionId) -> Call<'_, Option<Recording>>;
    fn delete(&self, session: SessionId) -> Call<'_, ()>;
    fn forget(&self) -> Call<'_, ()>;
}

/// `None` where the store failed.
pub(crate) type Call<'a, T> = Pin<Box<dyn Future<Output = Option<T>> + Send + 'a>>;

impl<S: Store> AnyStore for S {
    fn append<'a>(&'a self, batch: &'a Batch, limits: &'a Limits) -> Call<'a, Appended> {
        Box::pin(async { Store::append(self, batch, limits).await.ok() })
    }

    fn list(&self, most: usize) -> Call<'_, Vec<Summary>> {
        Box::pin(async move { Store::list(self, most).await.ok() })
    }

    fn load(&self, session: SessionId) -> Call<'_, Option<Recording>> {
        Box::pin(async move { Store::load(self, session).await.ok() })
    }

    fn delete(&self, session: SessionId) -> Call<'_, ()> {
        Box::pin(async move { Store::delete(self, session).await.ok() })
    }

    fn forget(&self) -> Call<'_, ()> {
        Box::pin(async { Store::forget(self).await.ok() })
    }
}
