//! What takes its time: an event stream, a WebSocket and a download. The first two end with the tour.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::http::header;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, http};
use futures_util::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::time::interval;
use tower_rum::UpgradeGuard;

use crate::ending::Going;

pub(crate) fn routes(going: &Going) -> Router {
    let open_ended = Router::new().route("/events", get(events)).route("/socket", any(socket)).with_state(going.clone());
    open_ended.route("/download", get(download))
}

#[derive(Deserialize)]
struct Asked {
    /// How many before the stream ends by itself; else it goes on.
    ticks: Option<usize>,
}

async fn events(State(going): State<Going>, Query(asked): Query<Asked>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let ticks = stream::unfold((interval(TICK), 0_u32), async |(mut clock, count)| {
        clock.tick().await;
        Some((Ok(Event::default().data(count.to_string())), (clock, count + 1)))
    });
    Sse::new(ticks.take(asked.ticks.unwrap_or(usize::MAX)).take_until(going.stopped()))
}

/// Says everything again.
async fn socket(upgrade: WebSocketUpgrade, guard: UpgradeGuard, State(going): State<Going>) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let _counted = guard;
        let echoing = async {
            // Up to the end, and not to the first Close: what is read after that answers it.
            while let Some(Ok(message)) = socket.recv().await {
                if matches!(message, Message::Text(_) | Message::Binary(_)) && socket.send(message).await.is_err() {
                    break;
                }
            }
        };
        let is_over = tokio::select! {
            () = echoing => true,
            () = going.stopped() => false,
        };
        if !is_over {
            leave(socket).await;
        }
    })
}

async fn leave(mut socket: WebSocket) {
    let goodbye = CloseFrame { code: close_code::AWAY, reason: "the tour ends".into() };
    // One that is gone need not be told.
    let _ = socket.send(Message::Close(Some(goodbye))).await;
}

/// 3 MB.
async fn download() -> impl IntoResponse {
    let chunks = stream::iter((0..60).map(|_| Ok::<_, Infallible>(Bytes::from_static(&CHUNK))));
    let headers: [(http::HeaderName, &str); 2] =
        [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, "attachment; filename=3MB.bin")];
    (headers, Body::from_stream(chunks))
}

static CHUNK: [u8; 50_000] = [b'.'; 50_000];
const TICK: Duration = Duration::from_millis(250);
