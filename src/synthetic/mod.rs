//! Probes: requests and connections that the application makes itself, before its users do.
//!
//! A program that no Prometheus can scrape hands its metrics to a [`Pushgateway`].
//!
//! ```no_run
//! use std::time::Duration;
//! use tower_rum::synthetic::{Probe, Probes, Step};
//!
//! # async fn run() -> Result<(), tower_rum::Error> {
//! let checkout = Probe::http("checkout", [
//!     Step::get("https://shop.example/cart").expect_body_contains("Your cart"),
//!     Step::post("https://shop.example/pay", "dry_run=1").header("content-type", "application/x-www-form-urlencoded").expect_status(202),
//! ]);
//! let probes = Probes::new([checkout, Probe::tcp("database", "db.internal:5432").interval(Duration::from_secs(15))])?;
//!
//! let monitor = tower_rum::Monitor::builder().collector(probes.collector()).build()?; // on its /metrics
//! # #[cfg(feature = "synthetic-client")]
//! tokio::spawn(probes.run(tower_rum::synthetic::Client::new())); // for as long as that task lives
//! # Ok(())
//! # }
//! ```
//!
//! Each probe runs at once and then every [interval](Probe::interval), later each time by a [jitter](Probe::jitter), in a task of its own: a run never
//! begins before the one before it has ended, and is over within its [timeout](Probe::timeout) whatever the target does. A response must come whole, with
//! what its [`Step`] expects.
//!
//! # Metrics
//!
//! | family | type | labels | what it says |
//! |---|---|---|---|
//! | `synthetic_success` | gauge | `probe` | whether the last run gave what it should: 1 or 0 |
//! | `synthetic_latency_seconds` | gauge | `probe` | how long the last run took, all steps together, however it ended |
//! | `synthetic_phase_seconds` | gauge | `probe`, `phase` = `resolve`, `connect`, `tls`, `processing`, `transfer` | where that time went, all requests of the run together; 0 for a phase that it did not come to. A probe that only connects has the first two |
//! | `synthetic_probes_total` | counter | `probe`, `result` = one of [`Outcome`] | runs by how they ended |
//! | `synthetic_ssl_earliest_cert_expiry_timestamp_seconds` | gauge | `probe` | when the first of the certificates ends that the server shows, as a Unix time; also of one that is not trusted or over, and while the server is away |
//! | `network_latency_ms` | gauge | `destination` | how long a probe that only connects took to connect, in milliseconds, its name aside; absent while it fails |
//!
//! They are gauges of the last run and absent before the first one ends, and once the future that runs the probes is dropped. Phases are named as
//! [`blackbox_exporter`](https://github.com/prometheus/blackbox_exporter) names those of `probe_http_duration_seconds`, and the expiry is what its
//! `probe_ssl_earliest_cert_expiry` says.
//!
//! An in-process probe does not see its own death: alert on `absent(synthetic_success{probe="checkout"})` as well, and on
//! `sum by (probe) (rate(synthetic_probes_total[5m])) == 0`; or have a program of its own probe, such as the example `prober`, which reads what to
//! probe from a file and is watched by its own `up`.
//!
//! # Clients
//!
//! Any clone-able tower service does that takes a [`Request`](http::Request) with a [`Full`](http_body_util::Full) body, such as hyper-util's client or a
//! stack of layers around it. It follows no redirects itself. One that keeps connections shows how fast a request is on these, and its failures to connect are
//! `request`: it tells no phases but `processing` and `transfer`, unless it tells a [`Trace`].
//!
#![cfg_attr(
    feature = "synthetic-client",
    doc = "[`Client`], of the feature `synthetic-client`, connects anew for each request and tells them all."
)]
#![cfg_attr(
    not(feature = "synthetic-client"),
    doc = "`Client`, of the feature `synthetic-client`, connects anew for each request and tells them all."
)]

mod board;
#[cfg(feature = "synthetic-client")]
mod client;
mod families;
mod outcome;
mod probe;
mod probes;
mod pushgateway;
mod redirect;
mod schedule;
mod step;
mod steps;
mod tcp;
mod trace;

#[cfg(feature = "synthetic-client")]
pub use client::{Client, ClientBody};
pub use families::ProbeCollector;
pub use outcome::{Failure, Outcome};
pub use probe::Probe;
pub use probes::Probes;
pub use pushgateway::{PushError, Pushgateway};
pub use step::Step;
pub use trace::{Phase, Trace};
