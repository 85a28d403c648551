//! What the tests share: reading `/metrics`, a real hyper server, and clients that see what is on the wire.

pub mod beacon;
pub mod body;
pub mod client;
pub mod metrics;
pub mod server;
pub mod site;
pub mod watch;
