//! Which endpoint a request counts under.

use std::time::Instant;

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;

use crate::label::{EndpointSource, MethodLabel, Template};
use crate::middleware::Shared;
use crate::record::InFlight;

use super::head;

/// What a request's route seems to be before it is routed.
///
/// actix finds a pattern by the path alone then: guards have not spoken, and middleware inside may still change the path.
#[derive(Debug)]
pub(super) enum Seeming {
    Route(Option<String>),
    /// The host's closure has said it, and its word stands.
    Settled,
}

impl Seeming {
    pub(super) fn begin(shared: &Shared, request: &ServiceRequest) -> (Self, InFlight) {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = Instant::now();
        let method = MethodLabel::named(request.method().as_str());
        match shared.endpoint {
            EndpointSource::Router => {
                let pattern = request.match_pattern();
                let guard = shared.recorder.begin(arrived, &template(pattern.as_deref()), method);
                (Self::Route(pattern), guard)
            }
            EndpointSource::Closure(_) => {
                let head = head::request(request.head());
                (Self::Settled, shared.recorder.begin(arrived, &shared.template(&head), method))
            }
        }
    }

    /// The request has been answered: where it was routed elsewhere than it seemed, it counts there.
    pub(super) fn settle(&self, guard: &mut InFlight, answered: &HttpRequest) {
        if let Self::Route(seemed) = self {
            let pattern = answered.match_pattern();
            if pattern != *seemed {
                guard.reroute(&template(pattern.as_deref()));
            }
        }
    }
}

fn template(pattern: Option<&str>) -> Template<'_> {
    pattern.map_or(Template::Unmatched, Template::Routed)
}
