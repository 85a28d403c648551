//! What every route of ours answers with.

mod asset;
mod encoding;
mod gzip;
mod origin;
mod reply;

pub(crate) use asset::{Asset, Freshness};
pub(crate) use encoding::Encoding;
pub(crate) use gzip::gzip;
pub(crate) use origin::{is_of_host, is_of_its_own_origin};
pub(crate) use reply::{Body, exposition, json, line, method_not_allowed, no_content, plain_exposition};
