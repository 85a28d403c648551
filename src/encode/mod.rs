//! From a snapshot of our families and the host's registry to an exposition format.

mod host;
mod number;
mod short;
mod text;

pub(crate) use host::HostFamilies;
pub(crate) use text::TextFormat;

/// `text/plain` in version 0.0.4 of the exposition format.
pub(crate) const TEXT_CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
