//! The tour under its simulated visitors: what operators ask a real Prometheus about it is what the visitors' tally implies.

mod computed;
mod ending;
mod questions;
mod refused;
