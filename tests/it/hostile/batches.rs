//! Batches: their frames, and good and bad events mixed.

use crate::support::mount::TEXT;
use crate::support::random::Random;

use super::attack::{Attack, BOT, DUPLICATE, MALFORMED, Reason, TOO_LARGE, VERSION, text};
use super::events;

#[derive(Default)]
pub struct Sender {
    sent: u64,
    last: Option<String>,
}

impl Sender {
    pub fn next(&mut self, random: &mut Random) -> Attack {
        self.sent += 1;
        let id = format!("a{:031x}", self.sent);
        let framed =
            |version: u8, more: &str, events: &str| format!(r#"{{"version":{version},"id":"{id}"{more},"events":[{events}]}}"#);
        match random.below(20) {
            0 => refused(framed(2, "", SESSION), VERSION),
            1 => refused(framed(1, r#","webdriver":true"#, SESSION), BOT),
            2 => refused(framed(1, &format!(r#","user":{}"#, text(random)), SESSION), MALFORMED),
            3 => refused(framed(1, r#","version":1"#, SESSION), MALFORMED),
            4 => refused(framed(1, "", &events::no_json(random)), MALFORMED),
            5 => {
                let mut cut_off = framed(1, "", SESSION);
                cut_off.truncate(1 + random.below(cut_off.len() - 1));
                refused(cut_off, MALFORMED)
            }
            6 => refused(format!(r#"{{"version":1,"id":{},"events":[{SESSION}]}}"#, text(random)), MALFORMED),
            7 => refused(format!(r#"[1,"{id}",false,[{SESSION}]]"#), MALFORMED),
            8 if random.below(50) == 0 => refused(framed(1, "", &vec![SESSION; 101].join(",")), TOO_LARGE),
            9 => match self.last.clone() {
                Some(again) => refused(again, DUPLICATE),
                None => refused(framed(1, "", ""), Reason { status: 422, ..MALFORMED }),
            },
            _ => self.mixed(random, &id),
        }
    }

    fn mixed(&mut self, random: &mut Random, id: &str) -> Attack {
        let (mut moves, mut good, mut written) = (Vec::new(), 0, Vec::new());
        let count = 1 + random.below(4);
        for _ in 0..count {
            let (event, outcome) = events::any(random);
            written.push(event);
            match outcome {
                Ok(its) => {
                    good += 1;
                    moves.extend_from_slice(its);
                }
                Err(why) => moves.push((why.series, 1.0)),
            }
        }
        let (status, result) = match good {
            0 => (422, REJECTED),
            all if all == count => (204, ACCEPTED),
            _ => (204, r#"rum_batches_total{result="partial"}"#),
        };
        moves.push((result, 1.0));
        let body = format!(r#"{{"version":1,"id":"{id}","events":[{}]}}"#, written.join(","));
        self.last = Some(body.clone());
        Attack { path: PATH, headers: vec![("content-type", TEXT)], body: body.into(), status, moves }
    }
}

/// A batch of one good event, with an id that comes from the event.
pub fn lone(event: &str) -> Attack {
    let id = event.bytes().rev().map(|byte| format!("{byte:02x}")).take(20).collect::<String>();
    let body = format!(r#"{{"version":1,"id":"{id}","events":[{event}]}}"#);
    Attack::recorded(PATH, TEXT, body, &[(ACCEPTED, 1.0)])
}

fn refused(body: String, why: Reason) -> Attack {
    let mut attack = Attack::refused(PATH, TEXT, body, why);
    attack.moves.push((REJECTED, 1.0));
    attack
}

const PATH: &str = "/log-beacon";
const SESSION: &str = r#"{"event":"session"}"#;
const ACCEPTED: &str = r#"rum_batches_total{result="accepted"}"#;
const REJECTED: &str = r#"rum_batches_total{result="rejected"}"#;
