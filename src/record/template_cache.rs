//! A thread's short way from a template's text to its number: contents are compared, so a template that moves in memory is still found.

use super::endpoints::Endpoint;

/// Four entries share a set. The sets double while there is no room, up to [`MOST_SETS`]; then entries make room in turns.
pub(super) struct TemplateCache {
    /// By a template's address, where it was found last. Routers keep their templates where they are, and reading an address takes less
    /// time than hashing what is there.
    hints: Box<[u16; HINTS]>,
    /// Of the entries, so that at most one text is compared.
    hashes: Vec<[u64; WAYS]>,
    entries: Vec<Option<(Box<str>, Verdict)>>,
    evicted: usize,
}

/// What a request of a template counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Counted(Endpoint),
    Uncounted,
}

impl Default for TemplateCache {
    fn default() -> Self {
        Self::with_sets(FIRST_SETS)
    }
}

impl TemplateCache {
    #[inline]
    pub(super) fn get(&mut self, template: &str) -> Option<Verdict> {
        let hint = hint_of(template);
        self.at(self.hints[hint].into(), template).or_else(|| self.find(hint, template))
    }

    pub(super) fn insert(&mut self, template: &str, verdict: Verdict) {
        self.put(hash(template), template.into(), verdict);
    }

    #[inline]
    fn at(&self, place: usize, template: &str) -> Option<Verdict> {
        let (known, verdict) = self.entries.get(place)?.as_ref()?;
        (**known == *template).then_some(*verdict)
    }

    #[inline(never)]
    fn find(&mut self, hint: usize, template: &str) -> Option<Verdict> {
        let hash = hash(template);
        let set = self.set_of(hash);
        let way = self.hashes[set].iter().position(|&known| known == hash)?;
        let place = set * WAYS + way;
        self.hints[hint] = u16::try_from(place).unwrap_or_default();
        self.at(place, template)
    }

    fn put(&mut self, hash: u64, template: Box<str>, verdict: Verdict) {
        let set = self.set_of(hash);
        let free = |&way: &usize| self.hashes[set][way] == hash || self.entries[set * WAYS + way].is_none();
        let way = match (0..WAYS).find(free) {
            Some(way) => way,
            None if self.hashes.len() < MOST_SETS => {
                self.double();
                return self.put(hash, template, verdict);
            }
            None => {
                self.evicted = self.evicted.wrapping_add(1);
                self.evicted % WAYS
            }
        };
        self.hashes[set][way] = hash;
        self.entries[set * WAYS + way] = Some((template, verdict));
    }

    fn double(&mut self) {
        let doubled = Self::with_sets(2 * self.hashes.len());
        let Self { hashes, entries, .. } = std::mem::replace(self, doubled);
        for (hash, entry) in hashes.into_iter().flatten().zip(entries) {
            if let Some((template, verdict)) = entry {
                self.put(hash, template, verdict);
            }
        }
    }

    fn with_sets(sets: usize) -> Self {
        let entries = (0..sets * WAYS).map(|_| None).collect();
        Self { hints: Box::new([0; HINTS]), hashes: vec![[0; WAYS]; sets], entries, evicted: 0 }
    }

    fn set_of(&self, hash: u64) -> usize {
        (hash >> (64 - self.hashes.len().trailing_zeros())) as usize
    }
}

#[inline]
fn hint_of(template: &str) -> usize {
    // Neighbours in the heap differ in these bits.
    let address = template.as_ptr().addr();
    (address >> 4 ^ address >> 10) % HINTS
}

/// Spreads templates by length and by their last and middle bytes: enough to keep routes of one application apart. What it cannot tell
/// apart takes one place in turns.
fn hash(template: &str) -> u64 {
    let bytes = template.as_bytes();
    let (last, middle) = match bytes.len().checked_sub(WORD) {
        Some(at) => (word(bytes, at), word(bytes, at / 2)),
        None => (bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
    };
    let mixed = (last ^ (bytes.len() as u64)).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ middle.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<WORD>()).map_or(0, |word| u64::from_le_bytes(*word))
}

const WORD: usize = 8;
const WAYS: usize = 4;
const FIRST_SETS: usize = 16;
const MOST_SETS: usize = 1_024;
const HINTS: usize = 512;

#[cfg(test)]
mod tests {
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
        cache.insert("/a", Verdict::Uncounted);
        let mut template = String::from("/a");
        assert_eq!(cache.get(&template), Some(Verdict::Uncounted));
        template.replace_range(1.., "b");
        assert_eq!(cache.get(&template), None);
        cache.insert("/b", Verdict::Counted(Endpoint::UNMATCHED));
        assert_eq!(cache.get(&template), Some(Verdict::Counted(Endpoint::UNMATCHED)));
    }

    #[test]
    fn it_grows_with_the_routes_to_a_limit() {
        let mut cache = TemplateCache::default();
        let templates: Vec<String> = (0..1_000).map(|number| format!("/things/{number}/parts")).collect();
        for template in &templates {
            cache.insert(template, Verdict::Uncounted);
        }
        assert!(templates.iter().all(|template| cache.get(template).is_some()), "room for all");
        for number in 0..20 * MOST_SETS {
            cache.insert(&format!("/raw/{number}"), Verdict::Uncounted);
        }
        assert_eq!(cache.hashes.len(), MOST_SETS);
    }
}
