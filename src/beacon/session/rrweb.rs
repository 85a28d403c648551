//! rrweb's events (<https://github.com/rrweb-io/rrweb>): kept as they were sent; only when they were, pages and clicks are read from them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::beacon::object::Object;
use crate::beacon::rejection::{Reason, Rejection};

use super::tally::{Click, Tally};
use super::values::{Position, Timestamp};
use super::{append, form};

/// Takes one event in: its figures into `tally`, and its text behind `events`.
pub(super) fn take(text: &str, tally: &mut Tally, events: &mut String) -> Result<(), Rejection> {
    if is_deeper_than(text, MAX_DEPTH) {
        return Err(Reason::Range.because("an event of rrweb takes 1000 levels"));
    }
    let event: Outline<'_> = form(text, None)?;
    let Timestamp(time) = event.timestamp;
    append(events, text);
    tally.event(time);
    match event.kind {
        META => tally.pages += 1,
        INCREMENTAL => {
            if let Some(Mouse { source: MOUSE_INTERACTION, kind: CLICK, x: Position(x), y: Position(y) }) = mouse(event.data) {
                tally.click(Click { time, x, y });
            }
        }
        _ => {}
    }
    Ok(())
}

fn mouse(data: Option<&RawValue>) -> Option<Mouse> {
    serde_json::from_str(data?.get()).ok().map(|Object(mouse)| mouse)
}

/// Whether brackets stand within brackets more often than that: whoever reads the event later may do so by recursion.
fn is_deeper_than(text: &str, most: usize) -> bool {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    text.bytes().any(|byte| {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b'{' | b'[' if !quoted => depth += 1,
            b'}' | b']' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > most
    })
}

/// What every event of rrweb has; what else it has is for its player.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(rename = "type")]
    kind: u8,
    timestamp: Timestamp,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Mouse {
    source: u8,
    #[serde(rename = "type")]
    kind: u8,
    x: Position,
    y: Position,
}

// rrweb's EventType, IncrementalSource and MouseInteractions.
const INCREMENTAL: u8 = 3;
const META: u8 = 4;
const MOUSE_INTERACTION: u8 = 2;
const CLICK: u8 = 2;

/// An element of a page is two levels below the one that it is in.
const MAX_DEPTH: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_that_of_brackets_outside_of_texts() {
        for (text, depth) in [("{}", 1), ("[[],[[]]]", 3), (r#"{"a":"[[[["}"#, 1), (r#"{"a\"[[":"\\[","b":[]}"#, 2), ("]]]]", 0)]
        {
            assert!(!is_deeper_than(text, depth), "{text}");
            assert!(depth == 0 || is_deeper_than(text, depth - 1), "{text}");
        }
    }
}
