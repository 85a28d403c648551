//! What a hostile sender can try by chance: nothing panics, nothing grows, every beacon is answered from the table.

use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount, TEXT};
use crate::support::random::Random;

const PATHS: [&str; 3] = ["/log-page-load", "/log-interaction", "/log-user-error"];

#[tokio::test]
async fn no_body_of_random_bytes_panics_or_makes_a_series() {
    attacked(1, |random| random.bytes(200)).await;
}

#[tokio::test]
async fn no_body_that_is_almost_a_beacon_panics_or_makes_a_series() {
    attacked(2, |random| random.joined(&PIECES, 12)).await;
}

#[tokio::test]
async fn no_beacon_with_a_few_bytes_changed_panics_or_makes_a_series() {
    attacked(3, |random| {
        let beacon = random.pick(&BEACONS).as_bytes().to_vec();
        random.changed(beacon)
    })
    .await;
}

/// Posts 5 000 bodies; the series are afterwards those that well-formed beacons have made before.
async fn attacked(seed: u64, body: impl Fn(&mut Random) -> Vec<u8>) {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .beacons_per_second(u32::MAX)
        .interaction_names(["buy"])
        .endpoints(["/cart"])
        .build()
        .unwrap();
    let mount = Mount::tower(&monitor);
    everything(&mount).await;
    let before = Metrics::of(&monitor).await;
    let mut random = Random::seeded(seed);
    let mut tally = [0_u32; 2];
    for _ in 0..5_000 {
        let (path, content_type) = (*random.pick(&PATHS), *random.pick(&[FORM, JSON, TEXT, ""]));
        let body = body(&mut random);
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = mount.post(path, content_type, body).await;
        assert!([204, 400, 415, 422].contains(&answer.status), "{} for {shown}", answer.status);
        tally[usize::from(answer.status != 204)] += 1;
    }
    let after = Metrics::of(&monitor).await;
    let names = |metrics: &Metrics| metrics.samples().map(|(series, _)| series.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "series came or went");
    assert!(after.samples().all(|(_, value)| value.is_finite() && value >= 0.0));
    let more = |name: &str| after.total(name) - before.total(name);
    assert_eq!([more("rum_events_total"), more("rum_rejected_total")], tally.map(f64::from), "each is counted once");
}

/// One of each thing that this monitor can be told.
async fn everything(mount: &Mount) {
    for endpoint in ["/cart", "unmatched", "overflow"] {
        let load = format!(
            r#"{{"load_time":1,"endpoint":"{endpoint}","lcp":1,"inp":1,"fcp":1,"ttfb":1,"cls":1,"phases":{ALL_PHASES}}}"#
        );
        assert_eq!(mount.post(PATHS[0], JSON, load).await.status, 204);
        for kind in ["exception", "rejection", "resource", "script_error", "reported"] {
            let error = format!("kind={kind}&endpoint={endpoint}");
            assert_eq!(mount.post(PATHS[2], FORM, error).await.status, 204);
        }
    }
    for kind in TYPES {
        assert_eq!(mount.post(PATHS[1], FORM, format!("type={kind}&name=buy")).await.status, 204);
    }
}

const ALL_PHASES: &str = r#"{"redirect":1,"dns":1,"connect":1,"request":1,"response":1,"dom":1,"onload":1,"other":1}"#;

const TYPES: [&str; 6] = ["change", "click", "input", "keydown", "scroll", "submit"];

const PIECES: [&str; 34] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-",
    "0",
    "1e9",
    "1e999",
    "NaN",
    "inf",
    "\0",
    "\n",
    "=",
    "&",
    "%",
    "%00",
    "%ff",
    "+",
    "\"load_time\":",
    "load_time=",
    "\"type\":\"click\"",
    "type=click",
    "\"phases\":{",
    "\"endpoint\":\"/cart\"",
    "kind=exception",
    "\u{feff}",
];

const BEACONS: [&str; 7] = [
    "load_time=1234.5&endpoint=%2Fcart&lcp=7",
    r#"{"load_time":1234.5,"endpoint":"/cart","phases":{"dns":1.5,"other":3}}"#,
    r#"{"load_time":1,"lcp":2,"inp":3,"fcp":4,"ttfb":5,"cls":0.5}"#,
    "type=click&name=buy",
    r#"{"type":"click","name":"buy"}"#,
    "kind=exception&endpoint=unmatched",
    r#"{"kind":"resource","endpoint":"/cart"}"#,
];
