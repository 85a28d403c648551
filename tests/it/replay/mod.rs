//! Session replay: what pages may send, what is stored of it, and what operators see.

pub mod contract;
mod events;
mod ingest;
mod limits;
mod memory;
mod operator;
mod random;
mod writer;

use prometheus::Registry;
use tower_rum::replay::Replay;
use tower_rum::{Builder, Monitor};

use crate::support::mount::{Answer, JSON, Mount};

const EVENTS: &str = "/log-session-event";
const SESSION: &str = "0123456789abcdef0123456789abcdef";

fn builder(replay: Replay) -> Builder {
    Monitor::builder().registry(Registry::new()).beacons_per_second(u32::MAX).replay(replay)
}

fn monitor(replay: Replay) -> Monitor {
    builder(replay).build().unwrap()
}

/// A batch of the recorder's, written out.
fn batch(session: &str, number: u64, events: &str) -> String {
    format!(r#"{{"version":1,"session":"{session}","number":{number},"events":[{events}]}}"#)
}

fn click(time: u64, x: i32, y: i32) -> String {
    format!(r#"{{"type":"click","timestamp":{time},"x":{x},"y":{y},"target":"BUTTON"}}"#)
}

async fn get(mount: &Mount, path: &str) -> Answer {
    ask(mount, "GET", path, &[]).await
}

async fn ask(mount: &Mount, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(http::Request::builder(), |request, &(name, value)| request.header(name, value));
    mount.ask(request.method(method).uri(path).body(crate::support::mount::whole("")).unwrap()).await
}

async fn post(mount: &Mount, body: impl Into<bytes::Bytes>) -> u16 {
    mount.post(EVENTS, JSON, body).await.status
}

fn session_path(session: &str) -> String {
    format!("/replay/session?id={session}")
}

/// The writer at work, until its queue is empty.
async fn written(monitor: &Monitor) {
    let _ = tokio::time::timeout(std::time::Duration::from_millis(100), monitor.replay_writer()).await;
}
