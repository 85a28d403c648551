//! Durations come from the machine's monotonic clock, whatever a runtime or an administrator does to time.

use std::convert::Infallible;
use std::fs;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;

use crate::imports::sources;
use crate::support::metrics::Metrics;
use crate::support::watch::by_path;

#[tokio::test(start_paused = true)]
async fn an_hour_of_a_paused_runtime_is_no_duration() {
    for monitor in monitors() {
        let start = Instant::now();
        let service = service_fn(async |_: Request<()>| {
            tokio::time::sleep(Duration::from_secs(3_600)).await;
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
        });
        let request = Request::new(());
        drop(monitor.layer().layer(service).oneshot(request).await.unwrap());
        let seconds = Metrics::of(&monitor).await.total("http_request_duration_seconds_sum");
        assert!(0.0 < seconds && seconds <= start.elapsed().as_secs_f64() * 1.001, "{seconds} s");
    }
}

#[test]
fn a_duration_is_at_least_the_time_that_passed() {
    const WORK: Duration = Duration::from_millis(20);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let service = service_fn(async |_: Request<()>| {
        std::thread::sleep(WORK);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
    });
    for monitor in monitors() {
        runtime.block_on(async {
            drop(monitor.layer().layer(service).oneshot(Request::new(())).await);
            let seconds = Metrics::of(&monitor).await.total("http_request_duration_seconds_sum");
            assert!(seconds >= WORK.as_secs_f64() * 0.999, "{seconds} s");
        });
    }
}

#[test]
fn the_wall_clock_is_read_nowhere_on_the_way_to_a_duration() {
    for (module, file) in sources() {
        if ["clock", "middleware", "record", "timer", "actix", "grpc"].contains(&module.as_str()) {
            assert!(!fs::read_to_string(&file).unwrap().contains("SystemTime"), "{}", file.display());
        }
    }
}

/// One for each clock.
fn monitors() -> Vec<Monitor> {
    vec![
        by_path().build().unwrap(),
        #[cfg(feature = "time-stamp-counter")]
        by_path().time_stamp_counter(true).build().unwrap(),
    ]
}
