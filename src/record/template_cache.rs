//! A thread's short way from a template's text to its number: contents are compared, so a template that moves in memory is still found.

use std::collections::HashMap;
use std::mem;
use std::rc::Rc;

use super::rows::Row;

pub(super) struct TemplateCache {
    /// By a template's address, where it was found last. Routers keep their templates where they are, and reading an address takes less
    /// time than hashing what is there.
    hints: Box<[u16; HINTS]>,
    entries: Vec<(Rc<str>, Verdict)>,
    places: HashMap<Rc<str>, u16>,
}

/// What a request of a template counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The first row of its endpoint.
    Counted(Row),
    Uncounted,
}

impl Default for TemplateCache {
    fn default() -> Self {
        Self { hints: Box::new([0; HINTS]), entries: Vec::new(), places: HashMap::new() }
    }
}

impl TemplateCache {
    #[inline]
    pub(super) fn get(&mut self, template: &str) -> Option<Verdict> {
        let hint = hint_of(template);
        match self.hinted(hint, template) {
            None => self.find(hint, template),
            verdict => verdict,
        }
    }

    #[inline]
    fn hinted(&self, hint: usize, template: &str) -> Option<Verdict> {
        let (known, verdict) = self.entries.get(usize::from(self.hints[hint]))?;
        (**known == *template).then_some(*verdict)
    }

    /// Past the most entries it starts anew: templates that a host's closure makes up may have no end.
    pub(super) fn insert(&mut self, template: &str, verdict: Verdict) {
        if self.entries.len() >= MOST_ENTRIES {
            *self = Self::default();
        }
        let Ok(place) = u16::try_from(self.entries.len()) else { return };
        let template = Rc::from(template);
        self.places.insert(Rc::clone(&template), place);
        self.entries.push((template, verdict));
    }

    #[inline(never)]
    fn find(&mut self, hint: usize, template: &str) -> Option<Verdict> {
        // Two templates of one hint have two places, so that they need not be found anew by turns.
        let second = hint ^ 1;
        if let Some(verdict) = self.hinted(second, template) {
            return Some(verdict);
        }
        let place = *self.places.get(template)?;
        self.hints[second] = mem::replace(&mut self.hints[hint], place);
        self.entries.get(usize::from(place)).map(|&(_, verdict)| verdict)
    }
}

#[inline]
fn hint_of(template: &str) -> usize {
    // What lies at one distance from the next is spread evenly by this factor, whatever the distance.
    let spread = (template.as_ptr().addr() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (spread >> 32) as usize % HINTS
}

const HINTS: usize = 512;
const MOST_ENTRIES: usize = 16_384;

#[cfg(test)]
mod tests {
    use crate::config::OwnLabels;
    use crate::record::endpoints::Endpoint;
    use crate::record::rows::Rows;

    use super::*;

    #[test]
    fn a_template_is_found_by_its_text_wherever_it_lies() {
        let mut cache = TemplateCache::default();
        cache.insert("/users/{id}", Verdict::Uncounted);
        let (here, there) = (String::from("/users/{id}"), String::from("/users/{id}"));
        for template in [&here, &there, &here] {
            assert_eq!(cache.get(template), Some(Verdict::Uncounted));
        }
    }

    #[test]
    fn another_text_at_the_same_address_is_another_template() {
        let mut cache = TemplateCache::default();
        let counted = Verdict::Counted(Rows::new(&OwnLabels::default()).first(Endpoint::UNMATCHED));
        cache.insert("/a", Verdict::Uncounted);
        let mut template = String::from("/a");
        assert_eq!(cache.get(&template), Some(Verdict::Uncounted));
        template.replace_range(1.., "b");
        assert_eq!(cache.get(&template), None);
        cache.insert("/b", counted);
        assert_eq!(cache.get(&template), Some(counted));
    }

    #[test]
    fn two_templates_of_one_hint_are_both_found_by_it() {
        let mut cache = TemplateCache::default();
        let templates: Vec<String> = (0..=HINTS).map(|number| format!("/things/{number}")).collect();
        let alike = |one: &String| templates.iter().find(|other| *other != one && hint_of(other) == hint_of(one));
        let (one, other) = templates.iter().find_map(|one| Some((one, alike(one)?))).expect("more templates than hints");
        for template in [one, other] {
            cache.insert(template, Verdict::Uncounted);
            assert_eq!(cache.get(template), Some(Verdict::Uncounted));
        }
        cache.places.clear();
        for template in [one, other] {
            assert_eq!(cache.get(template), Some(Verdict::Uncounted));
        }
    }

    #[test]
    fn it_grows_with_the_routes_to_a_limit() {
        let mut cache = TemplateCache::default();
        let templates: Vec<String> = (0..10_000).map(|number| format!("/things/{number}/parts")).collect();
        for template in &templates {
            cache.insert(template, Verdict::Uncounted);
        }
        assert!(templates.iter().all(|template| cache.get(template).is_some()), "room for all");
        for number in 0..20_000 {
            cache.insert(&format!("/raw/{number}"), Verdict::Uncounted);
            assert!(cache.entries.len() <= MOST_ENTRIES && cache.places.len() <= MOST_ENTRIES);
        }
    }
}
