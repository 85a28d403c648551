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
    /// Of the entries, so that at most one text is compared.
    hashes: [u64; WAYS],
    entries: [Option<(Box<str>, Verdict)>; WAYS],
    next: u8,
}

impl Default for TemplateCache {
    fn default() -> Self {
        Self { sets: Box::new(std::array::from_fn(|_| Set::default())) }
    }
}

impl TemplateCache {
    #[inline]
    pub(super) fn get(&self, template: &str) -> Option<Verdict> {
        let hash = hash(template);
        let set = &self.sets[set_of(hash)];
        let way = set.hashes.iter().position(|&known| known == hash)?;
        set.entries[way].as_ref().filter(|(known, _)| **known == *template).map(|&(_, verdict)| verdict)
    }

    pub(super) fn insert(&mut self, template: &str, verdict: Verdict) {
        let hash = hash(template);
        let set = &mut self.sets[set_of(hash)];
        let same = set.hashes.iter().position(|&known| known == hash);
        let way = same.unwrap_or_else(|| {
            set.next = set.next.wrapping_add(1);
            usize::from(set.next) % WAYS
        });
        set.hashes[way] = hash;
        set.entries[way] = Some((template.into(), verdict));
    }
}

fn set_of(hash: u64) -> usize {
    (hash >> (64 - SETS.trailing_zeros())) as usize
}

/// Spreads templates by length and by their last and middle bytes: enough to keep routes of one application apart. What it cannot tell
/// apart takes one place in turns.
#[inline]
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
const SETS: usize = 64;
const WAYS: usize = 4;
