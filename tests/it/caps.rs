//! What comes past a family's cap is counted under its overflow; what is known keeps its series; no half takes from the other.

use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::change::{moved, only, server_half};
use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount};

#[tokio::test]
async fn junk_first_and_from_all_threads_takes_no_series_from_known_routes() {
    const CAP: usize = 100;
    let known: Vec<String> = (0..40).map(|number| format!("/known/{number}")).collect();
    let monitor = raw_paths().http_series(CAP).endpoints(known.clone()).build().unwrap();
    in_threads(8, |thread| {
        for number in 0..500 {
            let method = ["GET", "POST"][number % 2];
            request(&monitor, method, &format!("/junk/{thread}/{}", number / 2), "junk");
        }
    });
    in_threads(8, |_| {
        for path in &known {
            request(&monitor, "GET", path, "known");
        }
    });
    let metrics = Metrics::of(&monitor).await;
    for path in &known {
        let series = format!(r#"http_requests_total{{method="GET",endpoint="{path}",status="200"}}"#);
        assert_eq!(metrics.value(&series), 8.0);
    }
    assert!(metrics.series("http_requests_total").count() <= CAP + 1, "the overflow of one status class beside the cap");
    assert!(metrics.value(r#"http_requests_total{method="_OTHER",endpoint="overflow",status="2xx"}"#) >= 3_900.0);
    assert_eq!(metrics.total("http_requests_total"), 8.0 * 540.0);
    assert_eq!(metrics.total("http_request_duration_seconds_count"), 8.0 * 540.0);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), 8.0 * (500.0 * 4.0 + 40.0 * 5.0));
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn the_cap_holds_while_all_threads_race_for_the_last_room() {
    for _ in 0..20 {
        let monitor = raw_paths().http_series(16).build().unwrap();
        in_threads(8, |thread| {
            for number in 0..50 {
                let method = ["GET", "POST", "PUT"][number % 3];
                request(&monitor, method, &format!("/{}", (thread + number) % 30), "");
            }
        });
        let metrics = Metrics::of(&monitor).await;
        assert!(metrics.series("http_requests_total").count() <= 16 + 1);
        assert!(metrics.series("http_response_size_bytes_count").count() <= 16 + 1);
        assert_eq!(metrics.total("http_requests_total"), 400.0);
        assert_eq!(metrics.total("http_response_size_bytes_count"), 400.0);
    }
}

#[tokio::test]
async fn errors_stay_visible_past_the_cap() {
    let monitor = raw_paths().http_series(16).build().unwrap();
    for (status, times) in [(200, 30), (404, 20), (503, 10)] {
        for number in 0..times {
            let request = http::Request::get(format!("/{status}/{number}")).body(()).unwrap();
            let response = http::Response::builder().status(status).body(bytes::Bytes::new().into()).unwrap();
            crate::support::layered::respond(&monitor, request, response);
        }
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="_OTHER",endpoint="overflow",status="5xx"}"#), 10.0);
    assert_eq!(metrics.value(r#"http_errors_total{method="_OTHER",endpoint="overflow"}"#), 10.0);
    assert_eq!(metrics.value(r#"http_requests_total{method="_OTHER",endpoint="overflow",status="4xx"}"#), 20.0);
    assert_eq!(metrics.total("http_requests_total"), 60.0);
}

#[tokio::test]
async fn errors_past_the_cap_are_seen_where_only_the_statuses_had_no_room() {
    let monitor = raw_paths().http_series(16).build().unwrap();
    for status in (200..230).chain([503]) {
        let request = http::Request::get("/").body(()).unwrap();
        let response = http::Response::builder().status(status).body(bytes::Bytes::new().into()).unwrap();
        crate::support::layered::respond(&monitor, request, response);
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"http_requests_total{method="_OTHER",endpoint="overflow",status="5xx"}"#), 1.0);
    assert_eq!(metrics.value(r#"http_errors_total{method="_OTHER",endpoint="overflow"}"#), 1.0);
    assert_eq!(metrics.series("http_requests_in_flight").count(), 1, "the overflow still waits");
}

#[tokio::test]
async fn browsers_that_fill_every_family_take_nothing_from_the_server_half() {
    let (monitor, mount) = small();
    request(&monitor, "GET", "/page/0", "hello");
    let before = Metrics::of(&monitor).await;
    fill(&mount).await;
    let full = Metrics::of(&monitor).await;
    assert_eq!(server_half(&before), server_half(&full));
    for family in OVERFLOWING {
        let overflow = full.series(family).filter(|(series, _)| series.contains("overflow")).map(|(_, value)| value).sum::<f64>();
        assert!(overflow > 0.0, "{family} was not filled");
        assert!(full.series(family).count() <= 16 + 1, "{family}");
    }
    for number in 0..ENDPOINTS {
        request(&monitor, "GET", &format!("/page/{number}"), "hello");
    }
    let after = Metrics::of(&monitor).await;
    assert_eq!(after.series("http_requests_total").count(), ENDPOINTS, "every route still gets its own series");
    assert_eq!(after.total("http_requests_total"), 1.0 + ENDPOINTS as f64);
}

#[tokio::test]
async fn a_beacon_past_its_familys_cap_is_204_and_counted_once_under_overflow_and_reason() {
    let (monitor, mount) = small();
    fill(&mount).await;
    let before = Metrics::of(&monitor).await;
    let answer = mount.post("/log-user-error", FORM, "kind=reported&endpoint=/page/29").await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    let expected = only([
        (r#"user_errors_total{endpoint="overflow",kind="overflow"}"#, 1.0),
        (r#"rum_events_total{kind="error"}"#, 1.0),
        (r#"rum_rejected_total{reason="series"}"#, 1.0),
    ]);
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), expected);
}

#[tokio::test]
async fn declared_interactions_all_have_room_and_stand_at_0_from_the_start() {
    let (monitor, mount) = small();
    let before = Metrics::of(&monitor).await;
    assert_eq!(before.series("user_interactions_total").count(), 6 * (NAMES + 1));
    fill(&mount).await;
    let after = Metrics::of(&monitor).await;
    assert_eq!(after.series("user_interactions_total").count(), 6 * (NAMES + 1));
    assert_eq!(after.total("user_interactions_total"), NAMES as f64);
}

#[tokio::test]
async fn a_page_load_past_the_caps_of_many_families_is_one_rejection() {
    let (monitor, mount) = small();
    fill(&mount).await;
    let before = Metrics::of(&monitor).await;
    assert_eq!(mount.post("/log-page-load", JSON, page_load(29)).await.status, 204);
    let moved = moved(&before, &Metrics::of(&monitor).await);
    assert_eq!(moved[r#"rum_rejected_total{reason="series"}"#], 1.0);
    assert_eq!(moved[r#"page_load_time_seconds_count{endpoint="overflow"}"#], 1.0);
    assert_eq!(moved[r#"web_vitals_cls_score_count{endpoint="overflow"}"#], 1.0);
}

const ENDPOINTS: usize = 30;
const NAMES: usize = 20;

/// The families whose label values browsers choose, by one of their samples.
const OVERFLOWING: [&str; 7] = [
    "user_errors_total",
    "page_load_time_seconds_count",
    "web_vitals_lcp_seconds_count",
    "web_vitals_inp_seconds_count",
    "web_vitals_fcp_seconds_count",
    "web_vitals_ttfb_seconds_count",
    "web_vitals_cls_score_count",
];

/// More declared than fits: 30 endpoints for 16 series a family.
fn small() -> (Monitor, Mount) {
    let monitor = raw_paths()
        .registry(Registry::new())
        .family_series(16)
        .endpoints((0..ENDPOINTS).map(|number| format!("/page/{number}")))
        .interaction_names((0..NAMES).map(|number| format!("n{number}")))
        .build()
        .unwrap();
    let mount = Mount::tower(&monitor);
    (monitor, mount)
}

async fn fill(mount: &Mount) {
    for number in 0..ENDPOINTS {
        assert_eq!(mount.post("/log-page-load", JSON, page_load(number)).await.status, 204);
        let error = format!("kind=exception&endpoint=/page/{number}");
        assert_eq!(mount.post("/log-user-error", FORM, error).await.status, 204);
    }
    for number in 0..NAMES {
        assert_eq!(mount.post("/log-interaction", FORM, format!("type=click&name=n{number}")).await.status, 204);
    }
}

fn page_load(endpoint: usize) -> String {
    format!(r#"{{"load_time":1,"endpoint":"/page/{endpoint}","lcp":1,"inp":1,"fcp":1,"ttfb":1,"cls":1}}"#)
}

fn in_threads(count: usize, work: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for thread in 0..count {
            let work = &work;
            scope.spawn(move || work(thread));
        }
    });
}
