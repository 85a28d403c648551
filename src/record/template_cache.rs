//! A thread's short way from a template's text to its number: contents are compared, so a template that moves in memory is still found.

use std::collections::HashMap;
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
        match self.entries.get(usize::from(self.hints[hint])) {
            Some((known, verdict)) if **known == *template => Some(*verdict),
            _ => self.find(hint, template),
        }
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
        let place = *self.places.get(template)?;
        self.hints[hint] = place;
        self.entries.get(usize::from(place)).map(|&(_, verdict)| verdict)
    }
}

#[inline]
fn hint_of(template: &str) -> usize {
    // Neighbours in the heap differ in these bits.
    let address = template.as_ptr().addr();
    (address >> 4 ^ address >> 10) % HINTS
}

const HINTS: usize = 512;
const MOST_ENTRIES: usize = 4_096;

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
    fn it_grows_with_the_routes_to_a_limit() {
        let mut cache = TemplateCache::default();
        let templates: Vec<String> = (0..4_000).map(|number| format!("/things/{number}/parts")).collect();
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
