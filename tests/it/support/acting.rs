use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{IntGauge, Registry};

use super::watch::PATIENCE;

/// A registry with a gauge `beside`, and a collector that does as a test says each time it is asked.
pub fn registry(act: impl Fn(usize) + Send + Sync + 'static) -> Registry {
    let registry = Registry::new();
    registry.register(Box::new(IntGauge::new("beside", "Of the host.").unwrap())).unwrap();
    registry.register(Box::new(collector(act))).unwrap();
    registry
}

/// A collector without families that does as a test says each time it is asked.
pub fn collector(act: impl Fn(usize) + Send + Sync + 'static) -> impl Collector + 'static {
    let description = Desc::new("acting".to_owned(), "Acts.".to_owned(), Vec::new(), HashMap::new()).unwrap();
    Acting { description, asked: AtomicUsize::new(0), act }
}

/// A registry that takes longer than a future's first poll, so that every scrape waits for it once.
pub fn registry_slower_than_a_poll() -> Registry {
    registry(|_| std::thread::sleep(Duration::from_millis(20)))
}

/// Makes a future again and again until it was polled just so often, and says what it gave then. On a busy machine another thread may be done
/// before it is waited for, which is a poll less; one more is never right.
pub async fn polled<F: Future>(times: usize, make: impl Fn() -> F) -> F::Output {
    let start = Instant::now();
    loop {
        let (mut future, mut polls) = (std::pin::pin!(make()), 0);
        let output = std::future::poll_fn(|cx| {
            polls += 1;
            future.as_mut().poll(cx)
        });
        let output = output.await;
        assert!(polls <= times && start.elapsed() < PATIENCE, "polled {polls} times, not {times}");
        if polls == times {
            return output;
        }
    }
}

struct Acting<F> {
    description: Desc,
    asked: AtomicUsize,
    act: F,
}

impl<F: Fn(usize) + Send + Sync> Collector for Acting<F> {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.description]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        (self.act)(self.asked.fetch_add(1, Ordering::Relaxed));
        Vec::new()
    }
}

/// What holds collectors up until a test lets them go; it lets them go at its end as well.
#[derive(Default)]
pub struct Gate(Arc<State>);

#[derive(Default)]
struct State {
    asked: AtomicUsize,
    open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    /// A registry whose collector passes through here.
    pub fn registry(&self) -> Registry {
        let state = Arc::clone(&self.0);
        registry(move |_| {
            state.asked.fetch_add(1, Ordering::SeqCst);
            let (_open, patience) = state.opened.wait_timeout_while(state.open.lock().unwrap(), PATIENCE, |open| !*open).unwrap();
            assert!(!patience.timed_out(), "never let go");
        })
    }

    /// How often the collector was asked.
    pub fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }

    pub fn open(&self) {
        *self.0.open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.open();
    }
}
