//! The fuzzer's corpora, through the checks that its targets make: what it once found stays found.

#[path = "../../fuzz/src/checks/mod.rs"]
mod checks;

use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_corpus_has_its_check() {
    let corpora = fs::read_dir(corpora()).unwrap();
    let mut corpora: Vec<_> = corpora.map(|corpus| corpus.unwrap().file_name().into_string().unwrap()).collect();
    corpora.sort();
    let mut checked = checks::ALL.map(|(name, _)| name);
    checked.sort_unstable();
    assert_eq!(corpora, checked);
}

#[test]
fn what_was_found_in_batches() {
    replay("batch");
}

#[test]
fn what_was_found_in_single_beacons() {
    replay("single");
}

#[test]
fn what_was_found_in_negotiation() {
    replay("negotiation");
}

#[test]
fn what_was_found_in_traceparent() {
    replay("traceparent");
}

#[test]
fn what_was_found_in_the_exposition() {
    replay("exposition");
}

fn replay(name: &str) {
    let (_, check) = checks::ALL.into_iter().find(|(known, _)| *known == name).unwrap();
    let inputs: Vec<_> = fs::read_dir(corpora().join(name)).unwrap().map(|input| input.unwrap().path()).collect();
    assert!(inputs.len() >= 10);
    for path in inputs {
        let input = fs::read(&path).unwrap();
        assert!(std::panic::catch_unwind(|| check(&input)).is_ok(), "{}", path.display());
    }
}

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpora")
}
