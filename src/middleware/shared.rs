use std::sync::Arc;
use std::time::Instant;

use http::Request;

use crate::config::{Choice, OwnLabels};
use crate::label::{EndpointSource, MethodLabel, RequestHead, Template};
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
        match self.subject(request) {
            Some((template, choice)) => self.recorder.begin(arrived, &template, choice, MethodLabel::of(request.method())),
            None => InFlight::NONE,
        }
    }

    /// `None` for a request that is not counted.
    pub(super) fn request_size<B>(&self, request: &Request<B>) -> Option<RequestSizeMeter> {
        let (template, choice) = self.subject(request)?;
        self.recorder.request_size(&template, choice, MethodLabel::of(request.method()))
    }

    /// What a request counts as; `None` if it is not counted.
    #[inline]
    pub(crate) fn subject<'a, B>(&'a self, request: &'a Request<B>) -> Option<(Template<'a>, Choice)> {
        let head = RequestHead::of(request);
        match self.head_rules.as_deref() {
            None => Some((self.endpoint.template(head), Choice::FIRST)),
            Some((rules, labels)) => rules.subject(head, &self.endpoint, labels),
        }
    }
}
