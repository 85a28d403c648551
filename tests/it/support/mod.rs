//! What the tests share: reading `/metrics`, a real hyper server, and clients that see what is on the wire.

#[cfg(feature = "actix")]
pub mod actix;
pub mod beacon;
pub mod body;
pub mod change;
pub mod client;
pub mod handler;
pub mod host;
pub mod layered;
pub mod metrics;
pub mod mount;
pub mod random;
pub mod scrape;
pub mod server;
pub mod site;
pub mod text_format;
pub mod watch;
pub mod wire;
