//! What a list says of a session.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::beacon::session::MOST_CLICKS;

use super::{Batch, Click, SessionFormat, SessionId, rage};

/// A session's figures, added up as its batches come. A store may keep them as serde writes them, and read them back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    pub(super) session: SessionId,
    pub(super) format: SessionFormat,
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) events: u64,
    pub(super) bytes: u64,
    pub(super) pages: u64,
    pub(super) errors: u64,
    pub(super) clicks: Vec<Click>,
}

impl Summary {
    /// Of a session's first batch.
    #[must_use]
    pub fn from_batch(batch: &Batch) -> Self {
        let tally = batch.tally();
        Self {
            session: batch.session(),
            format: batch.format(),
            first: tally.first,
            last: tally.last,
            events: tally.events,
            bytes: batch.events().len() as u64,
            pages: tally.pages,
            errors: tally.errors,
            clicks: tally.clicks.clone(),
        }
    }

    /// With another batch of the same session.
    #[must_use]
    pub fn with_batch(mut self, batch: &Batch) -> Self {
        let other = Self::from_batch(batch);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.events += other.events;
        self.bytes += other.bytes;
        self.pages += other.pages;
        self.errors += other.errors;
        if self.clicks.len() + other.clicks.len() <= MOST_CLICKS {
            self.clicks.extend(other.clicks);
        }
        self
    }

    /// Whether the session is within these limits.
    #[must_use]
    pub fn is_within(&self, limits: &super::Limits) -> bool {
        self.bytes <= limits.bytes && self.events <= limits.events && self.duration() <= limits.duration
    }

    /// Whose figures these are.
    #[must_use]
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// Whose events it holds.
    #[must_use]
    pub fn format(&self) -> SessionFormat {
        self.format
    }

    /// When its first event was, in milliseconds since 1970 by the page's clock.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.first
    }

    /// From its first event to its last, by the page's clock.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_millis(self.last - self.first)
    }

    /// How many events it has.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Bytes of its events' text.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Pages that it went through: events of the type `navigation`, and rrweb's of the type `Meta`.
    #[must_use]
    pub fn pages(&self) -> u64 {
        self.pages
    }

    /// Events of the type `error`; rrweb's recorder tells of none.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// How often the user clicked at least three times within a second, each time within 30 pixels of the first: the thresholds of
    /// [PostHog](https://posthog.com/docs/data/autocapture#capturing-rageclicks). Of a session's first 1 000 clicks or so; each belongs to at most one.
    #[must_use]
    pub fn rage_clicks(&self) -> u64 {
        rage::count(&self.clicks)
    }
}
