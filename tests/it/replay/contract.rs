//! What every store promises, asked of one through [`Store`] alone. `store_contract!` mounts a test of each, with a way to make an empty store that holds
//! so many bytes.

use std::time::Duration;

use tokio::task::JoinSet;
use tower_rum::replay::{Appended, Batch, Limits, SessionFormat, SessionId, Store, Summary};

#[macro_export]
macro_rules! store_contract {
    ($make:expr) => {
        $crate::store_contract! { $make;
            what_is_appended_is_loaded_in_the_order_of_its_timestamps
            a_number_that_was_there_is_stored_once
            of_one_number_appended_many_times_at_once_one_is_stored
            what_would_pass_a_limit_is_refused_whole
            sessions_are_listed_newest_first_with_their_figures
            rage_clicks_are_told_across_batches
            what_is_deleted_is_gone_and_stays_gone
            a_session_is_forgotten_when_its_time_is_over_however_lately_it_was_appended_to
            the_session_that_began_first_makes_room
            a_batch_that_finds_no_room_costs_no_other_session
            the_two_formats_do_not_mix
            sessions_appended_to_at_once_keep_apart_and_lose_nothing
            texts_come_back_byte_for_byte
        }
    };
    ($make:expr; $($case:ident)+) => {
        $(
            #[tokio::test]
            async fn $case() {
                $crate::contract_of_stores::$case(&$make).await;
            }
        )+
    };
}

pub async fn what_is_appended_is_loaded_in_the_order_of_its_timestamps<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    assert!(store.load(id(1)).await.is_ok_and(|recording| recording.is_none()));
    for (number, events) in [(2, visible(40)), (0, visible(10)), (1, [visible(30), visible(20)].join(","))] {
        assert_eq!(append(&store, &batch(1, number, &events)).await, Appended::Stored);
    }
    let events = [10, 20, 30, 40].map(visible).join(",");
    assert_eq!(json(&store, 1).await.unwrap(), format!(r#"{{"id":"{}","format":"rum","events":[{events}]}}"#, id(1)));
}

pub async fn a_number_that_was_there_is_stored_once<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    assert_eq!(append(&store, &batch(1, 7, &visible(10))).await, Appended::Stored);
    assert_eq!(append(&store, &batch(1, 7, &visible(20))).await, Appended::Duplicate);
    assert_eq!(append(&store, &batch(2, 7, &visible(20))).await, Appended::Stored, "numbers are a session's own");
    assert_eq!(one(&store, 1).await.events(), 1);
    assert!(!json(&store, 1).await.unwrap().contains("20"));
    let (largest, single) = (batch(1, (1 << 53) - 1, &visible(30)), single(1, &visible(40)));
    for batch in [&largest, &single] {
        assert_eq!(append(&store, batch).await, Appended::Stored);
        assert_eq!(append(&store, batch).await, Appended::Duplicate);
    }
}

pub async fn of_one_number_appended_many_times_at_once_one_is_stored<S: Store + Clone>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let mut appending = JoinSet::new();
    for _ in 0..16 {
        let store = store.clone();
        appending.spawn(async move { append(&store, &batch(1, 7, &visible(10))).await });
    }
    let appended = appending.join_all().await;
    assert_eq!(appended.iter().filter(|&&appended| appended == Appended::Stored).count(), 1, "{appended:?}");
    assert_eq!(one(&store, 1).await.events(), 1);
}

pub async fn what_would_pass_a_limit_is_refused_whole<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let two = [visible(1_000), visible(2_000)].join(",");
    let narrow: [(&str, Narrow, String); 3] = [
        ("bytes", |limits| limits.bytes = 150, [visible(1_500), visible(1_600)].join(",")),
        ("events", |limits| limits.events = 3, [visible(1_500), visible(1_600)].join(",")),
        ("duration", |limits| limits.duration = Duration::from_millis(1_500), visible(499)),
    ];
    for (session, (what, narrow, past)) in (1..).zip(narrow) {
        let mut limits = Limits::default();
        narrow(&mut limits);
        assert_eq!(appended(&store, &batch(session, 0, &two), &limits).await, Appended::Stored, "{what}");
        let before = one(&store, session).await;
        assert_eq!(appended(&store, &batch(session, 1, &past), &limits).await, Appended::Refused, "{what}");
        assert_eq!(one(&store, session).await, before, "{what}");
        assert_eq!(appended(&store, &batch(session, 1, &visible(1_700)), &limits).await, narrowest(what), "{what}");
    }
    let mut limits = Limits::default();
    limits.events = 1;
    assert_eq!(appended(&store, &batch(9, 0, &two), &limits).await, Appended::Refused, "the first is within them, too");
    assert_eq!(json(&store, 9).await, None);
}

/// Sets one limit to less than its default.
type Narrow = fn(&mut Limits);

/// What becomes of one more small event: of bytes alone there are too few left for it.
fn narrowest(what: &str) -> Appended {
    if what == "bytes" { Appended::Refused } else { Appended::Stored }
}

pub async fn sessions_are_listed_newest_first_with_their_figures<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    assert_eq!(list(&store, 10).await, []);
    let navigation = r#"{"type":"navigation","timestamp":5000,"endpoint":"/cart"}"#;
    let error = r#"{"type":"error","timestamp":6500,"kind":"exception"}"#;
    append(&store, &batch(1, 0, &[navigation, error].join(","))).await;
    append(&store, &batch(2, 0, &visible(10))).await;
    append(&store, &batch(3, 0, &visible(10))).await;
    append(&store, &batch(1, 1, &[navigation.replace("5000", "4000"), visible(9_000)].join(","))).await;

    let listed = list(&store, 10).await;
    assert_eq!(listed.iter().map(Summary::session).collect::<Vec<_>>(), [id(3), id(2), id(1)]);
    let first = &listed[2];
    assert_eq!(first.format(), SessionFormat::Rum);
    assert_eq!((first.started(), first.duration(), first.events()), (4_000, Duration::from_secs(5), 4));
    assert_eq!([first.pages(), first.errors(), first.rage_clicks()], [2, 1, 0]);
    assert_eq!(first.bytes(), [navigation, error, navigation].concat().len() as u64 + visible(9_000).len() as u64 + 2);
    assert_eq!(list(&store, 2).await, listed[..2]);
    assert_eq!(list(&store, 0).await, []);
}

pub async fn rage_clicks_are_told_across_batches<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let click = |time: u64| format!(r#"{{"type":"click","timestamp":{time},"x":-5,"y":7,"target":"BUTTON"}}"#);
    append(&store, &batch(1, 0, &click(1_000))).await;
    append(&store, &batch(1, 2, &click(1_900))).await;
    assert_eq!(one(&store, 1).await.rage_clicks(), 0);
    append(&store, &batch(1, 1, &click(1_500))).await;
    assert_eq!(one(&store, 1).await.rage_clicks(), 1);
}

pub async fn what_is_deleted_is_gone_and_stays_gone<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    for session in [1, 2] {
        append(&store, &batch(session, 0, &visible(10))).await;
    }
    for _ in 0..2 {
        delete(&store, 1).await;
        assert_eq!(json(&store, 1).await, None);
        assert_eq!(list(&store, 10).await.iter().map(Summary::session).collect::<Vec<_>>(), [id(2)]);
        assert_eq!(append(&store, &batch(1, 1, &visible(20))).await, Appended::Refused, "its page goes on sending");
    }
    delete(&store, 3).await;
    assert_eq!(append(&store, &batch(3, 0, &visible(10))).await, Appended::Stored, "it was not there");
}

pub async fn a_session_is_forgotten_when_its_time_is_over_however_lately_it_was_appended_to<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let mut limits = Limits::default();
    limits.ttl = Duration::from_secs(3);
    let begun = tokio::time::Instant::now();
    for session in [1, 2] {
        appended(&store, &batch(session, 0, &visible(10)), &limits).await;
    }
    delete(&store, 2).await;
    tokio::time::sleep(limits.ttl / 3).await;
    assert_eq!(appended(&store, &batch(1, 1, &visible(20)), &limits).await, Appended::Stored);
    assert_eq!(one(&store, 1).await.events(), 2);
    tokio::time::sleep_until(begun + limits.ttl + Duration::from_millis(200)).await;
    assert_eq!((json(&store, 1).await, list(&store, 10).await), (None, vec![]));
    assert!(store.forget().await.is_ok());
    for session in [1, 2] {
        assert_eq!(append(&store, &batch(session, 0, &visible(30))).await, Appended::Stored, "it begins anew");
        assert_eq!(one(&store, session).await.events(), 1);
    }
}

pub async fn the_session_that_began_first_makes_room<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let large = large(ROOM / 5);
    for session in [1, 2, 3] {
        append(&store, &batch(session, 0, &visible(10))).await;
    }
    for (session, number) in [(1, 1), (2, 1), (3, 1), (1, 2), (3, 2), (3, 3)] {
        assert_eq!(append(&store, &batch(session, number, &large)).await, Appended::Stored, "{session} {number}");
    }
    let left = list(&store, 10).await;
    assert_eq!(
        left.iter().map(Summary::session).collect::<Vec<_>>(),
        [id(3), id(2)],
        "though it was appended to after the second"
    );
    assert_eq!(left[0].events(), 1 + 3 * large.matches("layout").count() as u64);
}

pub async fn a_batch_that_finds_no_room_costs_no_other_session<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    append(&store, &batch(1, 0, &visible(10))).await;
    append(&store, &batch(2, 0, &large(ROOM / 2))).await;
    assert_eq!(append(&store, &batch(2, 1, &large(ROOM * 2 / 3))).await, Appended::Refused);
    assert_eq!(append(&store, &batch(3, 0, &large(ROOM + 1))).await, Appended::Refused);
    assert_eq!(list(&store, 10).await.iter().map(Summary::session).collect::<Vec<_>>(), [id(2), id(1)]);
}

pub async fn the_two_formats_do_not_mix<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let meta = r#"{"type":4,"timestamp":10,"data":{"href":"","width":1,"height":1}}"#;
    assert_eq!(append(&store, &rrweb(1, 0, meta)).await, Appended::Stored);
    assert_eq!(append(&store, &batch(1, 1, &visible(10))).await, Appended::Refused);
    assert_eq!(append(&store, &batch(2, 0, &visible(10))).await, Appended::Stored);
    assert_eq!(append(&store, &rrweb(2, 1, meta)).await, Appended::Refused);
    let formats: Vec<_> = list(&store, 10).await.iter().map(Summary::format).collect();
    assert_eq!(formats, [SessionFormat::Rum, SessionFormat::Rrweb]);
    assert!(json(&store, 1).await.unwrap().contains(r#""format":"rrweb""#));
}

pub async fn sessions_appended_to_at_once_keep_apart_and_lose_nothing<S: Store + Clone>(make: &impl Fn(u64) -> S) {
    let store = make(16 * ROOM);
    let mut appending = JoinSet::new();
    for number in 0..100 {
        let store = store.clone();
        let session = u128::from(number % 4) + 1;
        appending.spawn(async move { append(&store, &batch(session, number, &visible(number))).await });
    }
    assert!(appending.join_all().await.iter().all(|&appended| appended == Appended::Stored));
    for session in 1..=4_u64 {
        let summary = one(&store, session.into()).await;
        assert_eq!((summary.events(), summary.started(), summary.duration()), (25, session - 1, Duration::from_millis(96)));
        let expected: Vec<String> = (0..25).map(|place| visible(place * 4 + session - 1)).collect();
        assert!(json(&store, session.into()).await.unwrap().ends_with(&format!("[{}]}}", expected.join(","))));
    }
}

pub async fn texts_come_back_byte_for_byte<S: Store>(make: &impl Fn(u64) -> S) {
    let store = make(ROOM);
    let event = "{\"timestamp\":1, \"type\":2,\"data\":{\"node\":\"<script>\\u0000\\\"\\ud83d\\ude00 \u{1F600}\u{2028}</script>\",\"n\":1.50e2}}";
    append(&store, &rrweb(1, 0, event)).await;
    assert!(json(&store, 1).await.unwrap().ends_with(&format!("[{event}]}}")));
}

async fn append<S: Store>(store: &S, batch: &Batch) -> Appended {
    appended(store, batch, &Limits::default()).await
}

async fn appended<S: Store>(store: &S, batch: &Batch, limits: &Limits) -> Appended {
    store.append(batch, limits).await.map_err(Into::into).unwrap()
}

async fn delete<S: Store>(store: &S, session: u128) {
    store.delete(id(session)).await.map_err(Into::into).unwrap();
}

async fn list<S: Store>(store: &S, most: usize) -> Vec<Summary> {
    store.list(most).await.map_err(Into::into).unwrap()
}

async fn one<S: Store>(store: &S, session: u128) -> Summary {
    let listed = list(store, 100).await;
    listed.into_iter().find(|summary| summary.session() == id(session)).expect("the session is listed")
}

async fn json<S: Store>(store: &S, session: u128) -> Option<String> {
    let recording = store.load(id(session)).await.map_err(Into::into).unwrap();
    recording.map(|recording| recording.to_json(id(session)))
}

fn id(session: u128) -> SessionId {
    format!("{session:032x}").parse().unwrap()
}

fn batch(session: u128, number: u64, events: &str) -> Batch {
    written(&format!(r#"{{"version":1,"session":"{}","number":{number},"events":[{events}]}}"#, id(session)))
}

fn rrweb(session: u128, number: u64, events: &str) -> Batch {
    written(&format!(r#"{{"version":1,"session":"{}","number":{number},"format":"rrweb","events":[{events}]}}"#, id(session)))
}

fn single(session: u128, event: &str) -> Batch {
    written(&event.replacen('{', &format!(r#"{{"session":"{}","#, id(session)), 1))
}

fn written(body: &str) -> Batch {
    Batch::from_json(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn visible(time: u64) -> String {
    format!(r#"{{"type":"visibility","timestamp":{time},"state":"visible"}}"#)
}

/// An event of about so many bytes; that of one is written anew, so many are needed.
fn large(bytes: u64) -> String {
    let square = r#"[0,0,1,1,"text"],"#;
    let boxes = |count: usize| square.repeat(count).trim_end_matches(',').to_owned();
    let layout = |count| format!(r#"{{"type":"layout","timestamp":10,"boxes":[{}]}}"#, boxes(count));
    let whole = layout(200);
    vec![whole.clone(); usize::try_from(bytes).unwrap().div_ceil(whole.len())].join(",")
}

const ROOM: u64 = 100_000;
