use std::sync::Arc;

use crate::record::series::{Meaning, SeriesTable};

use super::{model, spawn};

#[test]
fn threads_that_meet_a_label_set_at_once_get_one_number() {
    model(2, || {
        let table = table(2, 0);
        let others = ["a", "a"].map(|value| number_of(&table, value, true));
        let reader = spawn({
            let table = Arc::clone(&table);
            move || {
                let there = table.len();
                assert!((0..there).all(|number| table.get(number).is_some()), "a number of nothing");
                assert!(table.find(&["a"]).is_none_or(|number| holds(&table, number, "a")), "a number of something else");
            }
        });
        reader.join().unwrap();
        let numbers = others.map(|other| other.join().unwrap());
        assert_eq!(numbers, [Some(PREBUILT); 2]);
        assert_eq!((table.len(), table.find(&["a"])), (PREBUILT + 1, Some(PREBUILT)));
    });
}

#[test]
fn a_full_table_takes_no_more_however_many_come_at_once() {
    model(2, || {
        let table = table(2, 0);
        let others = ["a", "b"].map(|value| number_of(&table, value, true));
        let mine = table.number(&[("l", "c")], Meaning::default(), true);
        let [a, b] = others.map(|other| other.join().unwrap());
        let mut taken: Vec<usize> = [a, b, mine].into_iter().flatten().collect();
        taken.sort_unstable();
        assert_eq!(taken, [PREBUILT, PREBUILT + 1]);
        assert_eq!(table.len(), PREBUILT + 2);
        for (value, number) in [("a", a), ("b", b), ("c", mine)] {
            assert!(number.is_none_or(|number| holds(&table, number, value)));
            assert!(table.find(&[value]).is_none_or(|found| Some(found) == number), "a number of something else");
        }
    });
}

#[test]
fn room_for_trusted_label_sets_is_there_whoever_comes_first() {
    model(2, || {
        let table = table(2, 1);
        let strangers = ["a", "b"].map(|value| number_of(&table, value, false));
        let known = table.number(&[("l", "c")], Meaning::default(), true);
        let admitted = strangers.map(|stranger| stranger.join().unwrap()).iter().flatten().count();
        assert!(known.is_some() && admitted <= 1, "{admitted} strangers");
        assert_eq!(table.len(), PREBUILT + admitted + 1);
    });
}

fn number_of(table: &Arc<SeriesTable>, value: &'static str, trusted: bool) -> loom::thread::JoinHandle<Option<usize>> {
    let table = Arc::clone(table);
    spawn(move || table.number(&[("l", value)], Meaning::default(), trusted))
}

fn holds(table: &SeriesTable, number: usize, value: &str) -> bool {
    table.get(number).is_some_and(|series| series.values().eq([value]))
}

fn table(cap: usize, reserved: usize) -> Arc<SeriesTable> {
    Arc::new(SeriesTable::new("", &["l".to_owned()], cap, reserved, &[(&[("l", "overflow")][..], None); PREBUILT]))
}

const PREBUILT: usize = 1;
