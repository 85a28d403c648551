//! What a request costs more by how many header fields it has: the layer looks for two, which most requests lack.

use http::{HeaderMap, HeaderName, HeaderValue};
use tower::layer::util::Identity;
use tower_rum::Monitor;
use tower_rum_benches::beds::{Worker, with_fields};
use tower_rum_benches::measure::{BARE, added, on_core};
use tower_rum_benches::peers::{self, OURS};
use tower_rum_benches::report::{figure, rounds};

fn main() {
    for (column, fields) in [("none", 0), ("1", 1), ("4", 4), ("16 of a browser", BROWSER.len())] {
        let fields =
            || BROWSER.into_iter().take(fields).map(|name| (HeaderName::from_static(name), VALUE)).collect::<HeaderMap>();
        let variants: [(&str, Worker); 3] = [
            (BARE, with_fields(Identity::new(), fields())),
            (OURS, with_fields(Monitor::new().layer(), fields())),
            ("axum-prometheus (B)", with_fields(peers::axum_prometheus(true), fields())),
        ];
        let (names, mut workers): (Vec<_>, Vec<_>) = variants.into_iter().unzip();
        workers.iter_mut().for_each(|worker| worker(1_000));
        let costs = added(&names, rounds(45), |variant| {
            let cost = on_core(|| workers[variant](REQUESTS));
            peers::upkeep();
            cost / REQUESTS as f64
        });
        for (variant, cost) in costs {
            figure(&format!("tower by header fields, {column}"), variant, cost);
        }
    }
}

/// What Chrome sends for a page, without client hints of its versions; of other clients' requests most have the first few.
const BROWSER: [&str; 16] = [
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "connection",
    "sec-ch-ua",
    "sec-ch-ua-mobile",
    "sec-ch-ua-platform",
    "upgrade-insecure-requests",
    "sec-fetch-site",
    "sec-fetch-mode",
    "sec-fetch-user",
    "sec-fetch-dest",
    "accept-language",
    "referer",
    "cookie",
];
const VALUE: HeaderValue = HeaderValue::from_static("value");
const REQUESTS: usize = 10_000;
