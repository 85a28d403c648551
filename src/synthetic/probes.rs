//! The probes of a host, and the future that runs them.

use std::collections::HashSet;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::Service;

use crate::error::Error;

use super::board::{Board, Ended};
use super::families::ProbeCollector;
use super::outcome::{Failure, Outcome};
use super::probe::{Plan, Probe, Task};
use super::schedule::Schedule;
use super::trace::{Lookups, Trace};
use super::{steps, tcp};

/// Probes that belong together: they are shown by one collector and run by one future.
pub struct Probes {
    plans: Arc<[Plan]>,
    board: Arc<Board>,
    on_failure: OnFailure,
}

type BoxError = Box<dyn StdError + Send + Sync>;

type OnFailure = Arc<dyn Fn(&str, &Failure) + Send + Sync>;

impl Probes {
    /// Checks what is declared.
    ///
    /// # Errors
    ///
    /// When a name, a URI, a header, a status, a destination, an interval or a timeout cannot work, or two probes have one name or one destination. The
    /// error's text says which and what it takes.
    pub fn new(probes: impl IntoIterator<Item = Probe>) -> Result<Self, Error> {
        let plans = probes.into_iter().map(Probe::check).collect::<Result<Arc<[Plan]>, _>>()?;
        let mut taken = HashSet::new();
        for Plan { name, task, .. } in &*plans {
            let destination = task.destination().map(|destination| ("destination", &destination.text));
            for (what, text) in [Some(("name", name)), destination].into_iter().flatten() {
                if !taken.insert((what, text)) {
                    return Err(Error::setting(format!("each probe takes a {what} of its own, and two have {text:?}")));
                }
            }
        }
        let board = Arc::new(Board::new(&plans));
        Ok(Self { plans, board, on_failure: Arc::new(|_, _| ()) })
    }

    /// Is called with the name of a probe whenever a run of it failed, and with why: for a log. The metrics say only what kind of failure it was.
    /// It must not wait for anything. A panic of its own is left behind.
    #[must_use]
    pub fn on_failure(mut self, call: impl Fn(&str, &Failure) + Send + Sync + 'static) -> Self {
        self.on_failure = Arc::new(call);
        self
    }

    /// What the probes give, as metrics: for [`Builder::collector`](crate::Builder::collector), or for any [`prometheus::Registry`].
    #[must_use]
    pub fn collector(&self) -> ProbeCollector {
        ProbeCollector::new(Arc::clone(&self.board))
    }

    /// Runs the probes for as long as this future lives, each in a task of its own and its runs one after the other.
    ///
    /// Dropping it, or aborting the task that it is in, ends the runs that are under way and closes their connections; what the last runs gave is shown
    /// no longer, and the counters stay. It belongs into a tokio runtime with time and I/O turned on.
    pub async fn run<S, B>(self, client: S) -> Infallible
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>> + Clone + Send + 'static,
        S::Error: Into<Box<dyn StdError + Send + Sync>> + 'static,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        let _shown = WhileRunning(Arc::clone(&self.board));
        let mut running = JoinSet::new();
        for index in 0..self.plans.len() {
            let one = One { plans: Arc::clone(&self.plans), board: Arc::clone(&self.board), index };
            let client = client.clone();
            let run = move |one: One, trace| one.once(client.clone(), trace);
            running.spawn(one.repeat(run, Arc::clone(&self.on_failure)));
        }
        pending().await
    }
}

impl fmt::Debug for Probes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probes").field("plans", &self.plans).finish_non_exhaustive()
    }
}

struct WhileRunning(Arc<Board>);

impl Drop for WhileRunning {
    fn drop(&mut self) {
        self.0.0.iter().for_each(super::board::Line::wipe);
    }
}

/// One of the probes.
#[derive(Clone)]
struct One {
    plans: Arc<[Plan]>,
    board: Arc<Board>,
    index: usize,
}

impl One {
    fn plan(&self) -> &Plan {
        &self.plans[self.index]
    }

    async fn repeat<R>(self, once: impl Fn(Self, Trace) -> R, on_failure: OnFailure)
    where
        R: Future<Output = Result<(), Failure>> + Send + 'static,
    {
        let mut schedule = Schedule::new(self.plan().interval, self.plan().jitter);
        let lookups = Lookups::default();
        loop {
            schedule.next().await;
            let trace = Trace::of(&lookups);
            let began = Instant::now();
            // In a task of its own, so that a client that panics costs one run; dropping the set ends it.
            let mut run = JoinSet::new();
            run.spawn(once(self.clone(), trace.clone()));
            let result = match run.join_next().await {
                Some(Ok(result)) => result,
                _panicked => Err(Failure::new(Outcome::Panic, "the client panicked")),
            };
            let latency = began.elapsed();
            let (phases, expiry) = trace.end(self.plan().task.phases());
            let outcome = result.as_ref().err().map_or(Outcome::Success, Failure::outcome);
            self.board.0[self.index].write(Ended { outcome, latency, phases, expiry });
            if let Err(failure) = result {
                let told = catch_unwind(AssertUnwindSafe(|| on_failure(&self.plan().name, &failure)));
                drop(told);
            }
        }
    }

    async fn once<S, B>(self, mut client: S, trace: Trace) -> Result<(), Failure>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
        B: Body<Error: Into<BoxError>>,
    {
        let Plan { task, timeout: limit, .. } = self.plan();
        let check = async {
            match task {
                Task::Http(asked) => steps::check(asked, &mut client, &trace).await,
                Task::Tcp(destination) => tcp::check(destination, &trace).await,
            }
        };
        let late = |_| Failure::new(Outcome::Timeout, format!("not over within {limit:?}, in phase {}", trace.phase().as_str()));
        timeout(*limit, check).await.map_err(late)?
    }
}
