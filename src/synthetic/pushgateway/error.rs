//! Why a push failed.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::synthetic::outcome::with_causes;

/// Why a call to a [`Pushgateway`](super::Pushgateway) failed. Its [`Display`](fmt::Display) says it in one line, for a log.
#[derive(Debug)]
pub struct PushError {
    why: Why,
}

#[derive(Debug)]
enum Why {
    Family(String),
    Client(String),
    Timeout(Duration),
    Refused(StatusCode, String),
}

impl PushError {
    /// What the Pushgateway, or a proxy before it, answered; none where no answer came, or nothing was sent.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self.why {
            Why::Refused(status, _) => Some(status),
            _ => None,
        }
    }

    pub(super) fn family(name: &str) -> Self {
        Self { why: Why::Family(name.to_owned()) }
    }

    pub(super) fn client(error: &(dyn Error + 'static)) -> Self {
        Self { why: Why::Client(with_causes(error)) }
    }

    pub(super) fn timeout(limit: Duration) -> Self {
        Self { why: Why::Timeout(limit) }
    }

    pub(super) fn refused(status: StatusCode, line: String) -> Self {
        Self { why: Why::Refused(status, line) }
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Family(name) => write!(f, "nothing was pushed: the text format cannot say the family {name:?}"),
            Why::Client(error) => write!(f, "the Pushgateway gave no answer: {error}"),
            Why::Timeout(limit) => write!(f, "the Pushgateway gave no answer within {limit:?}"),
            Why::Refused(status, line) if line.is_empty() => write!(f, "the Pushgateway answered {status}"),
            Why::Refused(status, line) => write!(f, "the Pushgateway answered {status}: {line}"),
        }
    }
}

impl Error for PushError {}
