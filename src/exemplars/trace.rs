use std::fmt;
use std::num::{NonZeroU64, NonZeroU128};

use http::HeaderValue;

/// The trace that a request belongs to, and the span that it is part of, as W3C Trace Context names them
/// (<https://www.w3.org/TR/trace-context/>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    trace: TraceId,
    span: NonZeroU64,
    sampled: bool,
}

/// Names one trace; shown as 32 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TraceId(NonZeroU128);

impl TraceContext {
    /// Of a trace that is being kept, by its ids as OpenTelemetry's `to_bytes` gives them; `None` where one of them is all zeros, which is no id.
    #[must_use]
    pub fn new(trace_id: [u8; 16], span_id: [u8; 8]) -> Option<Self> {
        let trace = TraceId::of(u128::from_be_bytes(trace_id))?;
        Some(Self { trace, span: NonZeroU64::new(u64::from_be_bytes(span_id))?, sampled: true })
    }

    /// What a `traceparent` field says, sampled or not; `None` for a field that the recommendation calls invalid.
    ///
    /// Version 00 to the letter; of a later version its first four parts, as the recommendation asks; never version ff.
    ///
    /// ```
    /// use tower_rum::exemplars::TraceContext;
    ///
    /// let field = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    /// assert!(TraceContext::from_traceparent(field).is_some_and(|context| context.is_sampled()));
    /// assert_eq!(TraceContext::from_traceparent(b"00-4bf92f35"), None);
    /// ```
    #[must_use]
    pub fn from_traceparent(field: &[u8]) -> Option<Self> {
        let (known, further) = field.split_at_checked(FLAGS.end)?;
        let separated = [TRACE.start, SPAN.start, FLAGS.start].iter().all(|&start| known[start - 1] == b'-');
        let complete = match hexadecimal(&known[VERSION])? {
            0 => further.is_empty(),
            0xff => false,
            _ => further.is_empty() || further[0] == b'-',
        };
        if !separated || !complete {
            return None;
        }
        let trace = TraceId::of_digits(&known[TRACE])?;
        let span = NonZeroU64::new(hexadecimal(&known[SPAN])?)?;
        let sampled = hexadecimal(&known[FLAGS])? & SAMPLED != 0;
        Some(Self { trace, span, sampled })
    }

    /// Whether whoever began the trace says that it is being kept.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    pub(crate) fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// The `Server-Timing` field that hands it to the page: `traceparent;desc="00-…-…-01"`, as tracing scripts of others read it too.
    pub(crate) fn server_timing(&self) -> Option<HeaderValue> {
        let Self { trace, span, sampled } = self;
        HeaderValue::from_maybe_shared(format!("traceparent;desc=\"00-{trace}-{span:016x}-{:02x}\"", u8::from(*sampled))).ok()
    }
}

impl TraceId {
    pub(crate) fn of(number: u128) -> Option<Self> {
        NonZeroU128::new(number).map(Self)
    }

    /// Of 32 lowercase hexadecimal digits that are not all zero.
    pub(crate) fn of_digits(digits: &[u8]) -> Option<Self> {
        let (high, low) = digits.split_at_checked(DIGITS / 2)?;
        if low.len() != DIGITS / 2 {
            return None;
        }
        Self::of(u128::from(hexadecimal(high)?) << 64 | u128::from(hexadecimal(low)?))
    }

    pub(crate) fn number(self) -> u128 {
        self.0.get()
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number that up to sixteen digits write. Upper case is none of them here: an id that reads differently would be another one.
fn hexadecimal(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number, &digit| {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(number << 4 | u64::from(value))
    })
}

/// Where the parts of a `traceparent` field stand, a dash before each but the first.
const VERSION: std::ops::Range<usize> = 0..2;
const TRACE: std::ops::Range<usize> = 3..3 + DIGITS;
const SPAN: std::ops::Range<usize> = 36..52;
const FLAGS: std::ops::Range<usize> = 53..55;
const SAMPLED: u64 = 1;

/// Of a trace id.
const DIGITS: usize = 32;
