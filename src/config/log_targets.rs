//! Targets under which log events count apart.

use std::collections::BTreeSet;

use crate::error::Error;

use super::name::{MAX_NAME_BYTES, OTHER, is_name, is_reserved};

pub(super) fn validate(targets: &BTreeSet<String>, family_series: usize) -> Result<(), Error> {
    if let Some(target) = targets.iter().find(|target| !is_name(target)) {
        return Err(Error::setting(format!("a log target takes 1 to {MAX_NAME_BYTES} printable ASCII bytes, not {target:?}")));
    }
    if targets.iter().any(|target| is_reserved(target) || target == OTHER) {
        return Err(Error::setting("a log target is not overflow, unmatched or other: these are this crate's own"));
    }
    let series = (targets.len() + 1) * LEVELS;
    if series > family_series {
        return Err(Error::setting(format!("log targets make {series} label sets, above the cap of {family_series}")));
    }
    Ok(())
}

/// Of log events.
const LEVELS: usize = 5;
