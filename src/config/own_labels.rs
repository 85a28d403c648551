//! Labels of the host's own: constant ones on every family, and ones on the server half whose value each request chooses.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::label;

use super::name::is_label_name;

#[derive(Debug, Clone, Default)]
pub(crate) struct OwnLabels {
    /// Name and value.
    pub(crate) constant: Vec<(String, String)>,
}

impl OwnLabels {
    /// `taken` are the label names of client metrics.
    pub(super) fn validate<'a>(&'a self, taken: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        if self.constant.len() > MOST_CONSTANT {
            return Err(Error::setting(format!("at most {MOST_CONSTANT} constant labels, not {}", self.constant.len())));
        }
        let mut taken: BTreeSet<&str> = taken.collect();
        for name in self.constant.iter().map(|(name, _)| name.as_str()) {
            check_name(name)?;
            if !taken.insert(name) {
                return Err(Error::setting(format!("two labels bear the name {name:?}")));
            }
        }
        match self.constant.iter().find(|(_, value)| !label::is_endpoint(value)) {
            Some((name, value)) => Err(Error::setting(format!(
                "the value of the constant label {name:?} takes 1 to {} bytes without control characters, not {value:?}",
                label::MAX_ENDPOINT_BYTES
            ))),
            None => Ok(()),
        }
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    if is_label_name(name) && !OUR_LABELS.contains(&name) {
        Ok(())
    } else {
        Err(Error::setting(format!(
            "a label's name takes letters, digits and underscores, starts with no digit and with no two underscores, and is neither le nor \
             quantile nor a label of this crate's own, unlike {name:?}"
        )))
    }
}

/// Names that some family of ours has, or may come to have.
pub(crate) const OUR_LABELS: [&str; 17] = [
    "method",
    "endpoint",
    "status",
    "reason",
    "purpose",
    "phase",
    "type",
    "name",
    "kind",
    "path",
    "from",
    "to",
    "goal",
    "service",
    "result",
    "probe",
    "destination",
];

const MOST_CONSTANT: usize = 8;
