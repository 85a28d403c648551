//! What every route of ours answers with.

mod asset;
mod encoding;
mod reply;

pub(crate) use asset::{Asset, Freshness};
pub(crate) use reply::{Body, exposition, line, method_not_allowed, no_content};
