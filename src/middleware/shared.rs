use std::sync::Arc;
use std::time::Instant;

use http::Request;

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

    #[expect(clippy::inline_always, reason = "every service has it, and so it would be called")]
    #[inline(always)]
    pub(super) fn begin<B>(&self, request: &mut Request<B>) -> InFlight {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = Instant::now();
        if let Some(by_head) = self.by_head.as_deref() {
            return self.begin_by(by_head, arrived, request);
        }
        self.recorder.begin(
            arrived,
            &self.endpoint.template(RequestHead::of(request)),
            Choice::FIRST,
            MethodLabel::of(request.method()),
        )
    }

    #[cold]
    fn begin_by<B>(&self, by_head: &ByHead, arrived: Instant, request: &mut Request<B>) -> InFlight {
        let head = RequestHead::of(request);
        let Some((template, choice)) = by_head.subject(head, || self.endpoint.template(head)) else {
            return InFlight::NONE;
        };
        let trace = by_head.trace(head);
        if !by_head.slots || !matches!(template, Template::Unmatched) {
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
        let head = RequestHead::of(request);
        let (template, choice) = match self.by_head.as_deref() {
            None => (self.endpoint.template(head), Choice::FIRST),
            Some(by_head) => by_head.subject(head, || self.endpoint.template(head))?,
        };
        self.recorder.request_size(&template, choice, MethodLabel::of(request.method()))
    }
}
