//! What a list of sessions says of their events, added up as they come.

use serde::{Deserialize, Serialize};

/// Of events that are good: how many, from when to when, and what stands out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) events: u64,
    /// Milliseconds since 1970 by the page's clock.
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) pages: u64,
    pub(crate) errors: u64,
    pub(crate) clicks: Vec<Click>,
}

/// Where in the viewport a click was, and when: of these a session's rage clicks are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Click {
    /// Milliseconds since 1970 by the page's clock.
    pub(crate) time: u64,
    /// CSS pixels from the left.
    pub(crate) x: i32,
    /// CSS pixels from the top.
    pub(crate) y: i32,
}

impl Tally {
    pub(super) fn event(&mut self, time: u64) {
        self.first = if self.events == 0 { time } else { self.first.min(time) };
        self.last = self.last.max(time);
        self.events += 1;
    }

    pub(super) fn click(&mut self, click: Click) {
        if self.clicks.len() < MOST_CLICKS {
            self.clicks.push(click);
        }
    }
}

/// Clicks of one session that rage clicks are looked for among: a person clicks as often in an hour, and no one who lists sessions waits for more.
pub(crate) const MOST_CLICKS: usize = 1_000;
