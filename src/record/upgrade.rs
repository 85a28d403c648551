//! A connection that its handler takes over: counted from the head that hands it over until the handler's guard is dropped.

use std::fmt;
use std::mem;
use std::sync::{Arc, PoisonError, Weak};

use http::Extensions;

use crate::clock::Moment;

use super::Recorder;
use super::local;
use super::rows::Row;
use super::sync::{Mutex, MutexGuard};

/// Counts a connection that its handler has taken over, for as long as this value lives: move it into the task that owns the socket.
///
/// A layer sees a WebSocket, another upgrade or a tunnel up to its response head, and counts that as one request (status `101`, or the `2xx`
/// that answers `CONNECT`). What comes after the head, only its handler sees. With this guard it shows in
///
/// | metric | type | labels | moves |
/// |---|---|---|---|
/// | `http_upgraded_connections` | gauge | endpoint | up when the guard is taken and the head has handed the connection over; down when the guard is dropped |
/// | `http_upgraded_duration_seconds` | histogram, 1 s to 4 h | endpoint | when the guard is dropped: the time since the head |
///
/// `method` is no label: a WebSocket is a `GET` over HTTP/1.1 and a `CONNECT` over HTTP/2. An endpoint appears with its first
/// connection. A response that hands nothing over counts here as nothing, and so does a guard that is never taken.
///
/// The layer leaves what this is [taken](Self::take) from in the extensions of an HTTP/1.1 request with an `Upgrade` field (RFC 9110, 7.8) and of a
/// `CONNECT` (RFC 9110, 9.3.6), that of a WebSocket over HTTP/2 included (RFC 8441).
///
/// # In axum
///
/// It is an extractor, which never fails:
///
#[cfg_attr(feature = "axum", doc = "```")]
#[cfg_attr(not(feature = "axum"), doc = "```ignore")]
/// use axum::extract::ws::{WebSocket, WebSocketUpgrade};
/// use axum::response::Response;
/// use axum::{Router, routing::any};
/// use tower_rum::UpgradeGuard;
///
/// async fn echo(upgrade: WebSocketUpgrade, guard: UpgradeGuard) -> Response {
///     upgrade.on_upgrade(async move |mut socket: WebSocket| {
///         let _guard = guard;
///         while let Some(Ok(message)) = socket.recv().await {
///             if socket.send(message).await.is_err() {
///                 break;
///             }
///         }
///     })
/// }
///
/// let monitor = tower_rum::Monitor::new();
/// let app: Router = Router::new().route("/echo", any(echo)).merge(monitor.routes()).layer(monitor.layer());
/// ```
///
/// # In hyper
///
/// ```
/// use std::convert::Infallible;
///
/// use bytes::Bytes;
/// use http::header::{CONNECTION, UPGRADE};
/// use http::{Request, Response, StatusCode};
/// use http_body_util::Empty;
/// use hyper::body::Incoming;
/// use hyper_util::rt::TokioIo;
/// use tower::{ServiceBuilder, service_fn};
/// use tower_rum::UpgradeGuard;
///
/// async fn echo(request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
///     let guard = UpgradeGuard::take(request.extensions());
///     tokio::spawn(async move {
///         let _guard = guard;
///         if let Ok(connection) = hyper::upgrade::on(request).await {
///             let (mut from, mut to) = tokio::io::split(TokioIo::new(connection));
///             let _ = tokio::io::copy(&mut from, &mut to).await;
///         }
///     });
///     let response = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS).header(CONNECTION, "upgrade").header(UPGRADE, "echo");
///     Ok(response.body(Empty::new()).expect("a head of constants"))
/// }
///
/// let monitor = tower_rum::Monitor::new();
/// let service = ServiceBuilder::new().layer(monitor.layer()).service(service_fn(echo));
/// ```
#[must_use = "the connection counts for as long as the guard lives"]
#[derive(Default)]
pub struct UpgradeGuard(Vec<Arc<Connection>>);

impl UpgradeGuard {
    /// Takes the guard of a request, by its extensions.
    ///
    /// It stands for nothing if there is none: without the layer, on a route that is not counted, for a request that asks for no upgrade,
    /// and when it has been taken before, from a clone of the request as well.
    pub fn take(extensions: &Extensions) -> Self {
        extensions.get().map(UpgradeOffer::take).unwrap_or_default()
    }
}

impl Drop for UpgradeGuard {
    fn drop(&mut self) {
        self.0.iter().for_each(|connection| connection.close());
    }
}

impl fmt::Debug for UpgradeGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpgradeGuard").finish_non_exhaustive()
    }
}

/// What a request carries for its handler to take a guard from: a connection for each layer that it has come through.
///
/// Copies share the connections, so that each is taken once.
#[derive(Clone, Default)]
pub(crate) struct UpgradeOffer(Vec<Arc<Connection>>);

impl UpgradeOffer {
    pub(crate) fn take(&self) -> UpgradeGuard {
        UpgradeGuard(self.0.iter().filter(|connection| connection.take()).cloned().collect())
    }

    pub(super) fn add(&mut self, connection: Arc<Connection>) {
        self.0.push(connection);
    }
}

/// A connection that a request may become.
pub(super) struct Connection {
    recorder: Weak<Recorder>,
    stage: Mutex<Stage>,
}

#[derive(Clone, Copy)]
enum Stage {
    /// Neither is there: the guard's taker, and the head that hands the connection over.
    Offered,
    /// The handler has the guard.
    Taken,
    /// The head of a request in this row went out then.
    HandedOver(Row, Moment),
    /// Both.
    Open {
        since: Moment,
        series: usize,
    },
    Over,
}

impl Connection {
    pub(super) fn new(recorder: &Weak<Recorder>) -> Self {
        Self { recorder: Weak::clone(recorder), stage: Mutex::new(Stage::Offered) }
    }

    pub(super) fn hand_over(&self, row: Row) {
        let mut stage = self.stage();
        let now = Moment::now();
        *stage = match *stage {
            Stage::Offered => Stage::HandedOver(row, now),
            Stage::Taken => self.open(row, now),
            further => further,
        };
    }

    /// Whether this was the first to take it.
    fn take(&self) -> bool {
        let mut stage = self.stage();
        *stage = match *stage {
            Stage::Offered => Stage::Taken,
            Stage::HandedOver(row, since) => self.open(row, since),
            _ => return false,
        };
        true
    }

    fn open(&self, row: Row, since: Moment) -> Stage {
        let Some(series) = self.recorder.upgrade().and_then(|recorder| recorder.upgrade_series(row)) else { return Stage::Over };
        local::with(&self.recorder, |local| {
            local.upgraded(series);
            Some(())
        });
        Stage::Open { since, series }
    }

    fn close(&self) {
        let last = mem::replace(&mut *self.stage(), Stage::Over);
        if let Stage::Open { since, series } = last {
            let nanoseconds = since.nanoseconds();
            local::with(&self.recorder, |local| local.upgrade_ended(series, nanoseconds));
        }
    }

    /// Held while an opening is recorded, so that no end is recorded before it.
    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
