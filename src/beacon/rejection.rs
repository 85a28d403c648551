//! Why a beacon was not recorded as sent: a status for the sender and a label for the operator.

use http::StatusCode;

/// One line of text for the sender, which never echoes what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) reason: Reason,
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Malformed,
    Origin,
    Timeout,
    TooLarge,
    ContentType,
    Range,
    UnknownName,
    UnknownKind,
    Version,
    Rate,
    /// A program, by its user agent or by its own word: answered as if recorded.
    Bot,
    /// The browser asks not to be measured (Global Privacy Control, Do Not Track): answered as if recorded.
    Privacy,
    /// A batch that was there before: answered as if recorded.
    Duplicate,
    /// Recorded, under the overflow series of a family at its cap.
    Series,
    /// A session's events that found the queue to the store full: answered as if stored.
    ReplayFull,
    /// A batch that would take its session past a cap, or whose session an operator has deleted: not stored.
    ReplayLimit,
    /// A batch that the store failed to take, or did not take in time.
    ReplayStore,
}

impl Reason {
    pub(crate) const ALL: [Self; 17] = [
        Self::Malformed,
        Self::Origin,
        Self::Timeout,
        Self::TooLarge,
        Self::ContentType,
        Self::Range,
        Self::UnknownName,
        Self::UnknownKind,
        Self::Version,
        Self::Rate,
        Self::Bot,
        Self::Privacy,
        Self::Duplicate,
        Self::Series,
        Self::ReplayFull,
        Self::ReplayLimit,
        Self::ReplayStore,
    ];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Origin => "origin",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::ContentType => "content_type",
            Self::Range => "range",
            Self::UnknownName => "unknown_name",
            Self::UnknownKind => "unknown_kind",
            Self::Version => "version",
            Self::Rate => "rate",
            Self::Bot => "bot",
            Self::Privacy => "privacy",
            Self::Duplicate => "duplicate",
            Self::Series => "series",
            Self::ReplayFull => "replay_full",
            Self::ReplayLimit => "replay_limit",
            Self::ReplayStore => "replay_store",
        }
    }

    /// Whether it is of no use where no sessions are recorded.
    pub(crate) fn is_of_replay(self) -> bool {
        matches!(self, Self::ReplayFull | Self::ReplayLimit | Self::ReplayStore)
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Origin => StatusCode::FORBIDDEN,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Range | Self::UnknownName | Self::UnknownKind | Self::Version => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Rate => StatusCode::TOO_MANY_REQUESTS,
            Self::Bot
            | Self::Privacy
            | Self::Duplicate
            | Self::Series
            | Self::ReplayFull
            | Self::ReplayLimit
            | Self::ReplayStore => StatusCode::NO_CONTENT,
        }
    }

    pub(crate) const fn because(self, message: &'static str) -> Rejection {
        Rejection { reason: self, status: self.status(), message }
    }
}

impl Rejection {
    /// The answer to a batch of which nothing could be recorded, whatever was wrong with its events.
    pub(crate) fn of_the_whole_batch(self) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, ..self }
    }
}
