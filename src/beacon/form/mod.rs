//! The fields of each event as they are sent, and the checks that make an [`Event`](super::Event) of them.

mod measured;
mod page;
mod user;

use std::borrow::Cow;

use super::rejection::{Reason, Rejection};

pub(super) use measured::{CounterForm, HistogramForm, RequestForm, ThirdPartyFailureForm, ThirdPartyForm};
pub(super) use page::{PageLoadForm, WebVitalsForm};
pub(super) use user::{BareForm, ConversionForm, EngagedTimeForm, InteractionForm, JourneyForm, PageViewForm, UserErrorForm};

type Text<'a> = Cow<'a, str>;

fn counted(count: Option<u64>) -> Result<u64, Rejection> {
    match count.unwrap_or(1) {
        count @ 1..=1_000 => Ok(count),
        _ => Err(Reason::Range.because("a count takes 1 to 1000")),
    }
}

/// Milliseconds of up to ten minutes, as seconds.
fn seconds(milliseconds: f64, message: &'static str) -> Result<f64, Rejection> {
    Ok(ranged(milliseconds, 600_000.0, message)? / 1_000.0)
}

/// A number from 0 to `most`; never NaN, infinite or negative.
fn ranged(value: f64, most: f64, message: &'static str) -> Result<f64, Rejection> {
    if (0.0..=most).contains(&value) {
        Ok(value.abs()) // -0.0 is in range, and is 0.0
    } else {
        Err(Reason::Range.because(message))
    }
}
