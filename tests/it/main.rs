//! The one integration binary: the crate from outside, through real services and real connections.
#![allow(missing_docs, unreachable_pub)]

#[cfg(feature = "axum")]
mod readme;
mod support;
