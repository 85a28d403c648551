//! Browsers that report, and strangers that send what no browser would; what each of them is to move.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};

use crate::connect;
use crate::stage::Stage;
use crate::tally::Tally;

pub const ENDPOINTS: [&str; 2] = ["/", "/users/{id}"];

pub struct Beacon {
    path: &'static str,
    content_type: &'static str,
    header: Option<(&'static str, &'static str)>,
    /// `#` is a batch number that no other batch has.
    body: &'static str,
    status: u16,
    pub moves: &'static [Move],
}

/// A family, the labels of one of its series, and by how much it grows.
pub type Move = (&'static str, &'static [(&'static str, &'static str)], f64);

pub const BEACONS: [Beacon; 22] = [
    beacon(PAGE_LOAD, FORM, "load_time=1250&endpoint=/", 204, &[LOAD, ("page_load_time_seconds", &[("endpoint", "/")], 1.0)]),
    beacon(
        PAGE_LOAD,
        JSON,
        r#"{"load_time":900,"endpoint":"/users/{id}","lcp":700,"cls":0.1}"#,
        204,
        &[
            LOAD,
            ("page_load_time_seconds", &[USERS], 1.0),
            ("web_vitals_lcp_seconds", &[USERS], 1.0),
            ("web_vitals_cls_score", &[USERS], 1.0),
        ],
    ),
    beacon(
        PAGE_LOAD,
        TEXT,
        r#"{"load_time":1,"endpoint":"/etc/passwd"}"#,
        204,
        &[LOAD, ("page_load_time_seconds", &[UNMATCHED], 1.0)],
    ),
    beacon(
        INTERACTION,
        FORM,
        "type=click",
        204,
        &[INTERACTED, ("user_interactions_total", &[("type", "click"), ("name", "")], 1.0)],
    ),
    beacon(
        INTERACTION,
        TEXT,
        r#"{"type":"click","name":"buy","count":3}"#,
        204,
        &[INTERACTED, ("user_interactions_total", &[("type", "click"), ("name", "buy")], 3.0)],
    ),
    beacon(
        USER_ERROR,
        JSON,
        r#"{"kind":"exception","endpoint":"/users/{id}"}"#,
        204,
        &[ERROR, ("user_errors_total", &[USERS, EXCEPTION], 1.0)],
    ),
    beacon(
        BATCH,
        TEXT,
        r##"{"version":1,"id":"#","events":[{"event":"heartbeat"},{"event":"error","kind":"exception","endpoint":"/users/{id}"}]}"##,
        204,
        &[
            ("rum_events_total", &[("kind", "heartbeat")], 1.0),
            ERROR,
            ("user_errors_total", &[USERS, EXCEPTION], 1.0),
            ("rum_batches_total", &[("result", "accepted")], 1.0),
        ],
    ),
    beacon(
        BATCH,
        TEXT,
        r##"{"version":1,"id":"#","events":[{"event":"heartbeat"},{"event":"error","kind":7},{"event":"take over"}]}"##,
        204,
        &[
            ("rum_events_total", &[("kind", "heartbeat")], 1.0),
            MALFORMED,
            ("rum_rejected_total", &[("reason", "unknown_kind")], 1.0),
            ("rum_batches_total", &[("result", "partial")], 1.0),
        ],
    ),
    beacon(
        BATCH,
        TEXT,
        r##"{"version":1,"id":"#","events":[{"event":"take over"}]}"##,
        422,
        &[("rum_rejected_total", &[("reason", "unknown_kind")], 1.0), REFUSED],
    ),
    beacon(
        BATCH,
        TEXT,
        r##"{"version":9,"id":"#","events":[{"event":"heartbeat"}]}"##,
        422,
        &[("rum_rejected_total", &[("reason", "version")], 1.0), REFUSED],
    ),
    beacon(BATCH, TEXT, r##"{"version":1,"id":"#","events":[{"event":"heart"##, 400, &[MALFORMED, REFUSED]),
    beacon(PAGE_LOAD, JSON, r#"{"load_time":1e400}"#, 422, &[OUT_OF_RANGE]),
    beacon(PAGE_LOAD, FORM, "load_time=NaN", 422, &[OUT_OF_RANGE]),
    beacon(PAGE_LOAD, FORM, "load_time=-0.5", 422, &[OUT_OF_RANGE]),
    beacon(PAGE_LOAD, JSON, r#"{"load_time":1,"load_time":2}"#, 400, &[MALFORMED]),
    beacon(USER_ERROR, JSON, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", 400, &[MALFORMED]),
    beacon(
        INTERACTION,
        FORM,
        "type=\u{2028}drop table\u{202e}",
        422,
        &[("rum_rejected_total", &[("reason", "unknown_name")], 1.0)],
    ),
    beacon(
        INTERACTION,
        "application/xml",
        "<type>click</type>",
        415,
        &[("rum_rejected_total", &[("reason", "content_type")], 1.0)],
    ),
    beacon(INTERACTION, FORM, LARGE, 413, &[("rum_rejected_total", &[("reason", "too_large")], 1.0)]),
    Beacon {
        header: Some(("origin", "https://evil.example")),
        ..beacon(USER_ERROR, FORM, "", 403, &[("rum_rejected_total", &[("reason", "origin")], 1.0)])
    },
    Beacon {
        header: Some(("sec-gpc", "1")),
        ..beacon(USER_ERROR, FORM, "", 204, &[("rum_rejected_total", &[("reason", "privacy")], 1.0)])
    },
    Beacon {
        header: Some(("user-agent", "Crawler/1")),
        ..beacon(USER_ERROR, FORM, "", 204, &[("rum_rejected_total", &[("reason", "bot")], 1.0)])
    },
];

const PAGE_LOAD: &str = "/log-page-load";
const INTERACTION: &str = "/log-interaction";
const USER_ERROR: &str = "/log-user-error";
const BATCH: &str = "/log-beacon";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const TEXT: &str = "text/plain;charset=UTF-8";
/// One byte more than is taken.
const LARGE: &str = match str::from_utf8(&[b'x'; 65_537]) {
    Ok(text) => text,
    Err(_) => unreachable!(),
};

const USERS: (&str, &str) = ("endpoint", "/users/{id}");
const UNMATCHED: (&str, &str) = ("endpoint", "unmatched");
const EXCEPTION: (&str, &str) = ("kind", "exception");
const LOAD: Move = ("rum_events_total", &[("kind", "page_load")], 1.0);
const INTERACTED: Move = ("rum_events_total", &[("kind", "interaction")], 1.0);
const ERROR: Move = ("rum_events_total", &[("kind", "error")], 1.0);
const MALFORMED: Move = ("rum_rejected_total", &[("reason", "malformed")], 1.0);
const OUT_OF_RANGE: Move = ("rum_rejected_total", &[("reason", "range")], 1.0);
const REFUSED: Move = ("rum_batches_total", &[("result", "rejected")], 1.0);
/// What one beacon too many moves, a batch both of them.
pub const TOO_MANY: [Move; 2] = [("rum_rejected_total", &[("reason", "rate")], 1.0), REFUSED];
pub const TOO_LATE: Move = ("rum_rejected_total", &[("reason", "timeout")], 1.0);

const fn beacon(
    path: &'static str,
    content_type: &'static str,
    body: &'static str,
    status: u16,
    moves: &'static [Move],
) -> Beacon {
    Beacon { path, content_type, header: None, body, status, moves }
}

impl Beacon {
    pub fn is_batch(&self) -> bool {
        self.path == BATCH
    }

    fn request(&self, id: &str) -> Request<Full<Bytes>> {
        let mut request = Request::post(self.path).header("host", "soak").header("content-type", self.content_type);
        if let Some((name, value)) = self.header {
            request = request.header(name, value);
        }
        let body = if self.is_batch() { Full::from(self.body.replace('#', id)) } else { Full::from(self.body) };
        request.body(body).unwrap()
    }
}

/// Sends one after the other, so fast that some are one too many.
pub async fn send(address: SocketAddr, browser: u64, stage: Arc<Stage>) -> Tally {
    let mut tally = Tally::default();
    let mut pace = interval(Duration::from_millis(1));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut kept = None;
    for (number, (index, beacon)) in BEACONS.iter().enumerate().cycle().enumerate() {
        if stage.is_over() {
            break;
        }
        pace.tick().await;
        let mut sender = connect::http1(kept.take(), address).await;
        let answer = sender.send_request(beacon.request(&format!("{browser:08x}{number:024x}"))).await.unwrap();
        let status = answer.status();
        answer.into_body().collect().await.unwrap();
        if status == StatusCode::TOO_MANY_REQUESTS {
            tally.too_many(beacon);
        } else {
            assert_eq!(status.as_u16(), beacon.status, "{} {}", beacon.path, beacon.body);
            tally.recorded(index);
        }
        // What is refused unread may cost the connection, and how soon that shows is up to chance.
        if beacon.status != 413 && beacon.status != 403 && beacon.status != 415 {
            kept = Some(sender);
        }
    }
    tally
}

/// Begins one beacon after the other and ends none.
pub async fn dawdle(address: SocketAddr, stage: Arc<Stage>) -> Tally {
    let mut tally = Tally::default();
    while !stage.is_over() {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let begun =
            format!("POST {INTERACTION} HTTP/1.1\r\nhost: soak\r\ncontent-type: {FORM}\r\ncontent-length: 10\r\n\r\ntype=");
        stream.write_all(begun.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\n") || answer.ends_with(b"\r\n") {
            assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
        }
        match &answer[..12] {
            b"HTTP/1.1 408" => tally.too_late(),
            b"HTTP/1.1 429" => tally.too_many(&BEACONS[0]),
            _ => panic!("{}", String::from_utf8_lossy(&answer)),
        }
    }
    tally
}
