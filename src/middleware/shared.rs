use std::sync::Arc;
use std::time::Instant;

use http::Request;

use crate::label::{EndpointSource, MethodLabel, RequestHead, Template};
use crate::record::{InFlight, Recorder, RequestSizeMeter};

/// What every copy of the layer and of its services shares: axum clones them once per request.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) endpoint: EndpointSource,
    pub(crate) response_duration: bool,
    pub(crate) server_timing: bool,
}

impl Shared {
    #[inline]
    pub(super) fn begin<B>(&self, request: &Request<B>) -> InFlight {
        // First, because reading the clock waits for whatever was begun before it.
        let arrived = Instant::now();
        self.recorder.begin(arrived, &self.template(request), MethodLabel::of(request.method()))
    }

    /// `None` for a route that is not counted.
    pub(super) fn request_size<B>(&self, request: &Request<B>) -> Option<RequestSizeMeter> {
        self.recorder.request_size(&self.template(request), MethodLabel::of(request.method()))
    }

    #[inline]
    pub(crate) fn template<'a, B>(&self, request: &'a Request<B>) -> Template<'a> {
        self.endpoint.template(RequestHead::of(request))
    }
}
