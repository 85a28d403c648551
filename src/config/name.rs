//! What a name, a metric's name and an origin look like.

use crate::error::Error;
use crate::label::{OVERFLOW, UNMATCHED};

/// A name that a browser may send.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A label value that this crate gives itself: a host's own would count as what did not fit or was not known.
pub(super) fn is_reserved(name: &str) -> bool {
    [OVERFLOW, UNMATCHED].contains(&name)
}

/// Scheme and host, as the `Origin` header and `location.origin` write them.
pub(super) fn is_origin(origin: &str) -> Result<(), Error> {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    match authority {
        Some(authority) if !authority.is_empty() && !authority.contains('/') => Ok(()),
        _ => Err(Error::setting(format!(
            "an origin is scheme and host without a path, such as https://www.example.com, not {origin:?}"
        ))),
    }
}

/// A name of a metric or label.
pub(super) fn is_metric_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// The longest name that a browser may send.
pub(super) const MAX_NAME_BYTES: usize = 64;
