//! A thread's short way from a template's text to its number: contents are compared, so a template that moves in memory is still found.

use super::endpoints::Endpoint;

/// Four entries share a set; the oldest makes room.
pub(super) struct TemplateCache {
    sets: Box<[Set; SETS]>,
}

/// What a request of a template counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Counted(Endpoint),
    Uncounted,
}

#[derive(Default)]
struct Set {
    entries: [Option<(Box<str>, Verdict)>; WAYS],
    next: u8,
}

impl Default for TemplateCache {
    fn default() -> Self {
        Self { sets: Box::new(std::array::from_fn(|_| Set::default())) }
    }
}

impl TemplateCache {
    pub(super) fn get(&self, template: &str) -> Option<Verdict> {
        let entries = &self.sets[set_of(template)].entries;
        entries.iter().flatten().find(|(known, _)| **known == *template).map(|&(_, verdict)| verdict)
    }

    pub(super) fn insert(&mut self, template: &str, verdict: Verdict) {
        let set = &mut self.sets[set_of(template)];
        let way = usize::from(set.next) % WAYS;
        set.entries[way] = Some((template.into(), verdict));
        set.next = set.next.wrapping_add(1);
    }
}

/// Spreads templates by length and by their last, middle and first bytes: enough to keep routes of one application apart.
fn set_of(template: &str) -> usize {
    let bytes = template.as_bytes();
    let word = |at: usize| match bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    let last = word(bytes.len().saturating_sub(8));
    let middle = word(bytes.len() / 2);
    let mixed = (last ^ (bytes.len() as u64)).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ middle.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    (mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - SETS.trailing_zeros())) as usize
}

const SETS: usize = 64;
const WAYS: usize = 4;
