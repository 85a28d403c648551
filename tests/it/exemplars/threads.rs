//! Threads that name traces while others read them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tower_rum::exemplars::Exemplars;

use crate::support::block_on;
use crate::support::layered::raw_paths;

use super::{REQUESTS, exemplars, request, traces};

#[tokio::test]
async fn exemplars_are_whole_and_in_their_buckets_while_eight_threads_record() {
    const THREADS: u128 = 8;
    const EACH: u128 = 3_000;
    const PATHS: u128 = 5;
    // Both halves of an id say the same: one put together of two would not.
    let id = |number: u128| number << 64 | number;
    let monitor = raw_paths().exemplars(Exemplars::traceparent()).build().unwrap();
    let running = AtomicUsize::new(THREADS as usize);
    let mut scrapes = 0;
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (monitor, running) = (&monitor, &running);
            scope.spawn(move || {
                for round in 0..EACH {
                    request(monitor, &format!("/{}", round % PATHS), id(1 + thread * EACH + round));
                }
                running.fetch_sub(1, Ordering::Release);
            });
        }
        while running.load(Ordering::Acquire) > 0 {
            for exemplar in block_on(exemplars(&monitor)) {
                let number = u128::from_str_radix(&exemplar.trace[..16], 16).unwrap();
                assert_eq!(exemplar.trace, format!("{:032x}", id(number)));
                assert!((1..=THREADS * EACH).contains(&number));
                assert!(exemplar.labels.contains(&format!("endpoint=\"/{}\"", (number - 1) % EACH % PATHS)));
            }
            scrapes += 1;
        }
    });
    assert!(scrapes > 0);
    assert!(traces(&monitor, REQUESTS).await.len() >= PATHS as usize);
}
