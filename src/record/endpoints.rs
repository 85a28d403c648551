//! The endpoints that this server knows: what it has itself served or the host has declared. Browsers may name these, and no others.

use std::sync::Arc;

use http::HeaderValue;

use crate::label::{self, OVERFLOW, Template, UNMATCHED};

use super::hints::Hints;
use super::interner::Interner;
use super::spread::spread;
use super::sync::atomic::AtomicBool;

/// An endpoint's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Endpoint(u32);

impl Endpoint {
    pub(super) const UNMATCHED: Self = Self(0);
    pub(super) const OVERFLOW: Self = Self(1);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The endpoint that was given this number.
    pub(super) fn at(number: u32) -> Self {
        Self(number)
    }
}

pub(super) struct Endpoints {
    names: Interner<Name>,
    hints: Hints,
}

pub(super) struct Name {
    pub(super) text: Arc<str>,
    /// One of a finite number: from the router's table, or declared.
    pub(super) trusted: bool,
    pub(super) server_timing: Option<HeaderValue>,
    /// Has been served as a page.
    pub(super) is_page: AtomicBool,
}

impl Endpoints {
    pub(super) fn new<'a>(cap: usize, declared: impl IntoIterator<Item = &'a str>) -> Self {
        let endpoints = Self { names: Interner::new(cap, cap / 2), hints: Hints::new(cap) };
        for name in [UNMATCHED, OVERFLOW].into_iter().chain(declared) {
            endpoints.number(name, true);
        }
        endpoints
    }

    /// The template's endpoint: a new one while there is room, then [`Endpoint::OVERFLOW`].
    pub(super) fn resolve(&self, template: &Template<'_>) -> Endpoint {
        match template {
            Template::Routed(text) => self.number(text, true),
            Template::Claimed(text) => self.number(text, false),
            Template::Unmatched => Endpoint::UNMATCHED,
        }
    }

    pub(super) fn name(&self, endpoint: Endpoint) -> &Name {
        // Every `Endpoint` was made from a number of this interner.
        self.names.get(endpoint.index()).expect("a number that was given out")
    }

    pub(super) fn is_known(&self, name: &str) -> bool {
        let hint = self.hints.find(spread(name), |number| self.names.get(number).is_some_and(|known| *known.text == *name));
        hint.is_some() || self.names.find(name).is_some()
    }

    fn number(&self, text: &str, trusted: bool) -> Endpoint {
        let number = self.names.number(text, trusted, |text| Name {
            text: Arc::clone(text),
            trusted,
            server_timing: label::server_timing(text),
            is_page: AtomicBool::new(false),
        });
        if let Some(number) = number {
            self.hints.note(spread(text), number);
        }
        number.and_then(|number| u32::try_from(number).ok()).map_or(Endpoint::OVERFLOW, Endpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_may_name_what_is_known_and_nothing_that_lies_near_it() {
        let endpoints = Endpoints::new(8, ["/cart", "/users/{id}"]);
        assert_eq!(endpoints.resolve(&Template::Routed("/served")).index(), 4);
        for known in [UNMATCHED, OVERFLOW, "/cart", "/users/{id}", "/served"] {
            assert!(endpoints.is_known(known), "{known}");
        }
        assert!((0..100).all(|number| !endpoints.is_known(&format!("/cart/{number}"))));
    }
}
