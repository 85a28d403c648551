//! What the tests share: reading `/metrics`, a real hyper server, and clients that see what is on the wire.

pub mod beacon;
pub mod body;
pub mod client;
pub mod change;
pub mod layered;
pub mod metrics;
pub mod mount;
pub mod random;
pub mod server;
pub mod site;
pub mod watch;
pub mod text_format;
pub mod wire;
