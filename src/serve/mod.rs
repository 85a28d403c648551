//! What every route of ours answers with.

mod reply;

pub(crate) use reply::{Body, exposition, line, method_not_allowed, no_content};
