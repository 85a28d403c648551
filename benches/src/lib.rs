//! What the benches share: the beds that requests run through, the peers that count them, and how differences are measured.

pub mod allocations;
pub mod beds;
pub mod conformance;
pub mod measure;
pub mod peers;
pub mod plot;
pub mod report;
pub mod scraped;
