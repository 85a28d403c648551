//! The default store: what every store promises, and the memory that it states.

use std::process::Command;

use tower_rum::replay::{Appended, Batch, Limits, MemoryStore, Store};

crate::store_contract!(|bytes: u64| MemoryStore::with_max_bytes(usize::try_from(bytes).unwrap()));

#[test]
fn a_clone_is_the_same_store() {
    let store = MemoryStore::new();
    assert_eq!(append(&store.clone(), 1, 0, 0), Appended::Stored);
    assert_eq!(append(&store, 1, 0, 0), Appended::Duplicate);
}

#[test]
fn a_full_store_takes_no_more_memory_than_it_states() {
    // Memory is a process's, and other tests may run in this one.
    if let Some(what) = std::env::var_os(ALONE) {
        return filled(what.to_str().unwrap());
    }
    for what in ["large", "small"] {
        let test = std::thread::current().name().unwrap().to_owned();
        let alone =
            Command::new(std::env::current_exe().unwrap()).args(["--exact", &test, "--nocapture"]).env(ALONE, what).output();
        let alone = alone.unwrap();
        let said = [alone.stdout, alone.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        println!("{said}");
        assert!(alone.status.success() && said.contains("1 passed"), "{what}");
    }
}

/// Half as much again as there is room for: of sessions as people make them, or of the smallest that there can be.
fn filled(what: &str) {
    let (sessions, batches, bytes) = if what == "large" { (1_600, 10, 6_000) } else { (100_000, 1, 0) };
    let store = MemoryStore::new();
    append(&store, 0, 0, bytes);
    let before = resident_kib();
    for session in 1..=sessions {
        for number in 0..batches {
            assert_eq!(append(&store, session, number, bytes), Appended::Stored);
        }
    }
    let grown = resident_kib() - before;
    let kept = listed(&store);
    println!("{what}: {kept} of {sessions} sessions are left, resident {grown} KiB more");
    assert!(kept < sessions as usize, "it was never full");
    assert!(grown < MOST_KIB * 11 / 10, "{grown} KiB");
    assert!(grown > MOST_KIB / 3, "{grown} KiB is less than a third of what is stated");
}

fn append(store: &MemoryStore, session: u128, number: u64, bytes: usize) -> Appended {
    let event = format!(r#"{{"type":6,"timestamp":1790000000123,"data":"{}"}}"#, "x".repeat(bytes));
    let body = format!(r#"{{"version":1,"session":"{session:032x}","number":{number},"format":"rrweb","events":[{event}]}}"#);
    let batch = Batch::from_json(body.as_bytes()).unwrap();
    let Ok(appended) = crate::support::block_on(store.append(&batch, &Limits::default()));
    appended
}

fn listed(store: &MemoryStore) -> usize {
    let Ok(sessions) = crate::support::block_on(store.list(usize::MAX));
    sessions.len()
}

/// What this process holds in memory (proc(5)).
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const ALONE: &str = "TOWER_RUM_TEST_ALONE";
const MOST_KIB: u64 = 64 * 1024;
