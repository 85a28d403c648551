//! `GET /healthz`: whether this instance is ready, as an exposition, for Prometheus's own `up` and for load balancers.
//!
//! | what the checks say | status | body |
//! |---|---|---|
//! | all pass, or there are none | 200 | `uptime_ready 1` |
//! | one fails, panics or takes too long | 503 | `uptime_ready 0` |
//!
//! Beside it stands `uptime_check_success{check}`, 1 or 0 for each check, behind the namespace and with the constant labels that our other families
//! have. Prometheus reads no body but that of a 200, so to it a failure is `up == 0`, as is an instance that is gone; which check it was, the body
//! tells those who ask. `HEAD` gives the status alone. A scrape job of its own keeps this `up` apart from that of `/metrics`:
//!
//! ```yaml
//! scrape_configs:
//!   - job_name: app-uptime
//!     metrics_path: /healthz
//!     static_configs:
//!       - targets: ["127.0.0.1:3000"]
//! ```
//!
//! The route is one of the public's: who asks at the port that users reach hears whether they reach it. **Strangers read the names of checks there**, and no
//! more of them: what an error says stays inside.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use http_body_util::{BodyExt, Empty};
//! use tower::{Layer, Service, service_fn};
//!
//! async fn ping() -> Result<(), std::io::Error> {
//!     Ok(()) // such as: pool.acquire().await?.ping().await
//! }
//!
//! let monitor = tower_rum::Monitor::builder().readiness("database", ping).readiness("cache", async || true).build().unwrap();
//! let not_ours = service_fn(async |_| Ok::<_, std::convert::Infallible>(http::Response::new(Empty::<bytes::Bytes>::new())));
//! let mut app = monitor.routes_layer().layer(not_ours);
//!
//! let request = http::Request::get("/healthz").body(Empty::<bytes::Bytes>::new()).unwrap();
//! let response = app.call(request).await.unwrap();
//! assert_eq!(response.status(), 200);
//! let text = response.into_body().collect().await.unwrap().to_bytes();
//! let text = str::from_utf8(&text).unwrap();
//! assert!(text.contains("\nuptime_check_success{check=\"database\"} 1\n"));
//! assert!(text.ends_with("\nuptime_ready 1\n"));
//! # });
//! ```
//!
//! # Checks
//!
//! They run when somebody asks, all at the same time, each as a task of its own, and together for at most
//! [`readiness_timeout`](crate::Builder::readiness_timeout). Requests that come meanwhile share what is found, and so do those of the second after that, so that
//! strangers cannot make a database work harder than one round of checks a second. A client that leaves stops nothing. A check that is late is dropped at its
//! next `await`; one that blocks its thread is left behind, and fails unasked until it has come back.
//!
//! On a tokio runtime this needs its timer. Without a tokio runtime (an executor of another kind) checks run where the request is polled, one after another, for as long as
//! they take.

mod checks;
mod verdict;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Response, StatusCode};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::config::Config;
use crate::serve::{self, Body};

pub(crate) use checks::Checks;
pub use checks::Ready;

use checks::Asking;
use verdict::{Families, Verdict};

/// Answers whether this instance is ready.
#[derive(Debug)]
pub(crate) struct Uptime {
    asking: Asking,
    timeout: Duration,
    families: Families,
    last: Mutex<Option<Round>>,
}

/// Of all checks: what they say, once they have said it.
type Round = watch::Receiver<Option<Verdict>>;

impl Uptime {
    pub(crate) fn new(checks: Checks, config: &Config) -> Self {
        Self {
            asking: Asking::new(checks),
            timeout: config.readiness_timeout,
            families: Families::new(config),
            last: Mutex::default(),
        }
    }

    /// The answer to a request; the server leaves the body out where the method is HEAD.
    pub(crate) async fn respond(self: &Arc<Self>, method: &Method) -> Response<Body> {
        if let Some(response) = serve::method_not_allowed(method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let verdict = self.verdict().await;
        let status = if verdict.is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        serve::plain_exposition(status, verdict.text)
    }

    async fn verdict(self: &Arc<Self>) -> Verdict {
        // A round is lost with the runtime of whoever began it: an actix worker's may end while others go on.
        for _ in 0..ROUNDS {
            let (mut round, begun) = self.join();
            if let Some(teller) = begun {
                let uptime = Arc::clone(self);
                let asked = async move { teller.send_replace(Some(uptime.ask().await)) };
                match Handle::try_current() {
                    // In a task, so that a client that leaves does not have the checks begin anew for the next.
                    Ok(runtime) => drop(runtime.spawn(asked)),
                    Err(_) => drop(asked.await),
                }
            }
            let told = round.wait_for(Option::is_some).await;
            if let Some(verdict) = told.ok().and_then(|told| told.clone()) {
                return verdict;
            }
        }
        self.families.verdict(self.asking.names().map(|name| (name, false)))
    }

    /// The round that is under way or was just now, or a new one and the way to tell what it finds.
    fn join(&self) -> (Round, Option<watch::Sender<Option<Verdict>>>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(round) = last.as_ref().filter(|round| is_current(round)) {
            return (round.clone(), None);
        }
        let (teller, round) = watch::channel(None);
        *last = Some(round.clone());
        (round, Some(teller))
    }

    async fn ask(&self) -> Verdict {
        let said = self.asking.ask(self.timeout).await;
        self.families.verdict(self.asking.names().zip(said))
    }
}

fn is_current(round: &Round) -> bool {
    // Asked first: what it tells, it tells before it ends.
    let goes_on = round.has_changed().is_ok();
    round.borrow().as_ref().map_or(goes_on, |verdict| verdict.reached.elapsed() < Duration::from_secs(VERDICT_KEPT_SECONDS))
}

const ROUNDS: usize = 2;
const VERDICT_KEPT_SECONDS: u64 = 1;
