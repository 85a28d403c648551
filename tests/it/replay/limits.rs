//! How much a sender may ask: bytes of a body, of a session, of what waits.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::Request;
use http_body_util::{BodyExt, StreamBody};
use tower_rum::Monitor;
use tower_rum::replay::{MemoryStore, Replay};

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{JSON, Mount};

use super::{EVENTS, SESSION, batch, click, get, monitor, post, session_path, written};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_takes_one_mebibyte_and_no_byte_more_in_every_framework() {
    let monitor = monitor(Replay::new());
    for mount in Mount::all(&monitor) {
        for (bytes, status) in [(MIB, 204), (MIB + 1, 413)] {
            assert_eq!(post(&mount, padded(bytes)).await, status, "{bytes}, {}", mount.name);
        }
    }
    let rejected = Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="too_large"}"#);
    assert_eq!(rejected, Mount::all(&monitor).len() as f64);
}

#[tokio::test]
async fn the_cap_is_the_hosts_and_on_the_bytes_read() {
    let monitor = monitor(Replay::new().body_bytes(2_000));
    let mount = Mount::tower(&monitor);
    for (bytes, status) in [(2_000, 204), (2_001, 413)] {
        assert_eq!(post(&mount, padded(bytes)).await, status);
        let pieces = padded(bytes).into_bytes().chunks(700).map(Bytes::copy_from_slice).collect::<Vec<_>>();
        let pieces = pieces.into_iter().map(|piece| Ok::<_, Infallible>(http_body::Frame::data(piece)));
        let body = BodyExt::boxed(StreamBody::new(futures_util::stream::iter(pieces)));
        let request = Request::post(EVENTS).header("content-type", JSON).header("content-length", "5").body(body).unwrap();
        assert_eq!(mount.ask(request).await.status, status);
    }
    let other = format!("{}{}", r#"{"type":"click"}"#, " ".repeat(60_000));
    assert_eq!(mount.post("/log-interaction", JSON, other).await.status, 204, "the other beacons' is another");
}

#[tokio::test]
async fn bodies_that_are_waited_for_are_bounded_in_bytes_and_take_no_place_of_the_other_beacons() {
    let monitor = monitor(Replay::new());
    let mut waiting: Vec<_> = (0..64).map(|_| Box::pin(never(&monitor, EVENTS))).collect();
    assert!(waiting.iter_mut().all(|beacon| beacon.now_or_never().is_none()));
    assert_eq!(never(&monitor, EVENTS).now_or_never(), Some(429), "64 of 1 MiB");
    assert_eq!(never(&monitor, "/log-interaction").now_or_never(), None, "others have places of their own");
    drop(waiting.pop());
    assert_eq!(never(&monitor, EVENTS).now_or_never(), None, "a place is free again");
}

#[tokio::test]
async fn without_a_writer_the_queue_fills_and_drops_and_counts_by_number() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    let before = Metrics::of(&monitor).await;
    for number in 0..1_030 {
        assert_eq!(post(&mount, batch(SESSION, number, &click(number, 1, 2))).await, 204);
    }
    let moves =
        only([(r#"rum_events_total{kind="session_event"}"#, 1_030.0), (r#"rum_rejected_total{reason="replay_full"}"#, 6.0)]);
    assert_eq!(moved(&before, &Metrics::of(&monitor).await), moves);
    tokio::time::timeout(Duration::from_secs(2), monitor.replay_writer()).await.unwrap_err();
    let list = get(&mount, "/replay/sessions").await.text;
    assert!(list.contains(r#""events":1024,"#), "{list}");
    assert_eq!(post(&mount, batch(SESSION, 2_000, &click(1, 1, 2))).await, 204);
    let full = r#"rum_rejected_total{reason="replay_full"}"#;
    assert_eq!(Metrics::of(&monitor).await.value(full), 6.0, "there is room again");
}

#[tokio::test]
async fn without_a_writer_the_queue_fills_and_drops_and_counts_by_bytes() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    let events = vec![click(1_790_000_000_123, 1, 2); 8_000].join(",");
    let batch_bytes = events.len();
    for number in 0..40 {
        assert_eq!(post(&mount, batch(SESSION, number, &events)).await, 204);
    }
    let full = Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="replay_full"}"#);
    let kept = 40 - full as usize;
    let most = 16 * MIB;
    assert!(kept * batch_bytes <= most && (kept + 2) * batch_bytes > most * 9 / 10, "{kept} of {batch_bytes} bytes");
}

#[tokio::test]
async fn a_session_past_its_limits_is_cut_off_and_counted() {
    let replay = [
        Replay::new().session_events(3),
        Replay::new().session_bytes(200),
        Replay::new().session_duration(Duration::from_millis(15)),
        Replay::new().store(MemoryStore::with_max_bytes(1_400)),
    ];
    for replay in replay {
        let shown = format!("{replay:?}");
        let monitor = monitor(replay);
        let mount = Mount::tower(&monitor);
        for number in 0..5 {
            assert_eq!(post(&mount, batch(SESSION, number, &click(10 * number, 1, 2))).await, 204);
        }
        written(&monitor).await;
        let refused = Metrics::of(&monitor).await.value(r#"rum_rejected_total{reason="replay_limit"}"#);
        let events = get(&mount, &session_path(SESSION)).await.text.matches("click").count();
        assert!((1..4).contains(&events), "{shown}: {events}");
        assert_eq!(refused, 5.0 - events as f64, "{shown}");
    }
}

/// A batch of exactly so many bytes, blanks among them.
fn padded(bytes: usize) -> String {
    let mut body = batch(SESSION, 0, &click(1, 2, 3));
    body.insert_str(1, &" ".repeat(bytes - body.len()));
    body
}

/// The status that a body which never comes is answered with.
async fn never(monitor: &Monitor, path: &str) -> u16 {
    let body = BodyExt::boxed(StreamBody::new(futures_util::stream::pending::<Result<http_body::Frame<Bytes>, Infallible>>()));
    let request = Request::post(path).header("content-type", JSON).body(body).unwrap();
    Mount::tower(monitor).ask(request).await.status
}
