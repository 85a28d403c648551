//! What a request takes while another core scrapes 100 000 samples without pause, as times what it takes without scrapes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tower_rum_benches::beds::{Traffic, Worker};
use tower_rum_benches::measure::{median, pin};
use tower_rum_benches::report::{figure, rounds};
use tower_rum_benches::scraped::{self, Scraped};

fn main() {
    for library in scraped::all(1) {
        (library.fill)(100_000 / library.samples_per_label_set());
        let scraping = AtomicBool::new(false);
        let done = AtomicBool::new(false);
        let rounds: Vec<_> = std::thread::scope(|scope| {
            scope.spawn(|| scrape(&library, &scraping, &done));
            pin(0);
            let mut worker = (library.tower)(Traffic::Mix);
            let rounds = (0..rounds(15)).map(|_| round(&mut worker, &scraping)).collect();
            done.store(true, Ordering::Release);
            rounds
        });
        for (place, label) in ["median", "slowest of 1 000"].into_iter().enumerate() {
            let times = rounds.iter().map(|round| round[place]).collect();
            figure(&format!("a request while 100 k samples are scraped, {label}, times without"), library.name, median(times));
        }
    }
}

/// The median and the slowest of a thousand requests with scrapes, by those without.
fn round(worker: &mut Worker, scraping: &AtomicBool) -> [f64; 2] {
    let [without, with] = [false, true].map(|now| {
        scraping.store(now, Ordering::Release);
        // The scraper ends what it is at, or begins.
        std::thread::sleep(SETTLING);
        let times = times(worker);
        tower_rum_benches::peers::upkeep();
        [times[times.len() / 2], times[times.len() - times.len() / 1_000]]
    });
    scraping.store(false, Ordering::Release);
    [0, 1].map(|place| with[place] / without[place])
}

/// Nanoseconds of each request by the clock, as a lock's wait costs no time on a core; the shortest first.
fn times(worker: &mut Worker) -> Vec<f64> {
    worker(1_000);
    let mut last = Instant::now();
    let request = |_| {
        worker(1);
        let now = Instant::now();
        (now - std::mem::replace(&mut last, now)).as_nanos() as f64
    };
    let mut times: Vec<_> = (0..REQUESTS).map(request).collect();
    times.sort_by(f64::total_cmp);
    times
}

fn scrape(library: &Scraped, scraping: &AtomicBool, done: &AtomicBool) {
    pin(1);
    while !done.load(Ordering::Acquire) {
        if scraping.load(Ordering::Acquire) {
            drop((library.text)());
        } else {
            std::thread::sleep(SETTLING / 100);
        }
    }
}

const REQUESTS: usize = 200_000;

/// Longer than a scrape.
const SETTLING: std::time::Duration = std::time::Duration::from_millis(200);
