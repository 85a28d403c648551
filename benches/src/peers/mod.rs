//! Other ways to count the same requests.
//!
//! Job A is requests, latency and requests in flight, recorded at the response head. Job B is A and the response size, recorded at the end of the body.

mod bounds;
mod clocks;
mod guarded;
mod no_op;
mod ready_made;

use crate::beds::Variant;

pub use ready_made::upkeep;

/// Every variant; those of one job and recorder share nothing.
pub fn all() -> Vec<Variant> {
    vec![
        Variant::bare(),
        Variant::new("no-op layer", no_op::NoOpLayer),
        Variant::new("full machinery, no-op recorder (B)", guarded::GuardedLayer::new(guarded::Nothing)),
        Variant::new("two Instant reads", clocks::ClocksLayer),
        Variant::new(OURS, tower_rum::Monitor::new().layer()),
        Variant::new("axum-prometheus (A)", ready_made::axum_prometheus(false)),
        Variant::new("axum-prometheus (B)", ready_made::axum_prometheus(true)),
    ]
}

pub const OURS: &str = "tower-rum (B)";
