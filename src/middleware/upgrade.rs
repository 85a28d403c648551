use http::header::UPGRADE;
use http::{Extensions, Method, Request, Version};

use crate::record::{InFlight, UpgradeOffer};

/// Whether a request asks for another protocol, or for a tunnel.
#[inline]
pub(super) fn is_asked_by<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11 && request.headers().contains_key(UPGRADE) || request.method() == Method::CONNECT
}

/// Lets the handler of such a request take an [`UpgradeGuard`](crate::UpgradeGuard).
///
/// The guard comes and goes by value, so that it stays in its register.
#[cold]
#[inline(never)]
pub(super) fn offer(mut guard: InFlight, extensions: &mut Extensions) -> InFlight {
    guard.offer(extensions.get_or_insert_default::<UpgradeOffer>());
    guard
}
