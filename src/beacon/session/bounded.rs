//! A list that stops growing once it is too long: what a body of two bytes an entry would take is many times its own length.

use std::fmt;

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{MAX_SESSION_EVENTS, Raw};

/// Up to one more than [`MAX_SESSION_EVENTS`] entries; those behind are read and left.
pub(super) struct Bounded<'a>(pub(super) Vec<Raw<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Bounded<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Entries)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Bounded<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Bounded<'de>, A::Error> {
        let mut kept = Vec::new();
        while let Some(entry) = entries.next_element::<Raw<'de>>()? {
            if kept.len() <= MAX_SESSION_EVENTS {
                kept.push(entry);
            }
        }
        Ok(Bounded(kept))
    }
}
