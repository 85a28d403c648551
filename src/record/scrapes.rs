//! Scrapes about themselves: how many there are at this moment, and what a failed one lacks.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Counter, Recorder};

/// A scrape in flight; over when dropped.
#[derive(Debug)]
pub(crate) struct Scraping(Arc<Recorder>);

impl Drop for Scraping {
    fn drop(&mut self) {
        self.0.scrapes.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why families of the host's are not in a scrape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScrapeFailure {
    /// A collector panicked.
    Panic,
    /// A collector had not answered by the scrape's deadline.
    Timeout,
    /// A family cannot be written in the format.
    Encoding,
}

impl ScrapeFailure {
    pub(crate) const ALL: [Self; 3] = [Self::Panic, Self::Timeout, Self::Encoding];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::Encoding => "encoding",
        }
    }
}

impl Recorder {
    /// A scrape begins, unless so many are in flight already.
    pub(crate) fn scraping(self: &Arc<Self>, most: usize) -> Option<Scraping> {
        let more = |scrapes| (scrapes < most as u64).then_some(scrapes + 1);
        self.scrapes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Scraping(Arc::clone(self)))
    }

    pub(crate) fn scrape_lacked(&self, failure: ScrapeFailure) {
        let _ = self.increment(Counter::ExpositionFailures, &[failure.label()], 1);
    }

    /// A scrape is answered with a status of [`SCRAPE_STATUSES`].
    pub(crate) fn scrape_answered(&self, status: &str) {
        let _ = self.increment(Counter::ExpositionRequests, &[status], 1);
    }
}

pub(crate) const SCRAPE_STATUSES: [&str; 3] = ["200", "500", "503"];
