//! Whole recorders: what the middleware calls, on threads that keep their places as they do in earnest.

use std::sync::Arc;

use http::{Extensions, Method};

use crate::config::{Buckets, Choice, Config, HttpBuckets, Sizes};
use crate::label::{MethodLabel, Template};
use crate::record::tables::{EXCHANGES, REQUESTS, RESPONSE_SIZE, STARTED, UNANSWERED, UPGRADE_DURATION, UPGRADED, UPGRADES};
use crate::record::{End, InFlight, Lifetime, Recorder, UpgradeGuard, UpgradeOffer, bounds};

use super::{model, spawn};

#[test]
fn a_request_that_ends_on_another_thread_is_never_seen_to_end_before_it_began() {
    for native_histograms in [false, true] {
        model(1, move || {
            let recorder = recorder_of(Config { native_histograms, ..Config::default() });
            let beginning = spawn({
                let recorder = Arc::clone(&recorder);
                move || {
                    let mut request = begin(&recorder);
                    respond(&mut request);
                    spawn(move || request.end(End::Complete)).join().unwrap();
                }
            });
            let seen = scrape(&recorder, in_flight);
            assert!((0..=1).contains(&seen), "{seen} in flight");
            beginning.join().unwrap();
            counted(&recorder, 1);
        });
    }
}

#[test]
fn what_a_summary_has_counted_has_quantiles() {
    model(1, || {
        let recorder = recorder_of(Config { sizes: Sizes::Summary, ..Config::default() });
        let other = spawn({
            let recorder = Arc::clone(&recorder);
            move || {
                let mut request = begin(&recorder);
                respond(&mut request);
                request.end(End::Complete);
            }
        });
        let scraper = spawn({
            let recorder = Arc::clone(&recorder);
            move || {
                for (row, quantiles) in recorder.words_and_quantiles(EXCHANGES) {
                    assert!(observed(&row[RESPONSE_SIZE..]) == 0 || quantiles.is_some(), "{row:?}");
                }
            }
        });
        scraper.join().unwrap();
        other.join().unwrap();
        counted(&recorder, 1);
    });
}

#[test]
fn what_is_open_throughout_a_scrape_is_seen_while_others_come_and_go() {
    model(1, || {
        let recorder = recorder();
        let mut open = begin(&recorder);
        respond(&mut open);
        let other = spawn({
            let recorder = Arc::clone(&recorder);
            move || drop(begin(&recorder))
        });
        let seen = scrape(&recorder, in_flight);
        assert!((1..=2).contains(&seen), "{seen} in flight");
        open.end(End::Dropped);
        other.join().unwrap();
        counted(&recorder, 2);
    });
}

#[test]
fn a_route_that_is_found_while_the_request_ends_moves_it_wholly_or_not_at_all() {
    for found in [None, Some("/found")] {
        model(1, move || {
            let recorder = recorder();
            let (request, slot) = recorder.begin_pending(recorder.now(), Choice::at(0), method(), None).unwrap();
            let inner = spawn({
                let recorder = Arc::clone(&recorder);
                move || slot.fill(&recorder, found.map(Template::Routed).as_ref())
            });
            let outer = spawn(move || drop(request));
            let seen = scrape(&recorder, in_flight);
            assert!((0..=2).contains(&seen), "{seen} in flight");
            inner.join().unwrap();
            outer.join().unwrap();
            assert_eq!(in_flight(&recorder), 0);
            let answered = answered(&recorder);
            assert!(answered == 1 || answered == 0 && found.is_none(), "counted {answered} times");
        });
    }
}

#[test]
fn a_connection_is_counted_from_head_to_guard_whichever_comes_first() {
    for kept in [false, true] {
        model(1, move || {
            let recorder = recorder();
            let mut request = begin(&recorder);
            let mut offer = UpgradeOffer::default();
            request.offer(&mut offer);
            let mut extensions = Extensions::new();
            extensions.insert(offer);
            let handler = spawn(move || Some(UpgradeGuard::take(&extensions)).filter(|_| kept));
            let head = spawn(move || {
                request.hand_over();
                request.respond(101, Lifetime::Unrecorded, None);
                request.end(End::Complete);
            });
            let seen = scrape(&recorder, upgraded);
            assert!((0..=1).contains(&seen), "{seen} open");
            let guard = handler.join().unwrap();
            head.join().unwrap();
            assert_eq!(upgraded(&recorder), i64::from(kept));
            drop(guard);
            assert_eq!(upgraded(&recorder), 0);
        });
    }
}

fn recorder() -> Arc<Recorder> {
    recorder_of(Config::default())
}

/// With room for little.
fn recorder_of(config: Config) -> Arc<Recorder> {
    let mut http_buckets = HttpBuckets::default();
    // One bucket for however long the model takes: loom needs each run to do the same.
    http_buckets.set_durations(Buckets::of(&[]));
    http_buckets.set_sizes(Buckets::of(&[]));
    Recorder::new(&Config { http_buckets, http_series: 4, family_series: 1, transition_series: 1, ..config })
}

fn begin(recorder: &Recorder) -> InFlight {
    recorder.begin(recorder.now(), &Template::Routed("/"), Choice::at(0), method())
}

fn method() -> MethodLabel {
    MethodLabel::of(&Method::GET)
}

fn respond(request: &mut InFlight) {
    request.respond(200, Lifetime::Unrecorded, None);
}

/// What a thread of its own sees.
fn scrape(recorder: &Arc<Recorder>, look: fn(&Recorder) -> i64) -> i64 {
    let recorder = Arc::clone(recorder);
    spawn(move || look(&recorder)).join().unwrap()
}

/// What a scrape sees in flight, with nothing that had no start.
fn in_flight(recorder: &Recorder) -> i64 {
    open(recorder, EXCHANGES, |row| [row[STARTED], row[UNANSWERED] + observed(&row[RESPONSE_SIZE..])])
}

/// The same for connections handed over.
fn upgraded(recorder: &Recorder) -> i64 {
    open(recorder, UPGRADES, |row| [row[UPGRADED], observed(&row[UPGRADE_DURATION..])])
}

fn open(recorder: &Recorder, table: usize, starts_and_ends: fn(&[u64]) -> [u64; 2]) -> i64 {
    let each = recorder.words(table).into_iter().map(|row| {
        let [started, ended] = starts_and_ends(&row);
        assert!(ended <= started, "{ended} ended of {started}");
        (started - ended) as i64
    });
    each.sum()
}

/// Nothing is in flight, and so many requests have been answered.
fn counted(recorder: &Recorder, requests: u64) {
    assert_eq!(in_flight(recorder), 0);
    assert_eq!(answered(recorder), requests);
}

fn answered(recorder: &Recorder) -> u64 {
    recorder.words(REQUESTS).iter().map(|row| observed(row)).sum()
}

fn observed(row: &[u64]) -> u64 {
    row[bounds::BUCKETS..].iter().sum()
}
