//! A beacon's way in and out over HTTP: method, gate, answer.

use std::ops::ControlFlow;
use std::sync::Arc;

use http::header::RETRY_AFTER;
use http::{HeaderValue, Method, Request, Response};
use http_body::Body as HttpBody;

use crate::beacon::{Reason, Rejection};
use crate::serve::{self, Body};

use super::reading::{Reading, Taken};
use super::{Ingest, Kind};

impl Ingest {
    /// Lets a beacon in, to be read; or has the answer to one that its head alone keeps out.
    pub(crate) fn receive<B: HttpBody>(
        self: &Arc<Self>,
        kind: Kind,
        request: Request<B>,
    ) -> ControlFlow<Response<Body>, Reading<B>> {
        if let Some(response) = serve::method_not_allowed(request.method(), &[Method::POST]) {
            return ControlFlow::Break(response);
        }
        let (head, body) = request.into_parts();
        match self.admit(&head) {
            Ok(format) => ControlFlow::Continue(Reading::new(Arc::clone(self), kind, format, body)),
            Err(rejection) => ControlFlow::Break(self.answer(kind, Err(rejection))),
        }
    }

    /// Answers a beacon that was taken in, or that did not come that far.
    pub(super) fn answer(&self, kind: Kind, outcome: Result<Taken, Rejection>) -> Response<Body> {
        match outcome.unwrap_or_else(|rejection| Err(self.refuse(kind, rejection))) {
            Ok(()) => serve::no_content(),
            Err(rejection) => refusal(rejection),
        }
    }
}

fn refusal(rejection: Rejection) -> Response<Body> {
    let mut response = serve::line(rejection.status, rejection.message);
    if rejection.reason == Reason::Rate {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    response
}
