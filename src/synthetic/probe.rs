//! What is probed, and how often.

use std::time::Duration;

use http::uri::Authority;

use crate::error::Error;

use super::outcome::Outcome;
use super::step::{Checked, Step};
use super::trace::Phase;

/// Something that is asked again and again, under a name that becomes the label `probe`.
///
/// By default every 60 s, for at most 10 s. What cannot work is an error of [`Probes::new`](super::Probes::new).
#[derive(Debug, Clone)]
#[must_use]
pub struct Probe {
    name: String,
    target: Target,
    interval: Duration,
    timeout: Duration,
    jitter: Option<Duration>,
}

#[derive(Debug, Clone)]
enum Target {
    Steps(Vec<Step>),
    Destination(String),
}

impl Probe {
    /// Sends requests one after the other, each once the one before gave what it should.
    pub fn http(name: impl Into<String>, steps: impl IntoIterator<Item = Step>) -> Self {
        Self::new(name.into(), Target::Steps(steps.into_iter().collect()))
    }

    /// Connects to a host and port, `db.internal:5432`, and closes the connection. What that took is `network_latency_ms` too, by the destination as it is
    /// written here.
    pub fn tcp(name: impl Into<String>, destination: impl Into<String>) -> Self {
        Self::new(name.into(), Target::Destination(destination.into()))
    }

    fn new(name: String, target: Target) -> Self {
        Self { name, target, interval: INTERVAL, timeout: TIMEOUT, jitter: None }
    }

    /// From the beginning of a run to that of the next, jitter aside. A run never begins before the one before it has ended: beginnings that it misses
    /// are left out. Default: 60 s.
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// How long a run may take, all steps together. Default: 10 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Each run, the first one too, begins later by something random below this, so that probes of one interval do not all begin at once. At most the
    /// interval. Default: a tenth of it.
    pub fn jitter(mut self, most: Duration) -> Self {
        self.jitter = Some(most);
        self
    }

    pub(super) fn check(self) -> Result<Plan, Error> {
        let name = self.name;
        let of_probe = |what: &str| Error::setting(format!("probe {name:?} {what}"));
        if name.is_empty() || name.len() > MAX_PROBE_NAME_BYTES {
            return Err(of_probe("takes a name of 1 to 128 bytes"));
        }
        if self.interval.is_zero() || self.timeout.is_zero() || self.interval > LONGEST || self.timeout > LONGEST {
            return Err(of_probe("takes an interval and a timeout above 0 and of at most a year"));
        }
        let jitter = self.jitter.unwrap_or(self.interval / 10);
        if jitter > self.interval {
            return Err(of_probe("takes a jitter of at most its interval"));
        }
        let task = match self.target {
            Target::Steps(steps) if steps.is_empty() => return Err(of_probe("takes at least one step")),
            Target::Steps(steps) => Task::Http(steps.into_iter().map(Step::check).collect::<Result<_, _>>()?),
            Target::Destination(text) => Task::Tcp(Destination::parse(text)?),
        };
        Ok(Plan { name, task, interval: self.interval, timeout: self.timeout, jitter })
    }
}

/// A [`Probe`] that can be carried out.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) task: Task,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
    pub(super) jitter: Duration,
}

#[derive(Debug)]
pub(super) enum Task {
    Http(Vec<Checked>),
    Tcp(Destination),
}

impl Task {
    pub(super) fn destination(&self) -> Option<&Destination> {
        match self {
            Self::Tcp(destination) => Some(destination),
            Self::Http(_) => None,
        }
    }

    /// What a run can go through.
    pub(super) fn phases(&self) -> &'static [Phase] {
        match self {
            Self::Http(_) => &Phase::ALL,
            Self::Tcp(_) => &[Phase::Resolve, Phase::Connect],
        }
    }

    /// What a run can end in.
    pub(super) fn outcomes(&self) -> &'static [Outcome] {
        match self {
            Self::Http(_) => &Outcome::ALL,
            Self::Tcp(_) => &Outcome::OF_CONNECTS,
        }
    }
}

#[derive(Debug)]
pub(super) struct Destination {
    /// As the host wrote it.
    pub(super) text: String,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Destination {
    fn parse(text: String) -> Result<Self, Error> {
        let authority = text.parse::<Authority>().ok().filter(|authority| !authority.as_str().contains('@'));
        let parts = authority.and_then(|authority| Some((bare(authority.host()).to_owned(), authority.port_u16()?)));
        match parts {
            Some((host, port)) if !host.is_empty() && port != 0 => Ok(Self { text, host, port }),
            _ => Err(Error::setting(format!(
                "a destination is a host and a port, such as db.internal:5432 or [::1]:5432, not {text:?}"
            ))),
        }
    }
}

/// A host without the brackets that an IPv6 address has in a URI.
pub(super) fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

const INTERVAL: Duration = Duration::from_secs(60);

const TIMEOUT: Duration = Duration::from_secs(10);

/// Far enough from where a moment in time overflows.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

const MAX_PROBE_NAME_BYTES: usize = 128;
