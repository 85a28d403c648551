//! Room for texts: what the last one was written into is there for the next.
//!
//! Large memory that comes fresh from the system is paid for at the first write to each of its pages, which takes longer than the text.

use std::sync::{Arc, Mutex, TryLockError};

use bytes::Bytes;

/// At most one text's memory, while no text is in it. Never waits: who finds it taken takes fresh memory.
#[derive(Debug, Clone, Default)]
pub(super) struct Room(Arc<Mutex<Vec<u8>>>);

impl Room {
    /// An empty text with room for so many bytes.
    pub(super) fn take(&self, length: usize) -> Vec<u8> {
        let mut text = self.kept(std::mem::take).unwrap_or_default();
        text.clear();
        text.reserve(length);
        text
    }

    /// The text to send; its memory comes back when the last that reads it is done.
    pub(super) fn lend(&self, text: Vec<u8>) -> Bytes {
        Bytes::from_owner(Lent { text, room: self.clone() })
    }

    fn give_back(&self, text: Vec<u8>) {
        let half_full = text.capacity() <= 2 * text.len().max(LITTLE);
        if half_full && text.capacity() <= MOST_KEPT {
            self.kept(|kept| *kept = text);
        }
    }

    fn kept<R>(&self, with: impl FnOnce(&mut Vec<u8>) -> R) -> Option<R> {
        match self.0.try_lock() {
            Ok(mut kept) => Some(with(&mut kept)),
            Err(TryLockError::Poisoned(kept)) => Some(with(&mut kept.into_inner())),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

struct Lent {
    text: Vec<u8>,
    room: Room,
}

impl AsRef<[u8]> for Lent {
    fn as_ref(&self) -> &[u8] {
        &self.text
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.room.give_back(std::mem::take(&mut self.text));
    }
}

const LITTLE: usize = 4 * 1024;

/// In bytes; the text of half a million samples. Who has more of them pays for fresh memory rather than have it held.
const MOST_KEPT: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_a_text_holds_the_next_one_when_nobody_reads_it_any_more() {
        let room = Room::default();
        let text = room.lend(text(10_000, 10_000));
        let reader = text.slice(..5);
        drop(text);
        assert_eq!(room.take(0).capacity(), 0, "someone reads it");
        assert_eq!(&*reader, b"xxxxx");
        drop(reader);
        let next = room.take(10);
        assert!(next.is_empty() && next.capacity() >= 10_000, "{} bytes", next.capacity());
        assert_eq!(room.take(0).capacity(), 0, "it holds one text at a time");
    }

    #[test]
    fn memory_that_is_mostly_empty_or_huge_is_not_kept() {
        let room = Room::default();
        for (length, capacity) in [(10_000, 30_000), (MOST_KEPT + 1, MOST_KEPT + 1)] {
            drop(room.lend(text(length, capacity)));
            assert_eq!(room.take(0).capacity(), 0, "{length} of {capacity}");
        }
    }

    fn text(length: usize, capacity: usize) -> Vec<u8> {
        let mut text = vec![b'x'; capacity];
        text.truncate(length);
        text
    }
}
