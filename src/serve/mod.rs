//! What every route of ours answers with.

mod asset;
mod encoding;
mod gzip;
mod reply;

pub(crate) use asset::{Asset, Freshness};
pub(crate) use encoding::Encoding;
pub(crate) use gzip::gzip;
pub(crate) use reply::{Body, exposition, line, method_not_allowed, no_content, plain_exposition};
