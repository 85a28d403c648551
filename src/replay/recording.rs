//! A whole session, as it is played and exported.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SessionFormat, SessionId};

/// The events of a session, in the batches that they came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    format: SessionFormat,
    batches: Vec<Box<str>>,
}

impl Recording {
    /// Of [`Batch::events`](super::Batch::events), in any order.
    pub fn new(format: SessionFormat, batches: impl IntoIterator<Item: Into<Box<str>>>) -> Self {
        Self { format, batches: batches.into_iter().map(Into::into).collect() }
    }

    /// Whose events these are.
    #[must_use]
    pub fn format(&self) -> SessionFormat {
        self.format
    }

    /// `{"id":…,"format":…,"events":[…]}`, the events as they were stored, in the order of their timestamps.
    #[must_use]
    pub fn to_json(&self, session: SessionId) -> String {
        let lists: Vec<String> = self.batches.iter().map(|batch| format!("[{batch}]")).collect();
        // What a store gives back that is no JSON any more is left out, and the rest of the session is shown.
        let mut events: Vec<(u64, &str)> = lists.iter().flat_map(|list| parted(list)).collect();
        events.sort_by_key(|&(time, _)| time);
        let room = 100 + lists.iter().map(String::len).sum::<usize>();
        let mut json = String::with_capacity(room);
        json.push_str(&[r#"{"id":""#, &session.to_string(), r#"","format":""#, self.format.as_str(), r#"","events":["#].concat());
        for (place, (_, event)) in events.into_iter().enumerate() {
            if place > 0 {
                json.push(',');
            }
            json.push_str(event);
        }
        json.push_str("]}");
        json
    }
}

/// Events with their timestamps.
fn parted(list: &str) -> Vec<(u64, &str)> {
    let events: Vec<&RawValue> = serde_json::from_str(list).unwrap_or_default();
    let time = |event: &RawValue| serde_json::from_str::<Timed>(event.get()).map_or(0, |event| event.timestamp);
    events.into_iter().map(|event| (time(event), event.get())).collect()
}

#[derive(Deserialize)]
struct Timed {
    timestamp: u64,
}
