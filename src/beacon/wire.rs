//! Forms and JSON as they arrive, decoded and then validated into [events](super::Event).

use http::HeaderValue;
use serde::Deserialize;

use crate::config::Vocabulary;

use super::event::Event;
use super::form::{InteractionForm, PageLoadForm, UserErrorForm};
use super::object::Object;
use super::rejection::{Reason, Rejection};

/// Which of the single-event forms a body holds: its path says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    PageLoad,
    Interaction,
    UserError,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    UrlEncoded,
    Json,
    /// No content type, as a request without a body has.
    Unstated,
}

impl Format {
    /// `text/plain` holds JSON: it is what `sendBeacon` sends without a preflight.
    pub(crate) fn of(content_type: Option<&HeaderValue>) -> Result<Self, Rejection> {
        let Some(value) = content_type else {
            return Ok(Self::Unstated);
        };
        // As pages send it, told at once.
        if let b"application/json" | b"text/plain;charset=UTF-8" = value.as_bytes() {
            return Ok(Self::Json);
        }
        let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
        let is = |known: &str| essence.eq_ignore_ascii_case(known);
        if is("application/json") || is("text/plain") {
            Ok(Self::Json)
        } else if is("application/x-www-form-urlencoded") {
            Ok(Self::UrlEncoded)
        } else {
            Err(UNSUPPORTED)
        }
    }

    /// For what has no form.
    pub(crate) fn json_alone(self) -> Result<(), Rejection> {
        match self {
            Self::Json => Ok(()),
            Self::UrlEncoded | Self::Unstated => {
                Err(Reason::ContentType.because("content type takes application/json or text/plain (holding JSON)"))
            }
        }
    }

    pub(super) fn decode<'a, T: Deserialize<'a>>(self, body: &'a [u8]) -> Result<T, Rejection> {
        match self {
            Self::UrlEncoded => serde_urlencoded::from_bytes(body)
                .map_err(|_| Reason::Malformed.because("the form is malformed or has an unknown or missing field")),
            Self::Json => serde_json::from_slice(body).map(|Object(event)| event).map_err(|error| malformed_json(&error)),
            Self::Unstated => Err(UNSUPPORTED),
        }
    }
}

impl Form {
    /// The event that a body holds.
    pub(crate) fn decode<'a>(self, format: Format, body: &'a [u8], vocabulary: &'a Vocabulary) -> Result<Event<'a>, Rejection> {
        match self {
            Self::PageLoad => format.decode::<PageLoadForm>(body)?.event(),
            Self::Interaction => format.decode::<InteractionForm>(body)?.event(vocabulary),
            Self::UserError if body.is_empty() => UserErrorForm::default().event(),
            Self::UserError => format.decode::<UserErrorForm>(body)?.event(),
        }
    }
}

/// A number too large for a float is JSON all the same: what is wrong with it is its range.
pub(super) fn malformed_json(error: &serde_json::Error) -> Rejection {
    if error.to_string().starts_with("number out of range") {
        Reason::Range.because("a number is out of range")
    } else {
        Reason::Malformed.because("the JSON is malformed, of the wrong type, or has an unknown or missing field")
    }
}

const UNSUPPORTED: Rejection = Reason::ContentType
    .because("content type takes application/json, text/plain (holding JSON) or application/x-www-form-urlencoded");
