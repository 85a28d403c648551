//! A beacon's way in and out over HTTP: method, gate, answer.

use std::ops::ControlFlow;
use std::sync::Arc;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, Request, Response};
use http_body::Body as HttpBody;

use crate::beacon::{Reason, Rejection};
use crate::serve::{self, Body};

use super::cors::{self, Listed};
use super::gate::FOREIGN;
use super::reading::{Reading, Recorded};
use super::sender::Sender;
use super::{Ingest, Kind};

impl Ingest {
    /// Lets a beacon in, to be read; or has the answer to one that its head alone keeps out.
    pub(crate) fn receive<B: HttpBody>(
        self: &Arc<Self>,
        kind: Kind,
        request: Request<B>,
    ) -> ControlFlow<Response<Body>, Reading<B>> {
        let (head, body) = request.into_parts();
        let sender = Sender::of(&head);
        let listed = self.cors.find(sender.origin);
        if cors::is_preflight(&head) {
            return ControlFlow::Break(self.preflight(kind, listed));
        }
        if let Some(mut response) = serve::method_not_allowed(&head.method, &[Method::POST]) {
            self.cors.expose(listed, &mut response);
            return ControlFlow::Break(response);
        }
        match self.admit(&head, &sender, listed) {
            Ok(format) => ControlFlow::Continue(Reading::new(Arc::clone(self), kind, format, listed, body)),
            Err(rejection) => ControlFlow::Break(self.answer(kind, listed, Err(rejection))),
        }
    }

    /// Answers a beacon that was taken in, or that did not come that far.
    pub(super) fn answer(&self, kind: Kind, listed: Option<Listed>, outcome: Result<Recorded, Rejection>) -> Response<Body> {
        let mut response = match outcome.unwrap_or_else(|rejection| Err(self.refuse(kind, rejection))) {
            Ok(()) => serve::no_content(),
            Err(rejection) => refusal(rejection),
        };
        self.cors.expose(listed, &mut response);
        response
    }

    /// A refused preflight counts as the beacon that the browser then keeps to itself.
    fn preflight(&self, kind: Kind, listed: Option<Listed>) -> Response<Body> {
        if listed.is_none() {
            return self.answer(kind, listed, Err(FOREIGN));
        }
        let mut response = cors::preflight();
        self.cors.expose(listed, &mut response);
        response
    }
}

fn refusal(rejection: Rejection) -> Response<Body> {
    let mut response = serve::line(rejection.status, rejection.message);
    if rejection.reason == Reason::Rate {
        // Each rate is at least one a second.
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
