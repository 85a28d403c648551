//! How many series the families of a [`Builder`]'s monitor may have.

use super::Builder;

/// # Caps on series
impl Builder {
    /// The most label sets of each HTTP family; past it requests count under `method="_OTHER", endpoint="overflow"` and their
    /// status class. Default: 2 000.
    pub fn http_series(mut self, most: usize) -> Self {
        self.config.http_series = most;
        self
    }

    /// The most label sets of each family that browsers move; past it events count under `overflow`. Default: 200, and 500
    /// for `user_page_transitions_total`.
    pub fn family_series(mut self, most: usize) -> Self {
        self.config.family_series = most;
        self
    }

    /// Templates known from the start: room is kept for them, and browsers may name them before a request has shown them.
    pub fn endpoints<I: IntoIterator<Item: Into<String>>>(mut self, templates: I) -> Self {
        self.config.endpoints.extend(templates.into_iter().map(Into::into));
        self
    }
}
