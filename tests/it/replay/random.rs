//! What a hostile sender can try by chance: nothing panics, every body is answered from the table, and what is stored is what types allow.

use serde_json::Value;
use tower_rum::replay::Replay;

use crate::support::metrics::Metrics;
use crate::support::mount::{FORM, JSON, Mount, TEXT};
use crate::support::random::Random;

use super::{EVENTS, SESSION, batch, builder, click, get, session_path, written};

#[tokio::test]
async fn no_body_of_random_bytes_panics() {
    attacked(11, |random| random.bytes(300)).await;
}

#[tokio::test]
async fn no_body_that_is_almost_a_batch_panics() {
    attacked(12, |random| random.joined(&PIECES, 16)).await;
}

#[tokio::test]
async fn no_batch_with_a_few_bytes_changed_panics() {
    let layout = r#"{"type":"layout","timestamp":1,"boxes":[[0,0,1,1,"text"]]}"#;
    let good = batch(SESSION, 3, &[&click(1, 2, 3), layout].join(","));
    let rrweb = format!(
        r#"{{"version":1,"session":"{SESSION}","number":4,"format":"rrweb","events":[{{"type":3,"timestamp":1,"data":{{"source":2,"type":2,"x":1,"y":2}}}}]}}"#
    );
    let single = format!(r#"{{"session":"{SESSION}","type":"input","timestamp":1,"target":"A","field":"text"}}"#);
    let bodies = [good, rrweb, single];
    attacked(13, move |random| {
        let body = random.pick(&bodies).clone().into_bytes();
        random.changed(body)
    })
    .await;
}

/// Posts 5 000 bodies, and reads what is stored of them.
async fn attacked(seed: u64, body: impl Fn(&mut Random) -> Vec<u8>) {
    let monitor = builder(Replay::new().rrweb(true)).build().unwrap();
    let mount = Mount::tower(&monitor);
    let writer = tokio::spawn(monitor.replay_writer());
    let before = Metrics::of(&monitor).await;
    let mut random = Random::seeded(seed);
    for _ in 0..5_000 {
        let content_type = *random.pick(&[JSON, JSON, TEXT, FORM, ""]);
        let body = body(&mut random);
        let shown = String::from_utf8_lossy(&body).into_owned();
        let answer = mount.post(EVENTS, content_type, body).await;
        assert!([204, 400, 415, 422].contains(&answer.status), "{} for {shown}", answer.status);
    }
    writer.abort();
    assert!(writer.await.unwrap_err().is_cancelled(), "the writer panicked");
    written(&monitor).await;
    let after = Metrics::of(&monitor).await;
    let names = |metrics: &Metrics| metrics.samples().map(|(series, _)| series.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "series came or went");
    let list: Value = serde_json::from_str(&get(&mount, "/replay/sessions").await.text).unwrap();
    for session in list["sessions"].as_array().unwrap() {
        let id = session["id"].as_str().unwrap();
        let text = get(&mount, &session_path(id)).await.text;
        let recording: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(Value::from(recording["events"].as_array().unwrap().len()), session["events"], "{text}");
        assert!(recording["format"] == "rrweb" || !text.contains('<'), "{text}");
    }
}

const PIECES: [&str; 33] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "null",
    "true",
    "-",
    "0",
    "1e9",
    "1e999",
    "NaN",
    "\0",
    "\u{feff}",
    "{\"version\":1,",
    "\"session\":\"0123456789abcdef0123456789abcdef\",",
    "\"number\":1,",
    "\"events\":[",
    "]}",
    "\"format\":\"rrweb\",",
    "{\"type\":\"click\",",
    "{\"type\":2,",
    "\"timestamp\":1",
    "\"x\":1,\"y\":2,",
    "\"target\":\"A\"",
    "\"target\":\"<b>\"",
    "\"boxes\":[[0,0,1,1,\"text\"]]",
    "\"data\":{\"source\":2,\"type\":2,\"x\":1,\"y\":1e400}",
];
