//! The writer against stores that fail, hang and panic: each batch is counted, none holds up the next for long, and operators are told.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use tower_rum::Monitor;
use tower_rum::replay::{Appended, Batch, Limits, MemoryStore, Recording, Replay, SessionId, Store, Summary};

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::Mount;

use super::{SESSION, ask, batch, click, get, monitor, post, session_path, written};

#[tokio::test]
async fn a_store_that_fails_costs_its_batch_and_is_counted_and_operators_are_told() {
    let (monitor, mount) = with(Trouble::Fails);
    let before = Metrics::of(&monitor).await;
    for number in 0..3 {
        post(&mount, batch(SESSION, number, &click(1, 2, 3))).await;
    }
    written(&monitor).await;
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), lost(3.0));
    assert_unavailable(&mount).await;
}

#[tokio::test]
async fn a_store_that_panics_ends_neither_the_writer_nor_the_operators_routes() {
    let (monitor, mount) = with(Trouble::Panics);
    let before = Metrics::of(&monitor).await;
    let writer = tokio::spawn(monitor.replay_writer());
    for number in 0..3 {
        post(&mount, batch(SESSION, number, &click(1, 2, 3))).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!writer.is_finished());
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), lost(3.0));
    assert_unavailable(&mount).await;
    writer.abort();
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_is_left_after_five_seconds() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (monitor, mount) = with(Trouble::Hangs(Arc::clone(&asked)));
    for number in 0..3 {
        post(&mount, batch(SESSION, number, &click(1, 2, 3))).await;
    }
    let (begun, writer) = (Instant::now(), tokio::spawn(monitor.replay_writer()));
    tokio::time::sleep(Duration::from_secs(30)).await;
    writer.abort();
    let seconds: Vec<u64> = asked.lock().unwrap().iter().map(|asked| (*asked - begun).as_secs()).collect();
    assert_eq!(seconds, [0, 5, 10, 15], "first to forget, then to append");
    assert_unavailable(&mount).await;
    assert_eq!(Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="replay_store"}"#), 3.0);
}

#[tokio::test]
async fn what_waits_when_a_writer_ends_is_for_the_next_one() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    let writer = tokio::spawn(monitor.replay_writer());
    tokio::task::yield_now().await;
    writer.abort();
    assert!(writer.await.unwrap_err().is_cancelled());
    post(&mount, batch(SESSION, 0, &click(1, 2, 3))).await;
    written(&monitor).await;
    assert_eq!(get(&mount, &session_path(SESSION)).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_stored_soon_after_it_came_and_forgotten_without_anybody_asking() {
    let store = MemoryStore::new();
    let monitor = monitor(Replay::new().store(store.clone()).ttl(Duration::from_secs(100)));
    let writer = tokio::spawn(monitor.replay_writer());
    let mount = Mount::tower(&monitor);
    post(&mount, batch(SESSION, 0, &click(1, 2, 3))).await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(get(&mount, &session_path(SESSION)).await.status, 200);
    assert!(format!("{store:?}").contains("held: 1"), "{store:?}");
    tokio::time::sleep(Duration::from_secs(161)).await;
    assert!(format!("{store:?}").contains("held: 0"), "{store:?}");
    writer.abort();
}

#[tokio::test(start_paused = true)]
async fn the_store_is_asked_to_forget_each_minute_however_much_there_is_to_write() {
    let forgotten = Arc::new(AtomicUsize::new(0));
    let monitor = monitor(Replay::new().store(Forgetful(Arc::clone(&forgotten))));
    let mount = Mount::tower(&monitor);
    let writer = tokio::spawn(monitor.replay_writer());
    for number in 0..400 {
        post(&mount, batch(SESSION, number, &click(1, 2, 3))).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert_eq!(forgotten.load(Ordering::Relaxed), 4, "in 200 seconds");
    writer.abort();
}

async fn assert_unavailable(mount: &Mount) {
    for (method, path) in [("GET", "/replay/sessions"), ("GET", &session_path(SESSION)), ("DELETE", &session_path(SESSION))] {
        let answer = ask(mount, method, path, &[]).await;
        assert_eq!((answer.status, answer.text.lines().count()), (503, 1), "{method} {path}");
        assert!(!answer.text.contains("secret"));
    }
}

fn with(trouble: Trouble) -> (Monitor, Mount) {
    let monitor = monitor(Replay::new().store(trouble));
    let mount = Mount::tower(&monitor);
    (monitor, mount)
}

fn lost(batches: f64) -> std::collections::BTreeMap<String, f64> {
    only([(r#"rum_events_total{kind="session_event"}"#, batches), (r#"rum_rejected_total{reason="replay_store"}"#, batches)])
}

#[derive(Debug)]
enum Trouble {
    Fails,
    Panics,
    /// And remembers when it was asked.
    Hangs(Arc<Mutex<Vec<Instant>>>),
}

impl Trouble {
    async fn make<T>(&self) -> Result<T, io::Error> {
        match self {
            Self::Fails => Err(io::Error::other("a secret of the store's")),
            Self::Panics => panic!("the store panicked"),
            Self::Hangs(asked) => {
                asked.lock().unwrap().push(Instant::now());
                std::future::pending().await
            }
        }
    }
}

impl Store for Trouble {
    type Error = io::Error;

    async fn append(&self, _: &Batch, _: &Limits) -> Result<Appended, io::Error> {
        self.make().await
    }

    async fn list(&self, _: usize) -> Result<Vec<Summary>, io::Error> {
        self.make().await
    }

    async fn load(&self, _: SessionId) -> Result<Option<Recording>, io::Error> {
        self.make().await
    }

    async fn delete(&self, _: SessionId) -> Result<(), io::Error> {
        self.make().await
    }

    async fn forget(&self) -> Result<(), io::Error> {
        self.make().await
    }
}

#[derive(Debug)]
struct Forgetful(Arc<AtomicUsize>);

impl Store for Forgetful {
    type Error = io::Error;

    async fn append(&self, _: &Batch, _: &Limits) -> Result<Appended, io::Error> {
        // As long as the next batch is on its way: there is always one more.
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(Appended::Stored)
    }

    async fn list(&self, _: usize) -> Result<Vec<Summary>, io::Error> {
        Ok(Vec::new())
    }

    async fn load(&self, _: SessionId) -> Result<Option<Recording>, io::Error> {
        Ok(None)
    }

    async fn delete(&self, _: SessionId) -> Result<(), io::Error> {
        Ok(())
    }

    async fn forget(&self) -> Result<(), io::Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
