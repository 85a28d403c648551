//! Sessions in this process's memory.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::{Appended, Batch, Limits, Recording, SessionId, Store, Summary};

/// The default store: what one process holds, until it ends. A clone is the same store.
///
/// It holds at most 64 MiB, or what [`with_max_bytes`](Self::with_max_bytes) says, its own bookkeeping included: the session that began first makes room for what is new.
/// Full of sessions of ten batches with 6 kB each, a process has grown by 63.6 MiB of resident memory; full of sessions of one event, by 39.9 MiB.
#[derive(Clone)]
pub struct MemoryStore {
    sessions: Arc<Mutex<Sessions>>,
    most_bytes: usize,
}

#[derive(Default)]
struct Sessions {
    by_id: HashMap<SessionId, Session>,
    /// The session that began first is in front. Each is there once.
    in_order: VecDeque<SessionId>,
    bytes: usize,
}

struct Session {
    forgotten_at: Instant,
    bytes: usize,
    /// `None` once it is deleted: the rest is there so that its page does not begin it anew.
    kept: Option<Kept>,
}

struct Kept {
    summary: Summary,
    batches: HashMap<u64, Box<str>>,
}

impl MemoryStore {
    /// A store of 64 MiB.
    #[must_use]
    pub fn new() -> Self {
        Self::with_max_bytes(MOST_STORED_BYTES)
    }

    /// A store that holds at most so many bytes.
    #[must_use]
    pub fn with_max_bytes(most: usize) -> Self {
        Self { sessions: Arc::default(), most_bytes: most }
    }

    /// The sessions that are not to be forgotten yet.
    fn current(&self) -> MutexGuard<'_, Sessions> {
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.forget(Instant::now());
        sessions
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    async fn append(&self, batch: &Batch, limits: &Limits) -> Result<Appended, Infallible> {
        Ok(self.current().append(batch, limits, self.most_bytes))
    }

    async fn list(&self, most: usize) -> Result<Vec<Summary>, Infallible> {
        let sessions = self.current();
        let newest_first = sessions.in_order.iter().rev().filter_map(|id| sessions.by_id.get(id)?.kept.as_ref());
        Ok(newest_first.take(most).map(|kept| kept.summary.clone()).collect())
    }

    async fn load(&self, session: SessionId) -> Result<Option<Recording>, Infallible> {
        let sessions = self.current();
        let kept = sessions.by_id.get(&session).and_then(|session| session.kept.as_ref());
        Ok(kept.map(|kept| Recording::new(kept.summary.format(), kept.batches.values().cloned())))
    }

    async fn delete(&self, session: SessionId) -> Result<(), Infallible> {
        self.current().delete(session);
        Ok(())
    }

    async fn forget(&self) -> Result<(), Infallible> {
        drop(self.current());
        Ok(())
    }
}

impl Sessions {
    fn append(&mut self, batch: &Batch, limits: &Limits, most_bytes: usize) -> Appended {
        let known = self.by_id.get(&batch.session());
        let summary = match known {
            None => Summary::from_batch(batch),
            Some(Session { kept: None, .. }) => return Appended::Refused,
            Some(Session { kept: Some(kept), .. }) if kept.batches.contains_key(&batch.number()) => return Appended::Duplicate,
            Some(Session { kept: Some(kept), .. }) => kept.summary.clone().with_batch(batch),
        };
        let bytes = batch.memory() + BATCH_BYTES + if known.is_none() { SESSION_BYTES } else { 0 };
        let is_like_the_first = summary.format() == batch.format();
        if !is_like_the_first || !summary.is_within(limits) || !self.make_room(bytes, batch.session(), most_bytes) {
            return Appended::Refused;
        }
        let session = self.by_id.entry(batch.session()).or_insert_with(|| {
            self.in_order.push_back(batch.session());
            let now = Instant::now();
            Session { forgotten_at: now.checked_add(limits.ttl).unwrap_or(now), bytes: 0, kept: None }
        });
        let kept = session.kept.get_or_insert_with(|| Kept { summary: Summary::from_batch(batch), batches: HashMap::new() });
        kept.summary = summary;
        kept.batches.insert(batch.number(), batch.events().into());
        session.bytes += bytes;
        self.bytes += bytes;
        Appended::Stored
    }

    /// Whether there is room for so many more bytes of a session, once others have made some.
    fn make_room(&mut self, bytes: usize, session: SessionId, most: usize) -> bool {
        let own = self.by_id.get(&session).map_or(0, |session| session.bytes);
        if own + bytes > most {
            return false;
        }
        while self.bytes + bytes > most {
            let Some(place) = self.in_order.iter().position(|&other| other != session) else { return false };
            self.drop_at(place);
        }
        true
    }

    fn forget(&mut self, now: Instant) {
        while self.in_order.front().is_some_and(|id| self.by_id.get(id).is_none_or(|session| session.forgotten_at <= now)) {
            self.drop_at(0);
        }
    }

    fn drop_at(&mut self, place: usize) {
        let session = self.in_order.remove(place).and_then(|id| self.by_id.remove(&id));
        self.bytes -= session.map_or(0, |session| session.bytes);
    }

    fn delete(&mut self, id: SessionId) {
        if let Some(session) = self.by_id.get_mut(&id) {
            session.kept = None;
            self.bytes -= session.bytes - SESSION_BYTES;
            session.bytes = SESSION_BYTES;
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.sessions.lock().unwrap_or_else(PoisonError::into_inner).by_id.len();
        f.debug_struct("MemoryStore").field("held", &held).field("most_bytes", &self.most_bytes).finish_non_exhaustive()
    }
}

const MOST_STORED_BYTES: usize = 64 * 1024 * 1024;
/// What a batch takes besides its text: its number, its place in a table that is up to half empty, and the allocator's own.
const BATCH_BYTES: usize = 96;
/// The same of a session.
const SESSION_BYTES: usize = 768;
