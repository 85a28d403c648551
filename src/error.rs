//! The crate's one error: what the host has said cannot work.

use std::fmt;

/// What [`Builder::build`](crate::Builder::build) reports when a setting cannot work, [`Probes::new`](crate::synthetic::Probes::new) when a probe
/// cannot, and [`Pushgateway`](crate::synthetic::Pushgateway) when an address or a label cannot.
///
/// Opaque on purpose: its [`Display`](fmt::Display) says which setting, and what it takes instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    message: String,
}

impl Error {
    pub(crate) fn setting(message: impl Into<String>) -> Self {
        Self { message: message.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
