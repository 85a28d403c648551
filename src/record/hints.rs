//! A short way from contents to the number that they have been given: no lock, no allocation, and only numbers that there are.
//!
//! A hint may be missing, then the long way is taken; it is never wrong, as the contents under its number are compared.

use super::sync;
use super::sync::atomic::{AtomicU32, Ordering};

/// One more than a number, near the place of its contents' hash; 0 for none. What is written stays.
pub(super) struct Hints {
    places: Box<[AtomicU32]>,
}

impl Hints {
    /// For up to `cap` numbers.
    pub(super) fn new(cap: usize) -> Self {
        let places = (cap * 2).next_power_of_two().clamp(NEAR, MOST_PLACES);
        Self { places: (0..places).map(|_| AtomicU32::new(0)).collect() }
    }

    /// The number whose contents have this hash, and are the wanted ones.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is_wanted: impl FnMut(usize) -> bool) -> Option<usize> {
        let hints = self.near(hash).map(|place| place.load(Ordering::Relaxed)).take_while(|&hint| hint != 0);
        hints.map(|hint| hint as usize - 1).find(|&number| is_wanted(number))
    }

    /// Notes a number, if there is a place left near that of its hash.
    #[cold]
    pub(super) fn note(&self, hash: u64, number: usize) {
        let Ok(hint) = u32::try_from(number + 1) else { return };
        let _ = self.near(hash).find(|place| {
            let noted = place.compare_exchange(0, hint, Ordering::Relaxed, Ordering::Relaxed);
            noted.is_ok() || noted == Err(hint)
        });
    }

    #[inline]
    fn near(&self, hash: u64) -> impl Iterator<Item = &AtomicU32> {
        let first = (hash >> 32) as usize;
        (first..first + NEAR).map(|place| &self.places[place & (self.places.len() - 1)])
    }
}

/// Places that a number may be noted at: what strangers can make a look-up cost.
const NEAR: usize = sync::scaled(8, 2);
/// Of a table with more series, the first ones have hints.
const MOST_PLACES: usize = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_found_among_others_of_its_hash() {
        let hints = Hints::new(4);
        (0..NEAR).for_each(|number| hints.note(7, number));
        for number in 0..NEAR {
            assert_eq!(hints.find(7, |found| found == number), Some(number));
        }
        assert_eq!(hints.find(7, |found| found == NEAR), None);
    }

    #[test]
    fn a_number_noted_twice_takes_one_place() {
        let hints = Hints::new(4);
        (0..2 * NEAR).for_each(|_| hints.note(7, 0));
        hints.note(7, 1);
        assert_eq!(hints.find(7, |found| found == 1), Some(1));
    }

    #[test]
    fn a_look_up_compares_no_more_contents_than_its_places_hold() {
        let hints = Hints::new(1_000);
        (0..1_000).for_each(|number| hints.note(7, number));
        let mut compared = 0;
        let found = hints.find(7, |_| {
            compared += 1;
            false
        });
        assert_eq!((found, compared), (None, NEAR));
    }
}
