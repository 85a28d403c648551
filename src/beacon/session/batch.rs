//! A batch of a session's events that is good, and everything that a store needs to know of it.

use serde::{Deserialize, Serialize};

use crate::error::Error;

use super::{Click, Rules, SessionId, Tally, decode};

/// Events of one session that came together, checked: what a [`Store`](crate::replay::Store) appends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    session: SessionId,
    number: u64,
    format: SessionFormat,
    events: Box<str>,
    tally: Tally,
}

/// Whose events a session holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SessionFormat {
    /// Those of our own recorder, `/rum-replay.js`.
    #[default]
    Rum,
    /// Those of [rrweb](https://www.rrweb.io), as it made them.
    Rrweb,
}

impl SessionFormat {
    /// `rum` or `rrweb`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rum => "rum",
            Self::Rrweb => "rrweb",
        }
    }
}

impl Batch {
    pub(super) fn new(session: SessionId, number: u64, format: SessionFormat, events: String, tally: Tally) -> Self {
        Self { session, number, format, events: events.into(), tally }
    }

    /// Decodes the body of a batch as the ingest does, with rrweb's events allowed: for tests of a store.
    ///
    /// # Errors
    ///
    /// When the ingest would refuse the batch, or any event of it.
    pub fn from_json(body: &[u8]) -> Result<Self, Error> {
        let rules = Rules { rrweb: true, robots: true, endpoint: &str::to_owned };
        let mut refused = None;
        let taken = decode(body, &rules, |rejection| refused = Some(rejection));
        match (taken, refused) {
            (Err(rejection), _) | (_, Some(rejection)) => Err(Error::setting(rejection.message)),
            (Ok(taken), None) => taken.batch.ok_or_else(|| Error::setting("the event is of no session")),
        }
    }

    /// The session that it belongs to.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Which of the session's batches this is: one that is sent twice has the same number twice.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Whose events these are. A session's first batch decides for all.
    #[must_use]
    pub fn format(&self) -> SessionFormat {
        self.format
    }

    /// The events: JSON objects with commas between them.
    #[must_use]
    pub fn events(&self) -> &str {
        &self.events
    }

    /// Bytes of memory that it takes: itself, its text and its clicks.
    pub(crate) fn memory(&self) -> usize {
        size_of::<Self>() + self.events.len() + self.tally.clicks.capacity() * size_of::<Click>()
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }
}
