//! A quick hash for texts whose number is bounded: whoever looks something up by it compares the contents as well.

/// Spreads texts by length and by their last and middle bytes: enough to keep the routes and names of one application apart.
#[inline]
pub(super) fn spread(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let (last, middle) = match bytes.len().checked_sub(WORD) {
        Some(at) => (word(bytes, at), word(bytes, at / 2)),
        None => (bytes.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
    };
    let mixed = (last ^ (bytes.len() as u64)).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ middle.wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
    mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// The same for several texts, whose order counts.
#[inline]
pub(super) fn spread_all<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    texts.into_iter().fold(0, |all: u64, text| (all.rotate_left(5) ^ spread(text)).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn word(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..).and_then(|rest| rest.first_chunk::<WORD>()).map_or(0, |word| u64::from_le_bytes(*word))
}

const WORD: usize = 8;
