//! Page views, whoever tells of them: a page's script, or a cookie where there is none.

use crate::label::Template;

use super::catalog::Counter;
use super::endpoints::Endpoint;
use super::sync::atomic::Ordering;
use super::{Recorder, Room, local};

/// The endpoint of what may be a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page(Endpoint);

impl Recorder {
    /// The page that a template stands for; `None` where it is not counted.
    pub(crate) fn page(&self, template: &Template<'_>) -> Option<Page> {
        let first = local::with(&self.weak, |local| local.row(template))?;
        Some(Page(self.rows.endpoint(first)))
    }

    /// The label under which a page's views count.
    pub(crate) fn path(&self, page: Page) -> &str {
        &self.endpoints.name(page.0).text
    }

    /// It is a page: an answer of its endpoint's has said so.
    pub(crate) fn serve_as_page(&self, page: Page) {
        self.endpoints.name(page.0).is_page.store(true, Ordering::Relaxed);
    }

    /// Whether an answer of its endpoint's has said so before.
    pub(crate) fn was_served_as_page(&self, page: Page) -> bool {
        self.endpoints.name(page.0).is_page.load(Ordering::Relaxed)
    }

    /// Counts a page view, and the way to it where another page was before.
    pub(crate) fn page_view(&self, from: Option<&str>, path: &str) -> Room {
        let transition = from.map(|from| self.increment(Counter::UserPageTransitions, &[from, path], 1));
        self.increment(Counter::UserJourneys, &[path], 1).and(transition.unwrap_or(Room::Enough))
    }
}
