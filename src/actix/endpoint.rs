//! Which endpoint a request counts under.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::ServiceRequest;
use actix_web::http::header::{HeaderName, HeaderValue};

use crate::clock::Moment;
use crate::config::Choice;
use crate::exemplars;
use crate::label::{EndpointSource, MethodLabel, RequestHead, Template};
use crate::middleware::Shared;
use crate::record::InFlight;
use crate::routes::Routes;

use super::foresight::Foresight;
use super::head;

/// What one application's middleware knows of its routes.
#[derive(Debug)]
pub(super) struct Endpoints {
    pub(super) shared: Arc<Shared>,
    pub(super) foresight: Rc<RefCell<Foresight>>,
}

/// What a request's route seems to be before it is routed: guards have not spoken then, and middleware inside may still change the path.
#[derive(Debug)]
pub(super) enum Seeming {
    /// Has answered requests like this one.
    Foreseen(Rc<str>),
    /// The first that fits the path, found by trying all.
    Sought(Option<String>),
    /// The host has said it of the request's head, and its word stands.
    Settled,
}

impl Endpoints {
    pub(super) fn new(shared: Arc<Shared>, routes: &Routes) -> Self {
        let ours = routes.iter().map(|(path, route)| (MethodLabel::named(route.method()), path.to_owned())).collect();
        Self { shared, foresight: Rc::new(RefCell::new(Foresight::before(ours))) }
    }

    #[inline]
    pub(super) fn begin(&self, request: &ServiceRequest) -> (Seeming, InFlight) {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = self.shared.recorder.now();
        let (shared, method) = (&self.shared, MethodLabel::named(request.method().as_str()));
        if !shared.is_told_by_template() {
            return self.begin_by_head(arrived, method, request);
        }
        self.begin_by_route(arrived, method, request)
    }

    #[inline]
    fn begin_by_route(&self, arrived: Moment, method: MethodLabel, request: &ServiceRequest) -> (Seeming, InFlight) {
        let seeming = self.seeming(method, request);
        let guard = self.shared.recorder.begin(arrived, &template(seeming.pattern()), Choice::FIRST, method);
        (seeming, guard)
    }

    #[cold]
    fn begin_by_head(&self, arrived: Moment, method: MethodLabel, request: &ServiceRequest) -> (Seeming, InFlight) {
        if let (EndpointSource::Router, Some(by_head)) = (&self.shared.endpoint, self.shared.by_head.as_deref())
            && by_head.wants_a_trace_field_alone()
        {
            let trace = exemplars::sampled(request.headers().get_all(&TRACEPARENT).map(HeaderValue::as_bytes));
            let (seeming, guard) = self.begin_by_route(arrived, method, request);
            return (seeming, guard.of_trace(trace));
        }
        let (shared, copy) = (&self.shared, head::request(request.head()));
        let head = RequestHead::of(&copy);
        let seeming = match shared.endpoint {
            EndpointSource::Router => self.seeming(method, request),
            EndpointSource::Closure(_) => Seeming::Settled,
        };
        let mut is_aliased = true;
        let mut routed = || {
            is_aliased = false;
            if let Seeming::Settled = seeming { shared.endpoint.template(head) } else { template(seeming.pattern()) }
        };
        let subject = match shared.by_head.as_deref() {
            Some(by_head) => by_head.subject(head, routed),
            None => Some((routed(), Choice::FIRST)),
        };
        let trace = subject.is_some().then(|| shared.by_head.as_deref()?.trace(head)).flatten();
        let guard =
            subject.map_or(InFlight::NONE, |(template, choice)| shared.recorder.begin(arrived, &template, choice, method));
        let guard = guard.of_trace(trace);
        (if is_aliased { Seeming::Settled } else { seeming }, guard)
    }

    fn seeming(&self, method: MethodLabel, request: &ServiceRequest) -> Seeming {
        let foreseen = self.foresight.borrow().of(method, request.path()).map(Rc::clone);
        foreseen.map_or_else(|| Seeming::Sought(request.match_pattern()), Seeming::Foreseen)
    }
}

impl Seeming {
    /// The request has been answered: where it was routed elsewhere than it seemed, it counts there.
    #[inline]
    pub(super) fn settle(&self, foresight: &RefCell<Foresight>, guard: &mut InFlight, answered: &HttpRequest) {
        // What is left of a path was not routed: nothing but the path says what it was for.
        let is_routed = answered.match_info().unprocessed().is_empty();
        match self {
            Self::Foreseen(_) => {}
            Self::Sought(_) if is_routed => {}
            Self::Sought(_) | Self::Settled => return,
        }
        let (pattern, method) = (answered.match_pattern(), guard.method());
        if pattern.as_deref() != self.pattern() {
            guard.reroute(&template(pattern.as_deref()));
        } else if let Self::Foreseen(_) = self {
            return;
        }
        if is_routed && let (Some(pattern), Some(method)) = (pattern, method) {
            let mut foresight = foresight.borrow_mut();
            foresight.learn_ours(|path| answered.resource_map().match_pattern(path).as_deref() == Some(path));
            foresight.learn(method, &pattern);
        }
    }

    fn pattern(&self) -> Option<&str> {
        match self {
            Self::Foreseen(pattern) => Some(pattern),
            Self::Sought(pattern) => pattern.as_deref(),
            Self::Settled => None,
        }
    }
}

pub(super) fn template(pattern: Option<&str>) -> Template<'_> {
    match pattern {
        // What is mounted at the root, and takes all paths there, has an empty pattern.
        Some("") => Template::Routed("/"),
        Some(pattern) => Template::Routed(pattern),
        None => Template::Unmatched,
    }
}

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
