//! What the tests share: reading `/metrics`, and a real hyper server.

pub mod beacon;
pub mod metrics;
pub mod server;
