use std::sync::Arc;

use crate::record::cell::{self, Cell, Chunk};

use super::{model, spawn};

#[test]
fn a_scraper_sees_an_owners_counts_grow_and_none_get_lost() {
    model(3, || {
        let chunk = cell::chunk(1);
        let cell = Cell::new(Arc::clone(&chunk), 0, 1, true);
        let owner = spawn(move || (0..3).for_each(|_| cell.add(0, 1)));
        let scraper = spawn({
            let chunk = Arc::clone(&chunk);
            move || [read(&chunk, 0), read(&chunk, 0)]
        });
        owner.join().unwrap();
        let [first, second] = scraper.join().unwrap();
        assert!(first <= second && second <= 3, "{first}, then {second}");
        assert_eq!(read(&chunk, 0), 3);
    });
}

#[test]
fn threads_that_share_a_cell_lose_no_count() {
    model(3, || {
        let chunk = cell::chunk(1);
        let sharer = || Cell::new(Arc::clone(&chunk), 0, 1, false);
        let others = [sharer(), sharer()].map(|cell| {
            spawn(move || {
                cell.add(0, 1);
                cell.add(0, 2);
            })
        });
        sharer().add(0, 4);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(read(&chunk, 0), 10);
    });
}

#[test]
fn an_end_that_is_seen_shows_its_start_whoever_counts_it() {
    for exclusive in [true, false] {
        model(3, move || {
            const ENDED: usize = 1;
            const STARTED: usize = 0;
            let chunk = cell::chunk(2);
            let cell = Cell::new(Arc::clone(&chunk), 0, 2, exclusive);
            let owner = spawn(move || {
                for word in [STARTED, ENDED, STARTED, ENDED] {
                    cell.add(word, 1);
                }
            });
            let scraper = spawn(move || {
                let ended = read(&chunk, ENDED);
                let started = read(&chunk, STARTED);
                assert!(ended <= started, "{ended} ended of {started}");
            });
            owner.join().unwrap();
            scraper.join().unwrap();
        });
    }
}

fn read(chunk: &Chunk, word: usize) -> u64 {
    let mut sums = [0; 2];
    cell::read(chunk, 0, word..word + 1, &mut sums);
    sums[word]
}
