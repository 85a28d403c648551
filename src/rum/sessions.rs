//! Events of a session that is recorded: decoded, counted, and on their way to the store.

use std::sync::Arc;

use crate::beacon::session::{Rules, decode};
use crate::beacon::{Format, Reason, Rejection, SESSION_EVENT};
use crate::record::{Counted, Counter, Recorder};
use crate::replay::{Queue, Replay};

use super::waiting::{Places, Waiting};
use super::{Ingest, Kind};

/// What the ingest needs of replay.
#[derive(Debug)]
pub(super) struct Sessions {
    queue: Arc<Queue>,
    rrweb: bool,
    body_bytes: usize,
    waiting: Places,
    /// `rum_events_total` of its kind.
    events: Counted,
}

impl Sessions {
    pub(super) fn new(replay: &Replay, queue: Arc<Queue>, recorder: &Recorder) -> Self {
        Self {
            queue,
            rrweb: replay.rrweb,
            body_bytes: replay.body_bytes,
            waiting: Places::of((MOST_WAITING_BYTES / replay.body_bytes).max(1)),
            events: recorder.counted(Counter::Events, &[SESSION_EVENT]),
        }
    }

    pub(super) fn body_bytes(&self) -> usize {
        self.body_bytes
    }

    /// Places of their own: bodies that are so much larger must not take those of the others.
    pub(super) fn wait(&self) -> Result<Waiting, Rejection> {
        self.waiting.take()
    }
}

impl Ingest {
    /// A bad event loses itself alone, as in every batch; what is good is queued whole or, where there is no room, dropped whole.
    pub(super) fn take_session(&self, sessions: &Sessions, format: Format, body: &[u8]) -> Result<(), Rejection> {
        format.json_alone().map_err(|rejection| self.refuse(Kind::Session, rejection))?;
        let endpoint = |claimed: &str| self.recorder.claimed_endpoint(Some(claimed)).to_owned();
        let rules = Rules { rrweb: sessions.rrweb, robots: self.gate.takes_robots(), endpoint: &endpoint };
        let taken = decode(body, &rules, |rejection| self.reject(rejection.reason));
        let taken = taken.map_err(|rejection| self.refuse(Kind::Session, rejection))?;
        self.recorder.add(sessions.events, taken.events);
        if let Some(batch) = taken.batch
            && sessions.queue.push(batch).is_err()
        {
            self.reject(Reason::ReplayFull);
        }
        match taken.refused {
            Some(rejection) if taken.events == 0 => Err(rejection.of_the_whole_batch()),
            _ => Ok(()),
        }
    }
}

/// Of all bodies of session events that are not there yet.
const MOST_WAITING_BYTES: usize = 64 * 1024 * 1024;
