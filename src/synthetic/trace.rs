//! Where the time of a run goes, told by the client that spends it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A part of a run, named as `blackbox_exporter` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// The host's name is looked up.
    Resolve,
    /// A TCP connection is set up.
    Connect,
    /// TLS is agreed on.
    Tls,
    /// From the connection to the head of the response.
    Processing,
    /// From the head of the response to the end of its body.
    Transfer,
}

impl Phase {
    pub(super) const ALL: [Self; 5] = [Self::Resolve, Self::Connect, Self::Tls, Self::Processing, Self::Transfer];

    /// The value of the label `phase`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Processing => "processing",
            Self::Transfer => "transfer",
        }
    }
}

/// What a client tells about a request while it works on it: every request of a probe has one among its
/// [extensions](http::Request::extensions). Clones are the same trace.
///
/// A client that tells nothing spends all of its time in [`Phase::Processing`].
///
/// ```
/// use tower_rum::synthetic::{Phase, Trace};
/// # let request = http::Request::new(());
/// let trace = request.extensions().get::<Trace>().cloned().unwrap_or_default();
/// trace.enter(Phase::Connect);
/// // … connects; an error from here on is a failure to connect.
/// trace.enter(Phase::Processing);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Trace {
    times: Arc<Mutex<Times>>,
    lookups: Lookups,
}

/// Of one probe's names, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Lookups(Arc<Semaphore>);

impl Default for Lookups {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

#[derive(Debug, Default)]
struct Times {
    spent: [Duration; Phase::ALL.len()],
    now: Option<(Phase, Instant)>,
    /// Since a request was handed to a client that has told nothing about it yet.
    untold: bool,
    told: bool,
    expiry: Option<SystemTime>,
}

impl Trace {
    pub(super) fn of(lookups: &Lookups) -> Self {
        Self { times: Arc::default(), lookups: lookups.clone() }
    }

    /// For as long as a lookup goes on. The semaphore is never closed.
    pub(super) async fn look_up_alone(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.lookups.0).acquire_owned().await.ok()
    }

    /// A phase begins, and ends the one before it. One that is entered again adds up.
    pub fn enter(&self, phase: Phase) {
        let mut times = self.times();
        times.told = true;
        let first = std::mem::take(&mut times.untold) && matches!(phase, Phase::Resolve | Phase::Connect | Phase::Tls);
        match &mut times.now {
            Some((handed, _)) if first => *handed = phase,
            _ => times.enter(phase),
        }
    }

    /// A certificate that the server showed ends at this moment; of several the earliest counts. To be told before the certificate is judged, so that
    /// it is known of an expired one too.
    pub fn certificate_expires(&self, at: SystemTime) {
        let mut times = self.times();
        times.expiry = Some(times.expiry.map_or(at, |earliest| earliest.min(at)));
    }

    /// A request is handed to the client. Until it tells a phase it is processing, as far as anyone knows.
    pub(super) fn hand_over(&self) {
        let mut times = self.times();
        times.enter(Phase::Processing);
        times.untold = true;
    }

    /// The head of its response is there.
    pub(super) fn take_back(&self) {
        let mut times = self.times();
        times.enter(Phase::Transfer);
        times.untold = false;
    }

    pub(super) fn phase(&self) -> Phase {
        self.times().now.map_or(Phase::Processing, |(phase, _)| phase)
    }

    /// Ends the phase that it is in, and gives what was spent in each of those that are asked for. Of a client that told no phases there are
    /// those alone that any client has.
    pub(super) fn end(&self, asked: &[Phase]) -> (Vec<(Phase, Duration)>, Option<SystemTime>) {
        let mut times = self.times();
        times.leave();
        let any = [Phase::Processing, Phase::Transfer];
        let shown = asked.iter().filter(|phase| times.told || any.contains(phase));
        (shown.map(|&phase| (phase, times.spent[phase as usize])).collect(), times.expiry)
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        // Whatever a panic left behind are times that were measured.
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Times {
    fn enter(&mut self, phase: Phase) {
        self.leave();
        self.now = Some((phase, Instant::now()));
    }

    fn leave(&mut self) {
        if let Some((phase, since)) = self.now.take() {
            self.spent[phase as usize] += since.elapsed();
        }
    }
}
