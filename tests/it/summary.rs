//! Sizes as summaries: quantiles of what was sent lately beside exact counts and sums.

use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use prometheus::{Registry, TextEncoder};
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::{Buckets, Monitor, Sizes};

use crate::support::block_on;
use crate::support::body::Scripted;
use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::random::Random;
use crate::support::text_format;

#[tokio::test]
async fn quantiles_are_within_one_percent_and_counts_and_sums_exact() {
    let monitor = summaries();
    let mut random = Random::seeded(19);
    let mut sizes: Vec<usize> = (0..2_000).map(|round| random.below(1 << (1 + round % 17))).collect();
    for &size in &sizes {
        request(&monitor, "GET", "/", vec![b'x'; size]);
    }
    sizes.sort_unstable();

    let metrics = Metrics::of(&monitor).await;
    let family = text_format::parse(&metrics.text).remove("http_response_size_bytes").unwrap();
    assert_eq!((family.kind.as_str(), family.samples.len()), ("summary", 5));
    for (quantile, rank) in [("0.5", 999), ("0.9", 1_799), ("0.99", 1_979)] {
        let shown = metrics.value(&format!(r#"http_response_size_bytes{{method="GET",endpoint="/",quantile="{quantile}"}}"#));
        let exact = sizes[rank] as f64;
        assert!((shown - exact).abs() <= 0.01 * exact, "{shown} for {exact} at {quantile}");
    }
    assert_eq!(metrics.value(r#"http_response_size_bytes_sum{method="GET",endpoint="/"}"#), sizes.iter().sum::<usize>() as f64);
    assert_eq!(metrics.value(r#"http_response_size_bytes_count{method="GET",endpoint="/"}"#), 2_000.0);
}

#[tokio::test]
async fn there_is_no_summary_before_the_first_response_has_ended() {
    let monitor = summaries();
    let service = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(Scripted::new().data("one").data("two"))));
    let response = monitor.layer().layer(service).oneshot(Request::new(())).await.unwrap();
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_in_flight"), 1.0);
    assert!(!metrics.text.contains("http_response_size_bytes"), "{}", metrics.text);

    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    drop(body);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
    assert_eq!(metrics.total("http_responses_incomplete_total"), 1.0);
    assert_eq!(metrics.value(r#"http_response_size_bytes{method="GET",endpoint="/",quantile="0.99"}"#), 3.0);
}

#[tokio::test]
async fn requests_sizes_are_summaries_too_and_zero_is_a_size() {
    let monitor = summaries();
    for size in [0, 0, 1_000] {
        let read = service_fn(async |request: Request<_>| {
            BodyExt::collect(request.into_body()).await.unwrap();
            Ok::<_, Infallible>(Response::new(()))
        });
        let request = Request::post("/upload").body(Full::<Bytes>::from(vec![b'x'; size])).unwrap();
        monitor.request_size_layer().layer(read).oneshot(request).await.unwrap();
    }
    let metrics = Metrics::of(&monitor).await;
    let value = |quantile| {
        metrics.value(&format!(r#"http_request_size_bytes{{method="POST",endpoint="/upload",quantile="{quantile}"}}"#))
    };
    assert_eq!((value("0.5"), value("0.9")), (0.0, 0.0), "the value at rank 1 of 0, 1, 2");
    assert_eq!(metrics.total("http_request_size_bytes_sum"), 1_000.0);
    assert_eq!(metrics.total("http_request_size_bytes_count"), 3.0);
}

#[tokio::test]
async fn the_collector_gathers_the_same_summaries() {
    let monitor = summaries();
    for size in [10, 20, 20, 3_000] {
        request(&monitor, "GET", "/a", vec![b'x'; size]);
        request(&monitor, "GET", "/b", vec![b'x'; 2 * size]);
    }
    let registry = Registry::new();
    registry.register(Box::new(monitor.collector())).unwrap();
    let gathered = TextEncoder::new().encode_to_string(&registry.gather()).unwrap();
    let samples = |text: &str| {
        let family = text_format::parse(text).remove("http_response_size_bytes").unwrap();
        let mut samples: Vec<_> = family.samples.into_iter().map(|sample| format!("{sample:?}")).collect();
        samples.sort_unstable();
        (family.kind, samples)
    };
    assert_eq!(samples(&gathered), samples(&Metrics::of(&monitor).await.text));
}

#[tokio::test]
async fn threads_that_answer_while_others_scrape_lose_nothing_and_see_no_quantile_that_is_none() {
    const THREADS: usize = 6;
    const EACH: usize = 3_000;
    let monitor = summaries();
    let running = AtomicUsize::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                (0..EACH).for_each(|_| request(&monitor, "GET", "/", "hello"));
                running.fetch_sub(1, Ordering::Release);
            });
        }
        while running.load(Ordering::Acquire) > 0 {
            let metrics = block_on(Metrics::of(&monitor));
            let count = metrics.total("http_response_size_bytes_count");
            let quantiles: Vec<_> = metrics.series("http_response_size_bytes").map(|(_, value)| value).collect();
            assert_eq!(quantiles, vec![5.0; if count > 0.0 { 3 } else { 0 }]);
        }
    });
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("http_response_size_bytes_count"), (THREADS * EACH) as f64);
    assert_eq!(metrics.total("http_response_size_bytes_sum"), (5 * THREADS * EACH) as f64);
    assert_eq!(metrics.total("http_requests_in_flight"), 0.0);
}

#[tokio::test]
async fn histograms_are_the_default() {
    let monitor = raw_paths().sizes(Sizes::default()).build().unwrap();
    request(&monitor, "GET", "/", "hello");
    let metrics = Metrics::of(&monitor).await;
    assert!(metrics.text.contains("# TYPE http_response_size_bytes histogram"));
}

/// Whose bounds nobody asks for.
fn summaries() -> Monitor {
    let bounds = Buckets::new([1.0, 10.0]).unwrap();
    raw_paths().endpoint_size_buckets("/", bounds).sizes(Sizes::Summary).build().unwrap()
}
