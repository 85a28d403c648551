use std::convert::Infallible;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, TRAILER};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Body;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Empty, Full};

use super::body::{BoxError, Scripted};

pub type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// A path, and the body bytes of its answer to a GET.
pub struct Page {
    pub path: &'static str,
    pub bytes: usize,
}

/// A response of every shape that a server treats in a way of its own. All of them end.
pub const PAGES: &[Page] = &[
    page("/full", 5),
    page("/large", LARGE),
    page("/empty", 0),
    page("/empty-full", 0),
    page("/empty-stream", 0),
    page("/known-length", 30),
    page("/declared-length", 30),
    page("/streamed", 30),
    page("/paused", 20),
    page("/empty-frames", 20),
    page("/no-content", 0),
    page("/not-modified", 0),
    page("/trailers", 5),
    page("/known-length-and-trailers", 5),
    page("/grpc", 10),
    page("/grpc-error-in-trailers", 0),
    page("/grpc-error-in-header", 0),
    page("/error", 6),
];

const fn page(path: &'static str, bytes: usize) -> Page {
    Page { path, bytes }
}

/// More than a socket, a window and a buffer of hyper's take at once.
const LARGE: usize = 1_000_000;

/// Answers HEAD like an application: HTTP/1 servers leave the body out themselves, HTTP/2 servers do not.
pub async fn site<B>(request: Request<B>) -> Result<Response<AnyBody>, Infallible> {
    let response = answer(request.uri().path());
    let strip = request.method() == Method::HEAD && request.version() == Version::HTTP_2;
    Ok(if strip { response.map(|_| any(Empty::new())) } else { response })
}

pub fn any<B>(body: B) -> AnyBody
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    body.map_err(Into::into).boxed_unsync()
}

fn answer(path: &str) -> Response<AnyBody> {
    let ten = || Scripted::new().data("0123456789");
    let thirty = || ten().data("0123456789").data("0123456789");
    let response = Response::builder();
    match path {
        "/full" => response.body(any(Full::from("hello"))),
        "/large" => response.body(any(Full::from(vec![b'x'; LARGE]))),
        "/empty" => response.body(any(Empty::new())),
        "/empty-full" => response.body(any(Full::default())),
        "/empty-stream" => response.body(any(Scripted::new())),
        "/known-length" => response.body(any(thirty().length(30))),
        "/declared-length" => response.header(CONTENT_LENGTH, 30).body(any(thirty())),
        "/streamed" => response.body(any(thirty())),
        "/paused" => response.body(any(ten().pause().data("0123456789").pause())),
        "/empty-frames" => response.body(any(ten().data("").data("0123456789").data(""))),
        "/no-content" => response.status(204).body(any(Empty::new())),
        "/not-modified" => response.status(304).header(ETAG, "\"1\"").body(any(Empty::new())),
        "/trailers" => response.header(TRAILER, "x-checksum").body(any(Scripted::new().data("hello").trailer("x-checksum", "1"))),
        "/known-length-and-trailers" => {
            response.header(TRAILER, "x-checksum").body(any(Scripted::new().data("hello").trailer("x-checksum", "1").length(5)))
        }
        "/grpc" => response.header(CONTENT_TYPE, "application/grpc").body(any(ten().trailer("grpc-status", "0"))),
        "/grpc-error-in-trailers" => {
            response.header(CONTENT_TYPE, "application/grpc").body(any(Scripted::new().trailer("grpc-status", "13")))
        }
        "/grpc-error-in-header" => {
            response.header(CONTENT_TYPE, "application/grpc").header("grpc-status", "13").body(any(Empty::new()))
        }
        "/error" => response.status(500).body(any(Full::from("sorry\n"))),
        "/broken" => response.body(any(ten().pause().fail())),
        _ => response.status(StatusCode::NOT_FOUND).body(any(Empty::new())),
    }
    .unwrap()
}
