//! Heads of http 0.2, which actix speaks, as heads of http 1, and back. Both hold methods, targets and fields to the same grammar: nothing is lost.

use actix_web::dev::RequestHead;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use http::{HeaderName, HeaderValue, Method, Request, Uri, response};

/// A copy of a request's head.
pub(super) fn request(head: &RequestHead) -> Request<()> {
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(head.method.as_str().as_bytes()).unwrap_or_default();
    *request.uri_mut() = Uri::try_from(head.uri.to_string()).unwrap_or_default();
    for (name, value) in &head.headers {
        let name = HeaderName::from_bytes(name.as_ref());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
            request.headers_mut().append(name, value);
        }
    }
    request
}

/// A response with a copy of this head, and no body yet.
pub(super) fn response(head: &response::Parts) -> HttpResponseBuilder {
    let status = StatusCode::from_u16(head.status.as_u16()).unwrap_or_default();
    let mut response = HttpResponse::build(status);
    for (name, value) in &head.headers {
        let name = header::HeaderName::from_bytes(name.as_ref());
        if let (Ok(name), Ok(value)) = (name, header::HeaderValue::from_bytes(value.as_bytes())) {
            response.append_header((name, value));
        }
    }
    response
}
