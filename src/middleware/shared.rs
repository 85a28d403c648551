use std::sync::Arc;
use std::time::Instant;

use http::Request;

use crate::config::{Choice, OwnLabels};
use crate::label::{EndpointSource, MethodLabel, RequestHead};
use crate::record::{InFlight, Recorder, RequestSizeMeter};

use super::head_rules::HeadRules;

/// What every copy of the layer and of its services shares: axum clones them once per request.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) endpoint: EndpointSource,
    /// `None` where there are none: most requests are to pay no more than this.
    pub(crate) head_rules: Option<Box<(HeadRules, OwnLabels)>>,
    pub(crate) response_duration: bool,
    pub(crate) server_timing: bool,
}

impl Shared {
    #[inline]
    pub(super) fn begin<B>(&self, request: &Request<B>) -> InFlight {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = Instant::now();
        if let Some(rules) = self.head_rules.as_deref() {
            return self.begin_by(rules, arrived, request);
        }
        self.recorder.begin(arrived, &self.endpoint.template(RequestHead::of(request)), Choice::FIRST, MethodLabel::of(request.method()))
    }

    #[cold]
    fn begin_by<B>(&self, (rules, labels): &(HeadRules, OwnLabels), arrived: Instant, request: &Request<B>) -> InFlight {
        match rules.subject(RequestHead::of(request), &self.endpoint, labels) {
            Some((template, choice)) => self.recorder.begin(arrived, &template, choice, MethodLabel::of(request.method())),
            None => InFlight::NONE,
        }
    }

    /// `None` for a request that is not counted.
    pub(super) fn request_size<B>(&self, request: &Request<B>) -> Option<RequestSizeMeter> {
        let head = RequestHead::of(request);
        let (template, choice) = match self.head_rules.as_deref() {
            None => (self.endpoint.template(head), Choice::FIRST),
            Some((rules, labels)) => rules.subject(head, &self.endpoint, labels)?,
        };
        self.recorder.request_size(&template, choice, MethodLabel::of(request.method()))
    }
}
