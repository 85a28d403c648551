//! What the tests share: reading `/metrics`, and a real hyper server.

pub mod metrics;
pub mod server;
