//! Texts numbered in order of arrival: equality decides, never a hash alone; a cap, and part of the room for trusted texts only.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::pages::Pages;
use super::sync::RwLock;
use super::sync::atomic::{AtomicUsize, Ordering};

/// What is known of each text is read by number without a lock; the lock is for looking a text up.
pub(super) struct Interner<T> {
    numbers: RwLock<HashMap<Arc<str>, usize>>,
    entries: Pages<T>,
    len: AtomicUsize,
    cap: usize,
    reserved: usize,
}

impl<T> Interner<T> {
    /// Room for `cap` texts, of which untrusted ones may take all but `reserved`.
    pub(super) fn new(cap: usize, reserved: usize) -> Self {
        Self { numbers: RwLock::default(), entries: Pages::with_len(cap), len: AtomicUsize::new(0), cap, reserved }
    }

    pub(super) fn find(&self, text: &str) -> Option<usize> {
        let numbers = self.numbers.read().unwrap_or_else(PoisonError::into_inner);
        numbers.get(text).copied()
    }

    /// The text's number, a new one if it is new; `None` if it is new and there is no room for it.
    pub(super) fn number(&self, text: &str, trusted: bool, describe: impl FnOnce(&Arc<str>) -> T) -> Option<usize> {
        if let Some(number) = self.find(text) {
            return Some(number);
        }
        let room = if trusted { self.cap } else { self.cap - self.reserved };
        if self.len() >= room {
            // What has no number by now gets none: no need to keep others from looking theirs up.
            return self.find(text);
        }
        let mut numbers = self.numbers.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&number) = numbers.get(text) {
            return Some(number);
        }
        let number = numbers.len();
        if number >= room {
            return None;
        }
        let text: Arc<str> = text.into();
        self.entries.get_or_init(number, || describe(&text));
        numbers.insert(text, number);
        self.len.store(number + 1, Ordering::Release);
        Some(number)
    }

    pub(super) fn get(&self, number: usize) -> Option<&T> {
        self.entries.get(number)
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn texts_without_room_are_turned_away_while_others_look_theirs_up() {
        let interner = Arc::new(Interner::new(2, 1));
        let number = |text: &str, trusted| interner.number(text, trusted, |_| ());
        assert_eq!([number("a", true), number("b", false), number("b", true)], [Some(0), None, Some(1)]);
        let looking_up = interner.numbers.read();
        let (answer, answered) = mpsc::channel();
        let other = Arc::clone(&interner);
        std::thread::spawn(move || {
            let answers = ["b", "c"].map(|text| other.number(text, true, |_| ()));
            answer.send(answers)
        });
        assert_eq!(answered.recv_timeout(Duration::from_secs(10)), Ok([Some(1), None]));
        drop(looking_up);
    }
}
