//! `/metrics` against the tally of a driver that counts what it sends.

use crate::support::demo::{Demo, SIMULATED_LOAD};
use crate::support::process;
use crate::support::samples::{Exposition, Samples, labels};
use crate::support::traffic::{Tally, visit};

const VISITORS: usize = 4;
const VISITS_EACH: usize = 25;

#[test]
fn counters_counts_and_infinity_buckets_equal_what_concurrent_visitors_sent() {
    let (exposition, sent) = after_concurrent_visits();

    assert_eq!(exposition.samples("http_requests_total"), sent.requests());
    assert_eq!(exposition.moved("http_errors_total"), sent.server_errors());
    assert_counted(&exposition, "http_request_duration_seconds", &sent.requests());
    assert_eq!(exposition.samples("http_response_size_bytes_count"), sent.responses()); // a summary
    assert_counted(&exposition, "page_load_time_seconds", &sent.page_loads());
    assert_eq!(exposition.moved("user_interactions_total"), sent.interactions());
    assert_eq!(exposition.moved("user_errors_total"), sent.user_errors());
    assert_eq!(exposition.moved("rum_events_total"), sent.events());
    assert_eq!(exposition.moved("rum_rejected_total"), sent.rejections());
    assert_eq!(exposition.moved("http_responses_incomplete_total"), Samples::new());
}

#[test]
fn sums_are_the_bytes_received_and_the_times_reported() {
    let (exposition, sent) = after_concurrent_visits();

    assert_eq!(exposition.samples("http_response_size_bytes_sum"), sent.response_bytes());
    assert_eq!(exposition.samples("page_load_time_seconds_sum"), sent.page_load_seconds());
}

#[test]
fn every_page_load_is_in_the_buckets_whose_bound_it_does_not_exceed() {
    let (exposition, sent) = after_concurrent_visits();

    let buckets = exposition.samples("page_load_time_seconds_bucket");
    assert!(!buckets.is_empty());
    for (labels, count) in buckets {
        let bound: f64 = labels["le"].parse().unwrap();
        assert_eq!(count, sent.page_loads_within(&labels["endpoint"], bound), "{labels:?}");
    }
}

/// The server's clock runs inside the client's: from the arrival of a request to its response head.
#[test]
fn request_durations_are_within_what_the_client_waited() {
    let (exposition, sent) = after_concurrent_visits();

    let durations = exposition.samples("http_request_duration_seconds_sum");
    for (labels, waited) in sent.seconds_waited() {
        let recorded = durations[&labels];
        assert!(recorded > 0.0 && recorded <= waited, "{labels:?}: recorded {recorded} s, the client waited {waited} s");
    }
    let load = labels([("method", "GET"), ("endpoint", "/simulate-load"), ("status", "200")]);
    let slept = sent.requests()[&load] * SIMULATED_LOAD.as_secs_f64();
    assert!(durations[&load] >= slept, "{} s recorded of {slept} s slept", durations[&load]);
}

#[test]
fn promtool_finds_nothing_to_complain_about() {
    let demo = Demo::start();
    visit(&demo.client(), &mut Tally::default());

    let mut promtool = process::installed("promtool", "prometheus");
    let (succeeded, said) = process::run(promtool.args(["check", "metrics"]), &demo.exposition().text);
    assert!(succeeded, "{said}");
    assert_eq!(said, "");
}

fn after_concurrent_visits() -> (Exposition, Tally) {
    let demo = Demo::start();
    let visitor = || {
        let (client, mut tally) = (demo.client(), Tally::default());
        for _ in 0..VISITS_EACH {
            visit(&client, &mut tally);
        }
        tally
    };
    let sent = std::thread::scope(|scope| {
        let visitors: Vec<_> = (0..VISITORS).map(|_| scope.spawn(visitor)).collect();
        visitors.into_iter().map(|visitor| visitor.join().unwrap()).sum()
    });
    (demo.exposition_at_rest(), sent)
}

/// `_count` and the `+Inf` bucket of a histogram.
#[track_caller]
fn assert_counted(exposition: &Exposition, histogram: &str, count: &Samples) {
    assert_eq!(&exposition.samples(&format!("{histogram}_count")), count);
    let infinity = exposition.samples(&format!("{histogram}_bucket")).into_iter().filter_map(|(mut labels, count)| {
        let bound = labels.remove("le")?;
        (bound == "+Inf").then_some((labels, count))
    });
    assert_eq!(&infinity.collect::<Samples>(), count);
}
