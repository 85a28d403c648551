//! What a hostile sender sends, and what is to become of it: beacons of one event, and everything about their heads.

use bytes::Bytes;

use crate::support::mount::{FORM, JSON, TEXT};
use crate::support::random::Random;

use super::batches;
use super::events::{self, PAGE_LOAD_MOVES};

/// A beacon, the status that answers it, and the series that it moves.
pub struct Attack {
    pub path: &'static str,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: Bytes,
    pub status: u16,
    pub moves: Vec<(&'static str, f64)>,
}

impl Attack {
    pub fn recorded(path: &'static str, content_type: &'static str, body: String, moves: &[(&'static str, f64)]) -> Self {
        Self { path, headers: vec![("content-type", content_type)], body: body.into(), status: 204, moves: moves.to_vec() }
    }

    pub fn refused(path: &'static str, content_type: &'static str, body: impl Into<Bytes>, why: Reason) -> Self {
        let moves = vec![(why.series, 1.0)];
        Self { path, headers: vec![("content-type", content_type)], body: body.into(), status: why.status, moves }
    }

    /// What also says something in its head.
    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// Why it is refused, as its status and its counter say.
#[derive(Clone, Copy)]
pub struct Reason {
    pub status: u16,
    pub series: &'static str,
}

pub const MALFORMED: Reason = Reason { status: 400, series: r#"rum_rejected_total{reason="malformed"}"# };
pub const RANGE: Reason = Reason { status: 422, series: r#"rum_rejected_total{reason="range"}"# };
pub const NAME: Reason = Reason { status: 422, series: r#"rum_rejected_total{reason="unknown_name"}"# };
pub const KIND: Reason = Reason { status: 422, series: r#"rum_rejected_total{reason="unknown_kind"}"# };
pub const VERSION: Reason = Reason { status: 422, series: r#"rum_rejected_total{reason="version"}"# };
pub const TOO_LARGE: Reason = Reason { status: 413, series: r#"rum_rejected_total{reason="too_large"}"# };
pub const BOT: Reason = Reason { status: 204, series: r#"rum_rejected_total{reason="bot"}"# };
pub const DUPLICATE: Reason = Reason { status: 204, series: r#"rum_rejected_total{reason="duplicate"}"# };
const TYPE: Reason = Reason { status: 415, series: r#"rum_rejected_total{reason="content_type"}"# };
const ORIGIN: Reason = Reason { status: 403, series: r#"rum_rejected_total{reason="origin"}"# };
const PRIVACY: Reason = Reason { status: 204, series: r#"rum_rejected_total{reason="privacy"}"# };

pub struct Attacker {
    random: Random,
    batches: batches::Sender,
}

impl Attacker {
    pub fn new(random: Random) -> Self {
        Self { random, batches: batches::Sender::default() }
    }

    pub fn next(&mut self) -> Attack {
        let random = &mut self.random;
        match random.below(16) {
            0 => Attack::refused(INTERACTION, JSON, format!(r#"{{"type":"click","name":{}}}"#, text(random)), NAME),
            1 => Attack::refused(INTERACTION, TEXT, format!(r#"{{"type":{}}}"#, text(random)), NAME),
            2 => {
                let body = format!(r#"{{"load_time":{},"endpoint":{}}}"#, random.pick(&ZEROS), text(random));
                Attack::recorded(PAGE_LOAD, JSON, body, PAGE_LOAD_MOVES)
            }
            3 => Attack::refused(PAGE_LOAD, JSON, format!(r#"{{"load_time":{}}}"#, random.pick(&NO_NUMBERS)), MALFORMED),
            4 => Attack::refused(PAGE_LOAD, JSON, format!(r#"{{"load_time":{}}}"#, random.pick(&OUT_OF_RANGE)), RANGE),
            5 => Attack::refused(INTERACTION, JSON, format!(r#"{{"type":"click","count":{}}}"#, random.pick(&NO_COUNTS)), RANGE),
            6 => Attack::refused(ERROR, JSON, format!(r#"{{"kind":{}}}"#, text(random)), KIND),
            7 => Attack::refused(PATHS[random.below(3)], JSON, *random.pick(&WRONG), MALFORMED),
            8 => {
                let depth = 1 + random.below(300);
                let body = [r#"{"load_time":1,"phases":"#, &"[".repeat(depth), &"]".repeat(depth), "}"].concat();
                Attack::refused(PAGE_LOAD, JSON, body, MALFORMED)
            }
            9 => {
                let whole = format!(r#"{{"load_time":1,"lcp":2,"endpoint":{}}}"#, text(random));
                let end = 1 + random.below(whole.len() - 1);
                Attack::refused(PAGE_LOAD, TEXT, whole.as_bytes()[..end].to_vec(), MALFORMED)
            }
            10 => Attack::refused(PATHS[random.below(3)], JSON, [&[0xff][..], &random.bytes(64)].concat(), MALFORMED),
            11 => form(random),
            12 => head(random),
            13 if random.below(100) == 0 => huge(random),
            _ => self.batches.next(random),
        }
    }
}

/// What makes all the series there are to be made.
pub fn one_of_each_event() -> impl Iterator<Item = Attack> {
    events::good().map(|(event, _)| batches::lone(event))
}

fn form(random: &mut Random) -> Attack {
    let (path, body, why) = *random.pick(&[
        (PAGE_LOAD, "load_time=NaN", RANGE),
        (PAGE_LOAD, "load_time=inf", RANGE),
        (PAGE_LOAD, "load_time=1e400", RANGE),
        (PAGE_LOAD, "load_time=-1", RANGE),
        (PAGE_LOAD, "load_time=1&load_time=1", MALFORMED),
        (PAGE_LOAD, "load_time=1&phases[dns]=1", MALFORMED),
        (PAGE_LOAD, "load_time=%ff", MALFORMED),
        (INTERACTION, "type=click&name=%00", NAME),
        (INTERACTION, "type=click&count=9007199254740993", RANGE),
        (INTERACTION, "type=click&count=18446744073709551616", MALFORMED),
        (ERROR, "kind=%F0%9F%98%80", KIND),
        (ERROR, "kind", KIND),
    ]);
    Attack::refused(path, FORM, body, why)
}

fn head(random: &mut Random) -> Attack {
    let refused = |why| Attack::refused(INTERACTION, JSON, r#"{"type":"click"}"#, why);
    match random.below(7) {
        0 => refused(ORIGIN).with("origin", "https://evil.example"),
        1 => refused(ORIGIN).with("sec-fetch-site", "cross-site"),
        2 => refused(ORIGIN).with("origin", "null"),
        3 => refused(BOT).with("user-agent", "EvilBot/1.0"),
        4 => refused(PRIVACY).with("sec-gpc", "1"),
        5 => Attack::refused(INTERACTION, "text/html", r#"{"type":"click"}"#, TYPE),
        _ => Attack::refused(INTERACTION, "application/json+x; charset=\"", "", TYPE),
    }
}

/// Around the cap of 64 KiB.
fn huge(random: &mut Random) -> Attack {
    let body = |length: usize| {
        let (start, end) = (r#"{"load_time":1,"endpoint":""#, r#""}"#);
        [start, &"x".repeat(length - start.len() - end.len()), end].concat()
    };
    match random.below(2) {
        0 => Attack::recorded(PAGE_LOAD, JSON, body(64 * 1024 - random.below(1_000)), PAGE_LOAD_MOVES),
        _ => Attack::refused(PAGE_LOAD, JSON, body(64 * 1024 + 1 + random.below(1_000)), TOO_LARGE),
    }
}

/// A JSON text that is no name of anything, in a few of the ways to write it.
pub fn text(random: &mut Random) -> String {
    let mut text = String::from("\"x");
    for _ in 0..random.below(24) {
        let piece: &&str = random.pick(&LETTERS);
        text.push_str(piece);
    }
    text.push('"');
    text
}

const PAGE_LOAD: &str = "/log-page-load";
const INTERACTION: &str = "/log-interaction";
const ERROR: &str = "/log-user-error";
const PATHS: [&str; 3] = [PAGE_LOAD, INTERACTION, ERROR];

const LETTERS: [&str; 16] = [
    "a",
    "B",
    "7",
    " ",
    "{}",
    "\\\"",
    "\\\\",
    "\\n",
    "\\u0000",
    "\\ud83d\\ude00",
    "\u{e9}",
    "\u{4f60}",
    "\u{1F600}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
];

const ZEROS: [&str; 6] = ["-0", "-0.0", "0e0", "1e-400", "0.0000000001", "600000"];
pub const NO_NUMBERS: [&str; 16] =
    ["NaN", "nan", "Infinity", "-Infinity", "inf", "1e", "01", "+1", ".5", "1.", "0x10", "1_0", "\"1\"", "null", "true", "[1]"];
pub const OUT_OF_RANGE: [&str; 8] =
    ["1e400", "-1e400", "-1", "-1e-9", "600000.1", "9007199254740993", "1e308", "18446744073709551616"];
pub const NO_COUNTS: [&str; 4] = ["0", "1001", "9007199254740993", "18446744073709551615"];

const WRONG: [&[u8]; 12] = [
    b"null",
    b"1",
    b"\"load_time\"",
    b"[]",
    b"[1]",
    b"[\"click\"]",
    b"{\"load_time\":1,\"load_time\":1}",
    b"{\"type\":\"click\",\"type\":\"click\"}",
    b"{\"kind\":5}",
    b"{\"load_time\":1,\"__proto__\":{}}",
    b"{\"type\":\"click\",\"count\":1.0}",
    b"{\"endpoint\":{}}",
];
