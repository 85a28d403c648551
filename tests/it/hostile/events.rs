//! Events of batches: a few good ones among those that are not.

use crate::support::random::Random;

use super::attack::{KIND, MALFORMED, NAME, NO_COUNTS, NO_NUMBERS, OUT_OF_RANGE, RANGE, Reason, text};

pub type Moves = &'static [(&'static str, f64)];

pub const PAGE_LOAD_MOVES: Moves =
    &[(r#"rum_events_total{kind="page_load"}"#, 1.0), (r#"page_load_time_seconds_count{endpoint="unmatched"}"#, 1.0)];

/// Good ones, and the series that they move.
pub fn good() -> impl Iterator<Item = (&'static str, Moves)> {
    GOOD.iter().copied()
}

/// One more event, and either what it moves or why it is refused.
pub fn any(random: &mut Random) -> (String, Result<Moves, Reason>) {
    if random.below(3) == 0 {
        let &(event, moves) = random.pick(GOOD);
        return (event.to_owned(), Ok(moves));
    }
    let (event, why) = match random.below(9) {
        0 => (format!(r#"{{"event":{}}}"#, text(random)), KIND),
        1 => (format!(r#"{{"event":"journey","path":{}}}"#, text(random)), NAME),
        2 => (format!(r#"{{"event":"counter","name":{},"value":1}}"#, text(random)), NAME),
        3 => (
            format!(r#"{{"event":"counter","name":"votes_total","labels":{{{}:{}}},"value":1}}"#, text(random), text(random)),
            NAME,
        ),
        4 => (
            format!(
                r#"{{"event":"counter","name":"votes_total","labels":{{"choice":"no"}},"value":{}}}"#,
                random.pick(&NO_COUNTS)
            ),
            RANGE,
        ),
        5 => {
            (format!(r#"{{"event":"histogram","name":"search_duration_seconds","value":{}}}"#, random.pick(&OUT_OF_RANGE)), RANGE)
        }
        6 => (format!(r#"{{"event":"session",{}:{}}}"#, text(random), text(random)), MALFORMED),
        7 => return (format!(r#"{{"event":"request","duration":{}}}"#, random.pick(&JSON_ALL_THE_SAME)), Err(MALFORMED)),
        _ => ((*random.pick(&WRONG)).to_owned(), MALFORMED),
    };
    (event, Err(why))
}

/// What ends a batch before its events are looked at: no JSON.
pub fn no_json(random: &mut Random) -> String {
    format!(r#"{{"event":"engaged_time","value":{}}}"#, NO_NUMBERS[random.below(FIRST_JSON)])
}

/// From here on they are JSON, if no numbers.
const FIRST_JSON: usize = 12;
const JSON_ALL_THE_SAME: [&str; 4] = ["\"1\"", "null", "true", "[1]"];

const WRONG: [&str; 7] = [
    "null",
    "[]",
    "[[[[[[[[\"session\"]]]]]]]]",
    "\"session\"",
    r#"{"event":"conversion","goal":"signup","goal":"signup"}"#,
    r#"{"event":["session"]}"#,
    r#"{"event":"interaction","type":"click","count":-1}"#,
];

const GOOD: &[(&str, Moves)] = &[
    (r#"{"event":"page_load","load_time":-0.0,"endpoint":"overflow"}"#, PAGE_LOAD_MOVES),
    (
        r#"{"event":"web_vitals","cls":10,"endpoint":"\u0000"}"#,
        &[(r#"rum_events_total{kind="web_vitals"}"#, 1.0), (r#"web_vitals_cls_score_count{endpoint="unmatched"}"#, 1.0)],
    ),
    (
        r#"{"event":"interaction","type":"click","count":1000}"#,
        &[(r#"rum_events_total{kind="interaction"}"#, 1.0), (r#"user_interactions_total{type="click",name=""}"#, 1_000.0)],
    ),
    (
        r#"{"event":"error","endpoint":"\ud83d\ude00"}"#,
        &[(r#"rum_events_total{kind="error"}"#, 1.0), (r#"user_errors_total{endpoint="unmatched",kind="reported"}"#, 1.0)],
    ),
    (
        r#"{"event":"page_view","endpoint":"/admin/1","from":"/admin/2"}"#,
        &[
            (r#"rum_events_total{kind="page_view"}"#, 1.0),
            (r#"user_journeys_total{path="unmatched"}"#, 1.0),
            (r#"user_page_transitions_total{from="unmatched",to="unmatched"}"#, 1.0),
        ],
    ),
    (
        r#"{"event":"engaged_time","value":14400000}"#,
        &[(r#"rum_events_total{kind="engaged_time"}"#, 1.0), ("user_engaged_seconds_total", 14_400.0)],
    ),
    (
        r#"{"\u0065vent":"conversion","goal":"sign\u0075p"}"#,
        &[(r#"rum_events_total{kind="conversion"}"#, 1.0), (r#"user_conversions_total{goal="signup"}"#, 1.0)],
    ),
    (
        r#"{"event":"counter","name":"votes_total","labels":{"choice":"yes"},"value":1000}"#,
        &[(r#"rum_events_total{kind="counter"}"#, 1.0), (r#"votes_total{choice="yes"}"#, 1_000.0)],
    ),
    (
        r#"{"event":"histogram","name":"search_duration_seconds","value":600000}"#,
        &[(r#"rum_events_total{kind="histogram"}"#, 1.0), ("search_duration_seconds_count", 1.0)],
    ),
];
