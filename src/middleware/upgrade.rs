use http::header::UPGRADE;
use http::{Method, Request, Version};

use crate::record::{InFlight, UpgradeOffer};

use super::field;

/// Whether a request asks for another protocol, or for a tunnel.
#[inline]
pub(super) fn is_asked_by<B>(request: &Request<B>) -> bool {
    request.version() == Version::HTTP_11 && field::rare(request.headers(), &UPGRADE).is_some()
        || request.method() == Method::CONNECT
}

/// Lets the handler of such a request take an [`UpgradeGuard`](crate::UpgradeGuard).
///
/// What it is given comes and goes by value, so that the guard stays in its register, and no request is copied on its way to the inner service
/// because its address has been given away.
#[cold]
#[inline(never)]
pub(super) fn offer<B>(mut guard: InFlight, mut request: Request<B>) -> (InFlight, Request<B>) {
    guard.offer(request.extensions_mut().get_or_insert_default::<UpgradeOffer>());
    (guard, request)
}
