//! Visitors of the pages, by HTTP/1.1 and HTTP/2; some leave in the middle of a response.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::http::{Method, Request, Uri};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;

use crate::connect::{self, Http1, Http2};
use crate::stage::{Stage, Turn};
use crate::tally::Tally;

/// A request, and how it is to be counted.
pub struct Visit {
    method: &'static str,
    /// `#` is another number each time.
    path: &'static str,
    pub labels: [(&'static str, &'static str); 3],
    pub end: End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Whole,
    /// The visitor goes when the first bytes are there.
    Leaves,
    /// There is no response.
    Panics,
}

pub const VISITS: [Visit; 11] = [
    visit("GET", "/users/#", "/users/{id}", "200"),
    visit("GET", "/large", "/large", "200"),
    visit("GET", "/streamed", "/streamed", "200"),
    visit("POST", "/echo", "/echo", "200"),
    visit("HEAD", "/users/#", "/users/{id}", "200"),
    visit("GET", "/nothing", "/nothing", "204"),
    visit("GET", "/fails", "/fails", "500"),
    visit("GET", "/nowhere/#", "unmatched", "404"),
    Visit { labels: [("method", "_OTHER"), ("endpoint", "unmatched"), ("status", "404")], ..visit("BREW", "/nowhere/#", "", "") },
    Visit { end: End::Leaves, ..visit("GET", "/endless", "/endless", "200") },
    Visit { end: End::Panics, ..visit("GET", "/panics", "/panics", "500") },
];
const ORDINARY: usize = VISITS.len() - 2;

const fn visit(method: &'static str, path: &'static str, endpoint: &'static str, status: &'static str) -> Visit {
    Visit { method, path, labels: [("method", method), ("endpoint", endpoint), ("status", status)], end: End::Whole }
}

/// Which visit is the one of this number: one in 64 leaves, one in 64 is a panic.
fn index(number: usize) -> usize {
    match number % 64 {
        31 => ORDINARY,
        63 => ORDINARY + 1,
        _ => number % ORDINARY,
    }
}

/// Visits whichever application has its turn, and counts what the one with a monitor answers.
pub async fn visit_all(mut connections: [Connection; 2], stage: Arc<Stage>) -> Tally {
    let mut tally = Tally::default();
    for number in 0.. {
        let turn = stage.turn();
        if turn == Turn::Over {
            break;
        }
        let index = index(number);
        let bytes = connections[turn as usize].make(&VISITS[index], number).await;
        stage.serves(turn);
        if turn == Turn::Layered {
            tally.visited(index, bytes);
        }
    }
    tally
}

#[derive(Clone)]
pub struct Connection {
    address: SocketAddr,
    sender: Sender,
}

enum Sender {
    Http1(Option<Http1>),
    Http2(Http2),
}

impl Clone for Sender {
    fn clone(&self) -> Self {
        match self {
            Self::Http1(_) => Self::Http1(None),
            Self::Http2(sender) => Self::Http2(sender.clone()),
        }
    }
}

impl Connection {
    pub fn http1(address: SocketAddr) -> Self {
        Self { address, sender: Sender::Http1(None) }
    }

    pub async fn http2(address: SocketAddr) -> Self {
        Self { address, sender: Sender::Http2(connect::http2(address).await) }
    }

    /// The bytes of the response's body that were there.
    async fn make(&mut self, visit: &Visit, number: usize) -> u64 {
        let answer = self.send(visit, number).await;
        let [.., (_, status)] = visit.labels;
        match (visit.end, answer) {
            (End::Panics, answer) => {
                assert!(answer.is_err(), "{}: an answer in spite of a panic", visit.path);
                0
            }
            (end, answer) => {
                let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", visit.path));
                assert_eq!(answer.status().as_str(), status, "{}", visit.path);
                let mut body = answer.into_body();
                if end == End::Leaves {
                    return body.frame().await.unwrap().unwrap().into_data().unwrap().len() as u64;
                }
                body.collect().await.unwrap().to_bytes().len() as u64
            }
        }
    }

    async fn send(&mut self, visit: &Visit, number: usize) -> hyper::Result<axum::http::Response<Incoming>> {
        let path = visit.path.replace('#', &number.to_string());
        let method = Method::from_bytes(visit.method.as_bytes()).unwrap();
        let body = if method == Method::POST { Full::from("0123456789") } else { Full::default() };
        let request = Request::builder().method(method);
        match &mut self.sender {
            Sender::Http1(kept) => {
                let request = request.uri(path).header("host", "soak").body(body).unwrap();
                let mut sender = connect::http1(kept.take(), self.address).await;
                let answer = sender.send_request(request).await;
                // Who leaves, or meets a panic, has no connection any more.
                if visit.end == End::Whole {
                    *kept = Some(sender);
                }
                answer
            }
            Sender::Http2(sender) => {
                let uri = Uri::builder().scheme("http").authority("soak").path_and_query(path).build().unwrap();
                sender.send_request(request.uri(uri).body(body).unwrap()).await
            }
        }
    }
}
