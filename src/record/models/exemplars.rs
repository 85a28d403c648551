use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::Buckets;
use crate::exemplars::TraceId;
use crate::record::bounds::{Bounds, Resolution};
use crate::record::exemplars::{Candidate, SeriesExemplars};

use super::{model, spawn};

#[test]
fn a_reader_sees_no_more_than_one_exemplar_of_those_that_follow_each_other() {
    model(2, || {
        let (started, exemplars) = exemplars();
        exemplars.offer(0, candidate(started, 1));
        let writer = spawn({
            let exemplars = Arc::clone(&exemplars);
            move || exemplars.offer(0, candidate(started, 2))
        });
        let reader = spawn({
            let exemplars = Arc::clone(&exemplars);
            move || number_of(&exemplars)
        });
        assert!(reader.join().unwrap().is_none_or(|number| (1..=2).contains(&number)));
        writer.join().unwrap();
        assert_eq!(number_of(&exemplars), Some(2));
    });
}

#[test]
fn of_writers_who_meet_one_writes_and_the_other_goes_on() {
    model(1, || {
        let (started, exemplars) = exemplars();
        let others = [1, 2].map(|number| {
            let exemplars = Arc::clone(&exemplars);
            spawn(move || exemplars.offer(0, candidate(started, number)))
        });
        let reader = spawn({
            let exemplars = Arc::clone(&exemplars);
            move || number_of(&exemplars)
        });
        assert!(reader.join().unwrap().is_none_or(|number| (1..=2).contains(&number)));
        for other in others {
            other.join().unwrap();
        }
        assert!(number_of(&exemplars).is_some(), "it is left for all to read");
    });
}

fn exemplars() -> (Instant, Arc<SeriesExemplars>) {
    let started = Instant::now();
    (started, Arc::new(SeriesExemplars::new(started, 1)))
}

/// Each is due when the one before it is there. Both halves of its trace say its number, and so does its value.
fn candidate(started: Instant, number: u64) -> Candidate {
    let half = u128::from(number);
    let trace = TraceId::of(half << 64 | half).unwrap();
    Candidate { trace, value: number as f64, at: started + Duration::from_secs(10 * number) }
}

fn number_of(exemplars: &SeriesExemplars) -> Option<u64> {
    let bounds = Bounds::new(&Buckets::of(&[]), Resolution::WHOLE);
    let exemplar = exemplars.of(0, &bounds)?;
    let number = exemplar.value as u64;
    let half = u128::from(number);
    assert_eq!(exemplar.trace.number(), half << 64 | half);
    Some(number)
}
