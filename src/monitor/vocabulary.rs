//! What of a [`Builder`] a page may name.

use crate::config::{ClientCounter, ClientHistogram};

use super::Builder;

/// # What pages may name
impl Builder {
    /// Interaction types counted beside the DOM event types that are known already (`click`, `submit`, `input`, …).
    pub fn interaction_types<I: IntoIterator<Item: Into<String>>>(mut self, types: I) -> Self {
        self.config.vocabulary.interaction_types.extend(types.into_iter().map(Into::into));
        self
    }

    /// Steps of a user's journey that the page names itself: `rumClient.journey("start")`. Default: none.
    pub fn journeys<I: IntoIterator<Item: Into<String>>>(mut self, names: I) -> Self {
        self.config.vocabulary.journeys.extend(names.into_iter().map(Into::into));
        self
    }

    /// A service of somebody else's that pages use, by the origin of its requests: what those take and how often they fail is measured as the
    /// browser feels it. A service may have several origins. Default: none, and requests to other origins are never reported.
    pub fn third_party(mut self, service: impl Into<String>, origin: impl Into<String>) -> Self {
        self.config.vocabulary.third_parties.insert(origin.into().to_ascii_lowercase(), service.into());
        self
    }

    /// A counter that the page itself increments.
    pub fn client_counter(mut self, counter: ClientCounter) -> Self {
        self.config.vocabulary.counters.push(counter);
        self
    }

    /// A histogram that the page itself observes.
    pub fn client_histogram(mut self, histogram: ClientHistogram) -> Self {
        self.config.vocabulary.histograms.push(histogram);
        self
    }
}
