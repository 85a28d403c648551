use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response};

/// A response of whichever framework, before its body is polled: what decides how it is counted.
pub(crate) trait ResponseHead {
    fn status(&self) -> u16;

    fn content_type(&self) -> Option<&[u8]>;

    fn content_length(&self) -> Option<&[u8]>;

    /// The length that the body itself knows.
    fn exact_bytes(&self) -> Option<u64>;

    /// Whether the body says that nothing is to come.
    fn is_ended(&self) -> bool;

    /// The values of all fields of this name.
    fn fields(&self, name: &'static str) -> impl Iterator<Item = &[u8]>;

    /// Adds a field to those of its name.
    fn append(&mut self, name: &HeaderName, value: HeaderValue);

    /// Adds a `Server-Timing` field.
    fn announce(&mut self, field: HeaderValue);
}

impl<B: http_body::Body> ResponseHead for Response<B> {
    #[inline]
    fn status(&self) -> u16 {
        self.status().as_u16()
    }

    #[inline]
    fn content_type(&self) -> Option<&[u8]> {
        self.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes)
    }

    #[inline]
    fn content_length(&self) -> Option<&[u8]> {
        self.headers().get(CONTENT_LENGTH).map(HeaderValue::as_bytes)
    }

    #[inline]
    fn exact_bytes(&self) -> Option<u64> {
        self.body().size_hint().exact()
    }

    #[inline]
    fn is_ended(&self) -> bool {
        self.body().is_end_stream()
    }

    fn fields(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers().get_all(name).iter().map(HeaderValue::as_bytes)
    }

    fn append(&mut self, name: &HeaderName, value: HeaderValue) {
        self.headers_mut().append(name, value);
    }

    fn announce(&mut self, field: HeaderValue) {
        self.headers_mut().append(&SERVER_TIMING, field);
    }
}

static SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
