//! What a name, a metric's name and an origin look like.

use std::net::Ipv6Addr;

use crate::error::Error;
use crate::label::{OVERFLOW, UNMATCHED};

/// A name that a browser may send.
pub(super) fn is_name(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether it can be the name of something that the host declares.
pub(crate) fn check_name(name: &str) -> Result<(), Error> {
    if is_name(name) {
        Ok(())
    } else {
        Err(Error::setting(format!("a name takes 1 to {MAX_NAME_BYTES} printable ASCII bytes, not {name:?}")))
    }
}

/// A label value that this crate gives itself: a host's own would count as what did not fit or was not known.
pub(super) fn is_reserved(name: &str) -> bool {
    [OVERFLOW, UNMATCHED].contains(&name)
}

/// Scheme, host and port, as the `Origin` header and `location.origin` write them: ASCII, no default port. Anything else would never match.
pub(super) fn is_origin(origin: &str) -> Result<(), Error> {
    let parts = [("https://", "443"), ("http://", "80")].into_iter().find_map(|(scheme, default)| {
        let authority = origin.strip_prefix(scheme)?;
        let end = authority.rfind(']').map_or(0, |bracket| bracket + 1);
        let (host, port) = match authority[end..].split_once(':') {
            Some((rest, port)) => (&authority[..end + rest.len()], Some(port)),
            None => (authority, None),
        };
        Some((host, port, default))
    });
    let usable = parts.is_some_and(|(host, port, default)| {
        is_host(host)
            && port.is_none_or(|port| port != default && port.parse::<u16>().is_ok_and(|number| number.to_string() == port))
    });
    if usable {
        Ok(())
    } else {
        Err(Error::setting(format!(
            "an origin is scheme and host as browsers write them, without path, wildcard or default port, such as https://www.example.com, not {origin:?}"
        )))
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

/// A name of a metric or label.
pub(super) fn is_metric_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}

/// A name of a label that a host may declare.
pub(super) fn is_label_name(name: &str) -> bool {
    !name.is_empty() && is_metric_name(name) && !name.starts_with("__") && !["le", "quantile"].contains(&name)
}

/// The longest name that a browser may send.
pub(super) const MAX_NAME_BYTES: usize = 64;

/// What a value that was not declared counts as.
pub(crate) const OTHER: &str = "other";
