use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::UPGRADE;
use actix_web::http::{Method, Version};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::record::{InFlight, UpgradeGuard, UpgradeOffer};

/// Whether a request asks for another protocol, or for a tunnel.
#[inline]
pub(super) fn is_asked_by(request: &ServiceRequest) -> bool {
    request.version() == Version::HTTP_11 && request.headers().contains_key(UPGRADE) || request.method() == Method::CONNECT
}

/// Lets the handler of such a request take an [`UpgradeGuard`].
#[cold]
pub(super) fn offer(mut guard: InFlight, request: &ServiceRequest) -> InFlight {
    let mut extensions = request.extensions_mut();
    let mut offer = extensions.remove::<UpgradeOffer>().unwrap_or_default();
    guard.offer(&mut offer);
    extensions.insert(offer);
    guard
}

/// As a parameter of a handler: move it into the task that owns the socket.
impl FromRequest for UpgradeGuard {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(request.extensions().get().map(UpgradeOffer::take).unwrap_or_default()))
    }
}
