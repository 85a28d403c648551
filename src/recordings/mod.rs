//! What becomes of recorded sessions: a writer brings them to the store, and operators list, play, export and delete them.

mod call;
mod pages;
mod writer;

use std::sync::Arc;

use http::header::CONTENT_DISPOSITION;
use http::request::Parts;
use http::{HeaderValue, Method, Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::replay::{AnyStore, Replay, RrwebPlayer, SessionId, Summary};
use crate::serve::{self, Body};

use call::in_time;
use pages::Pages;

pub(crate) use writer::write;

/// What operators are shown.
#[derive(Debug)]
pub(crate) struct Recordings {
    store: Arc<dyn AnyStore>,
    player: Option<RrwebPlayer>,
    pages: Pages,
}

/// What answers a path of the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    Page,
    /// A file that the page loads, by its place.
    File(usize),
    Sessions,
    Session,
}

impl Recordings {
    pub(crate) fn new(replay: &Replay) -> Self {
        Self { store: Arc::clone(&replay.store), player: replay.player.clone(), pages: Pages::new(replay.player.as_ref()) }
    }

    /// Where everything is below the page's own path.
    pub(crate) fn paths(page: &str) -> Vec<(String, Shown)> {
        let data = [("sessions", Shown::Sessions), ("session", Shown::Session)];
        let files = pages::names().enumerate().map(|(place, name)| (name, Shown::File(place)));
        let below = files.chain(data).map(|(name, shown)| (format!("{page}/{name}"), shown));
        std::iter::once((page.to_owned(), Shown::Page)).chain(below).collect()
    }

    pub(crate) async fn respond(&self, shown: Shown, head: &Parts) -> Response<Body> {
        const READ: &[Method] = &[Method::GET, Method::HEAD];
        const READ_AND_DELETE: &[Method] = &[Method::GET, Method::HEAD, Method::DELETE];
        let methods = if shown == Shown::Session { READ_AND_DELETE } else { READ };
        if let Some(refused) = serve::method_not_allowed(&head.method, methods) {
            return refused;
        }
        match shown {
            Shown::Page => self.pages.page(head),
            Shown::File(place) => self.pages.file(place, head),
            Shown::Sessions => self.sessions().await,
            Shown::Session => match Query::of(head) {
                None => {
                    serve::line(StatusCode::BAD_REQUEST, "the query takes id, 32 lowercase hexadecimal digits, and download=1")
                }
                Some(query) if head.method == Method::DELETE => self.delete(query.id, head).await,
                Some(query) => self.session(query).await,
            },
        }
    }

    async fn sessions(&self) -> Response<Body> {
        let Some(mut sessions) = in_time(self.store.list(MOST_LISTED + 1)).await else { return failed() };
        let truncated = sessions.len() > MOST_LISTED;
        sessions.truncate(MOST_LISTED);
        let sessions = sessions.iter().map(Line::of).collect();
        let list = List { sessions, truncated, rrweb_player: self.player.as_ref() };
        // Numbers and texts always serialize.
        serve::json(serde_json::to_string(&list).unwrap_or_default())
    }

    async fn session(&self, query: Query) -> Response<Body> {
        let recording = match in_time(self.store.load(query.id)).await {
            Some(Some(recording)) => recording,
            Some(None) => return serve::line(StatusCode::NOT_FOUND, "this session is not there, or not any more"),
            None => return failed(),
        };
        let mut response = serve::json(recording.to_json(query.id));
        if query.download.is_some() {
            // An id is hexadecimal digits.
            if let Ok(named) = HeaderValue::from_str(&format!("attachment; filename=\"session-{}.json\"", query.id)) {
                response.headers_mut().insert(CONTENT_DISPOSITION, named);
            }
        }
        response
    }

    async fn delete(&self, id: SessionId, head: &Parts) -> Response<Body> {
        if !serve::is_of_its_own_origin(head) {
            return serve::line(StatusCode::FORBIDDEN, "sessions are deleted from pages of this origin only");
        }
        match in_time(self.store.delete(id)).await {
            Some(()) => serve::no_content(),
            None => failed(),
        }
    }
}

fn failed() -> Response<Body> {
    serve::line(StatusCode::SERVICE_UNAVAILABLE, "the store failed, or did not answer in time")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    id: SessionId,
    download: Option<One>,
}

#[derive(Deserialize)]
enum One {
    #[serde(rename = "1")]
    One,
}

impl Query {
    fn of(head: &Parts) -> Option<Self> {
        serde_urlencoded::from_str(head.uri.query()?).ok()
    }
}

#[derive(Serialize)]
struct List<'a> {
    sessions: Vec<Line>,
    truncated: bool,
    rrweb_player: Option<&'a RrwebPlayer>,
}

#[derive(Serialize)]
struct Line {
    id: SessionId,
    format: &'static str,
    started: u64,
    duration_ms: u128,
    events: u64,
    bytes: u64,
    pages: u64,
    errors: u64,
    rage_clicks: u64,
}

impl Line {
    fn of(summary: &Summary) -> Self {
        Self {
            id: summary.session(),
            format: summary.format().as_str(),
            started: summary.started(),
            duration_ms: summary.duration().as_millis(),
            events: summary.events(),
            bytes: summary.bytes(),
            pages: summary.pages(),
            errors: summary.errors(),
            rage_clicks: summary.rage_clicks(),
        }
    }
}

const MOST_LISTED: usize = 200;
