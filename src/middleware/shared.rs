use std::sync::Arc;

use http::Request;

use crate::clock::Moment;
use crate::config::Choice;
use crate::label::{EndpointSource, MethodLabel, RequestHead, Template};
use crate::record::{InFlight, Recorder, RequestSizeMeter, RouteSlot};

use super::head_rules::ByHead;

/// What every copy of the layer and of its services shares: axum clones them once per request.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) endpoint: EndpointSource,
    /// `None` where the template is all: most requests are to pay no more than this.
    pub(crate) by_head: Option<Box<ByHead>>,
    pub(crate) response_duration: bool,
    pub(crate) server_timing: bool,
}

impl Shared {
    /// The same for a layer that may stand where the route is not known yet.
    pub(crate) fn with_slots(&self) -> Self {
        let mut by_head = self.by_head.clone().unwrap_or_default();
        by_head.slots = true;
        Self { by_head: Some(by_head), ..self.clone() }
    }

    /// Whether a request counts as its router's template says, whatever else is in its head.
    #[inline]
    pub(crate) fn is_told_by_template(&self) -> bool {
        self.by_head.is_none() && matches!(self.endpoint, EndpointSource::Router)
    }

    /// A request has arrived that [is told by its template](Self::is_told_by_template).
    #[expect(clippy::inline_always, reason = "every service has it, and so it would be called")]
    #[inline(always)]
    pub(super) fn begin<B>(&self, arrived: Moment, request: &Request<B>) -> InFlight {
        let template = Template::routed(request.extensions());
        self.recorder.begin(arrived, &template, Choice::FIRST, MethodLabel::of(request.method()))
    }

    /// The same of any other. It comes and goes by value: where a function has been given its address, every request would be copied
    /// on its way to the inner service.
    #[cold]
    #[inline(never)]
    pub(super) fn begin_by_head<B>(&self, arrived: Moment, mut request: Request<B>) -> (InFlight, Request<B>) {
        let guard = self.guard_by_head(arrived, &mut request);
        (guard, request)
    }

    fn guard_by_head<B>(&self, arrived: Moment, request: &mut Request<B>) -> InFlight {
        let head = RequestHead::of(request);
        let Some((template, choice)) = self.subject(head) else { return InFlight::NONE };
        let by_head = self.by_head.as_deref();
        let trace = by_head.and_then(|by_head| by_head.trace(head));
        if !by_head.is_some_and(|by_head| by_head.slots) || !matches!(template, Template::Unmatched) {
            return self.recorder.begin(arrived, &template, choice, MethodLabel::of(request.method())).of_trace(trace);
        }
        drop(template);
        let outer = request.extensions().get::<RouteSlot>().cloned();
        let Some((in_flight, slot)) = self.recorder.begin_pending(arrived, choice, MethodLabel::of(request.method()), outer)
        else {
            return InFlight::NONE;
        };
        request.extensions_mut().insert(slot);
        in_flight.of_trace(trace)
    }

    /// Tells the layers around this place the request's template, if they wait for it.
    pub(super) fn tell<B>(&self, request: &Request<B>) {
        let Some(slot) = request.extensions().get::<RouteSlot>() else { return };
        let head = RequestHead::of(request);
        let template = self.template(head, || self.endpoint.template(head));
        if !matches!(template, Some(Template::Unmatched)) {
            slot.fill(&self.recorder, template.as_ref());
        }
    }

    /// What a request is routed as, unless its head has the say; `None` for one that is not counted.
    pub(super) fn template<'a>(&'a self, head: RequestHead<'a>, routed: impl FnOnce() -> Template<'a>) -> Option<Template<'a>> {
        match self.by_head.as_deref() {
            None => Some(routed()),
            Some(by_head) => by_head.template(head, routed),
        }
    }

    /// `None` for a request that is not counted.
    pub(super) fn request_size<B>(&self, request: &Request<B>) -> Option<RequestSizeMeter> {
        let (template, choice) = self.subject(RequestHead::of(request))?;
        self.recorder.request_size(&template, choice, MethodLabel::of(request.method()))
    }

    /// What a request counts as; `None` for one that is not counted.
    fn subject<'a>(&'a self, head: RequestHead<'a>) -> Option<(Template<'a>, Choice)> {
        match self.by_head.as_deref() {
            None => Some((self.endpoint.template(head), Choice::FIRST)),
            Some(by_head) => by_head.subject(head, || self.endpoint.template(head)),
        }
    }
}
