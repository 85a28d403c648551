//! How a run of a probe ends.

use std::error::Error;
use std::fmt;

use super::trace::Phase;

/// The `result` of a run of a probe: the first thing that went wrong, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Everything that was expected came in time.
    Success,
    /// The host's name was not resolved.
    Resolve,
    /// No address of the host took a connection.
    Connect,
    /// TLS was not agreed on, or the certificate does not hold.
    Tls,
    /// The request was sent, or handed to a client that tells no phases, and no head of a response came.
    Request,
    /// A redirect past the limit, or to where none leads.
    Redirect,
    /// Another status than expected.
    Status,
    /// No header field as expected.
    Header,
    /// The body broke off.
    Transfer,
    /// The body is longer than what is read of it.
    TooLarge,
    /// The body came whole, without a text that was expected.
    Body,
    /// The probe's time was over.
    Timeout,
    /// The client panicked.
    Panic,
}

impl Outcome {
    pub(super) const ALL: [Self; 13] = [
        Self::Success,
        Self::Resolve,
        Self::Connect,
        Self::Tls,
        Self::Request,
        Self::Redirect,
        Self::Status,
        Self::Header,
        Self::Transfer,
        Self::TooLarge,
        Self::Body,
        Self::Timeout,
        Self::Panic,
    ];

    /// What a probe that only connects can end in.
    pub(super) const OF_CONNECTS: [Self; 5] = [Self::Success, Self::Resolve, Self::Connect, Self::Timeout, Self::Panic];

    /// The value of the label `result`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Request => "request",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::Header => "header",
            Self::Transfer => "transfer",
            Self::TooLarge => "too_large",
            Self::Body => "body",
            Self::Timeout => "timeout",
            Self::Panic => "panic",
        }
    }

    /// What an error is that comes up in a phase.
    pub(super) fn failed_in(phase: Phase) -> Self {
        match phase {
            Phase::Resolve => Self::Resolve,
            Phase::Connect => Self::Connect,
            Phase::Tls => Self::Tls,
            Phase::Processing => Self::Request,
            Phase::Transfer => Self::Transfer,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a run of a probe failed, for a log: one line of at most some 1 000 characters; see [`Probes::on_failure`](super::Probes::on_failure).
#[derive(Debug, Clone)]
pub struct Failure {
    outcome: Outcome,
    reason: String,
}

impl Failure {
    pub(super) fn new(outcome: Outcome, reason: impl AsRef<str>) -> Self {
        // A target has its say in it.
        let printable = |character: char| if character.is_control() { ' ' } else { character };
        Self { outcome, reason: reason.as_ref().chars().take(MOST_CHARACTERS).map(printable).collect() }
    }

    /// With an error and what it comes from.
    pub(super) fn of(outcome: Outcome, error: &(dyn Error + 'static)) -> Self {
        Self::new(outcome, with_causes(error))
    }

    /// What it is counted as.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.outcome, self.reason)
    }
}

impl Error for Failure {}

/// With all that it comes from.
pub(super) fn with_causes(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let reasons: Vec<String> = chain.map(ToString::to_string).collect();
    reasons.join(": ")
}

/// Of a reason: a URI that a target redirects to may have 64 KiB.
const MOST_CHARACTERS: usize = 1_000;
