//! The one application that every framework serves: its routes, and what each of them does.

use bytes::Bytes;
use http::StatusCode;

use crate::support::body::Scripted;

/// What a route does with a request.
#[derive(Debug, Clone, Copy)]
pub enum Action {
    Answer {
        status: u16,
        content_type: &'static str,
        body: &'static str,
    },
    Streamed,
    KnownLength,
    Large,
    Broken,
    /// Sends its first bytes, and stays open.
    Endless,
    /// Never comes to an answer.
    Hang,
    Fail,
    Panic,
}

pub struct Reply {
    pub status: u16,
    pub content_type: &'static str,
    pub body: ReplyBody,
}

pub enum ReplyBody {
    Whole(Bytes),
    Stream(Scripted),
}

/// A handler's error, which each framework turns into 409 in its own way.
#[derive(Debug)]
pub struct Conflict;

impl Conflict {
    pub const STATUS: StatusCode = StatusCode::CONFLICT;
    pub const TEXT: &str = "conflict";
}

pub type Methods = &'static [(&'static str, Action)];

/// Templates below `/api` are mounted as a router or scope within one of their own.
pub const ROUTES: &[(&str, Methods)] = &[
    ("/", &[("GET", PAGE), ("HEAD", PAGE)]),
    ("/users/{id}", &[("GET", TEXT), ("PUT", answer(200, "text/plain", "put")), ("DELETE", answer(204, "", ""))]),
    ("/json", &[("GET", answer(200, "application/json", "{}")), ("POST", answer(201, "application/json", "{}"))]),
    ("/api/items/{id}", &[("GET", TEXT)]),
    ("/api/deep/items/{id}/parts/{part}", &[("GET", TEXT)]),
    ("/empty", &[("GET", answer(200, "", ""))]),
    ("/not-modified", &[("GET", answer(304, "", ""))]),
    ("/moved", &[("GET", answer(301, "", ""))]),
    ("/teapot", &[("GET", answer(418, "text/plain", "short and stout"))]),
    ("/error", &[("GET", answer(500, "text/plain", "sorry")), ("POST", answer(503, "text/plain", "later"))]),
    ("/streamed", &[("GET", Action::Streamed), ("HEAD", Action::Streamed)]),
    ("/known-length", &[("GET", Action::KnownLength), ("HEAD", Action::KnownLength)]),
    ("/large", &[("GET", Action::Large)]),
    ("/broken", &[("GET", Action::Broken)]),
    ("/endless", &[("GET", Action::Endless)]),
    ("/hang", &[("GET", Action::Hang)]),
    ("/fail", &[("GET", Action::Fail)]),
    ("/panic", &[("GET", Action::Panic)]),
];

const PAGE: Action = answer(200, "text/html; charset=utf-8", "<p>hello</p>");
const TEXT: Action = answer(200, "text/plain", "text");

const fn answer(status: u16, content_type: &'static str, body: &'static str) -> Action {
    Action::Answer { status, content_type, body }
}

pub async fn act(action: Action) -> Result<Reply, Conflict> {
    let ten = || Scripted::new().data("0123456789");
    let thirty = || ten().data("0123456789").data("0123456789");
    let stream = |body| Ok(Reply { status: 200, content_type: "text/plain", body: ReplyBody::Stream(body) });
    match action {
        Action::Answer { status, content_type, body } => Ok(Reply { status, content_type, body: ReplyBody::Whole(body.into()) }),
        Action::Streamed => stream(thirty()),
        Action::KnownLength => stream(thirty().length(30)),
        // More than a socket and a server's buffers take at once.
        Action::Large => {
            Ok(Reply { status: 200, content_type: "image/png", body: ReplyBody::Whole(vec![b'x'; 1_000_000].into()) })
        }
        Action::Broken => stream(ten().pause().fail()),
        Action::Endless => stream(ten().hang()),
        Action::Hang => std::future::pending().await,
        Action::Fail => Err(Conflict),
        Action::Panic => panic!("as asked"),
    }
}
