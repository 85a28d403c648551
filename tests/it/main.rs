//! The one integration binary: the crate from outside, through real services and real connections.
#![allow(missing_docs, unreachable_pub)]

mod batch;
#[cfg(feature = "axum")]
mod readme;
mod script;
mod server_timing;
mod support;
