use std::sync::Arc;

use crate::record::slot::{Claim, MAX_SLOTS, Shape, Slots};

use super::{model, spawn};

#[test]
fn threads_that_come_and_go_hand_their_slots_on_with_their_counts() {
    model(2, || {
        let slots = slots();
        let others = [2, 1].map(|times| {
            let slots = Arc::clone(&slots);
            spawn(move || (0..times).for_each(|_| _ = count(&slots)))
        });
        let scraper = spawn({
            let slots = Arc::clone(&slots);
            move || [sum(&slots), sum(&slots)]
        });
        let [first, second] = scraper.join().unwrap();
        assert!(first <= second && second <= 3, "{first}, then {second}");
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(sum(&slots), 3);
        let last = slots.claim();
        assert!((1..=MAX_SLOTS).contains(&last.slot()), "a slot that was given back is there for the next");
    });
}

#[test]
fn past_the_most_slots_threads_share_one_and_lose_nothing() {
    model(2, || {
        let slots = slots();
        let mine: Vec<_> = (1..MAX_SLOTS).map(|_| slots.claim()).collect();
        let others = [(); 3].map(|()| {
            let slots = Arc::clone(&slots);
            spawn(move || count(&slots))
        });
        let claims = others.map(|other| other.join().unwrap());
        assert!((0..claims.len()).all(|place| !claims[..place].contains(&claims[place])), "a claim's number is its own");
        drop(mine);
        assert_eq!(sum(&slots), 3);
    });
}

#[test]
fn what_a_thread_counts_past_its_end_goes_where_all_may_write() {
    model(3, || {
        let slots = slots();
        let others = [(); 2].map(|()| {
            let slots = Arc::clone(&slots);
            spawn(move || count_in(&slots.shared()))
        });
        let mine = count(&slots);
        let [first, second] = others.map(|other| other.join().unwrap());
        assert!(mine != first && mine != second && first != second, "a claim's number is its own");
        assert_eq!(sum(&slots), 3);
    });
}

#[test]
fn threads_that_share_a_cell_of_a_grid_lose_nothing() {
    counted_in_a_grid(|slots| slots.shared().count_fine(0, 0, 0));
}

#[test]
fn a_cell_of_a_grid_is_handed_on_with_its_counts() {
    counted_in_a_grid(|slots| slots.claim().count_fine(0, 0, 0));
}

/// Two threads count in a cell that nobody has counted in before, while a third looks.
fn counted_in_a_grid(count: fn(&Arc<Slots>)) {
    model(1, move || {
        let slots = slots();
        let others = [(); 2].map(|()| {
            let slots = Arc::clone(&slots);
            spawn(move || count(&slots))
        });
        let scraper = spawn({
            let slots = Arc::clone(&slots);
            move || sum_fine(&slots)
        });
        let seen = scraper.join().unwrap();
        assert!(seen <= 2, "{seen}");
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(sum_fine(&slots), 2);
    });
}

/// Counts 1 in a claim that is given back; its number.
fn count(slots: &Arc<Slots>) -> u64 {
    count_in(&slots.claim())
}

fn count_in(claim: &Claim) -> u64 {
    claim.words(0, 0).add(0, 1);
    claim.number()
}

fn slots() -> Arc<Slots> {
    Arc::new(Slots::new(Box::new([Shape { series: 1, words: 1, fine: 1 }])))
}

fn sum(slots: &Slots) -> u64 {
    let mut sums = [0];
    slots.sum_all(0, &mut sums);
    sums[0]
}

fn sum_fine(slots: &Slots) -> u64 {
    let mut sums = [0];
    slots.sum_fine(0, 0, &mut sums);
    sums[0]
}
