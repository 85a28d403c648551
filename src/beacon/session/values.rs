//! Numbers and texts of a session's events that are what they have to be.

use serde::{Deserialize, Serialize};

/// CSS pixels from a corner, whole; negative for what is left of it or above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "f64")]
pub(super) struct Position(pub(super) i32);

/// CSS pixels of a side, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "f64")]
pub(super) struct Length(i32);

/// Milliseconds since 1970 by the page's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "u64")]
pub(super) struct Timestamp(pub(super) u64);

/// A selector: tag names, declared names, ids and places. It holds no character that HTML reads as markup.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String")]
pub(super) struct Target(String);

impl TryFrom<f64> for Position {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        if value.abs() <= MOST_PIXELS { Ok(Self(value.round() as i32)) } else { Err(OUT_OF_RANGE) }
    }
}

impl TryFrom<f64> for Length {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        if (0.0..=MOST_PIXELS).contains(&value) { Ok(Self(value.round() as i32)) } else { Err(OUT_OF_RANGE) }
    }
}

impl TryFrom<u64> for Timestamp {
    type Error = &'static str;

    fn try_from(value: u64) -> Result<Self, Self::Error> {
        if value <= MOST_MILLISECONDS { Ok(Self(value)) } else { Err(OUT_OF_RANGE) }
    }
}

impl TryFrom<String> for Target {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-#.>: ()[]=\"".contains(&byte);
        let good = (1..=MAX_TARGET_BYTES).contains(&text.len()) && text.bytes().all(plain);
        if good { Ok(Self(text)) } else { Err(NO_TARGET) }
    }
}

/// As `serde_json` begins to say so itself.
const OUT_OF_RANGE: &str = "number out of range";
pub(super) const NO_TARGET: &str = "no selector";

const MOST_PIXELS: f64 = 100_000.0;
/// The end of the year 9999.
const MOST_MILLISECONDS: u64 = 253_402_300_799_999;
const MAX_TARGET_BYTES: usize = 128;
