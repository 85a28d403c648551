//! What families that the host declares have in common: a name, a help text, and labels with every value that they can take.

use crate::error::Error;

use super::name::{is_label_name, is_metric_name, is_name, is_reserved};
use super::own_families::is_own;

#[derive(Debug, Clone)]
pub(crate) struct DeclaredFamily {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) labels: Vec<(String, Vec<String>)>,
}

impl DeclaredFamily {
    pub(super) fn new(name: String, help: String) -> Self {
        Self { name, help, labels: Vec::new() }
    }

    pub(super) fn label<I: IntoIterator<Item: Into<String>>>(&mut self, name: String, values: I) {
        self.labels.push((name, values.into_iter().map(Into::into).collect()));
    }

    pub(crate) fn label_names(&self) -> Vec<&str> {
        self.labels.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Its label sets: every choice of one value for each label.
    pub(super) fn series(&self) -> usize {
        self.labels.iter().fold(1, |series: usize, (_, values)| series.saturating_mul(values.len()))
    }

    /// `what` is what an error calls it.
    pub(super) fn validate(&self, what: &str) -> Result<(), Error> {
        let name = &self.name;
        let problem = |problem: &str| Err(Error::setting(format!("{what} {name:?} {problem}")));
        if !is_metric_name(name) || !is_name(name) {
            return problem("takes a name of 1 to 64 letters, digits and underscores that starts with no digit");
        }
        if is_own(name) || name.starts_with('_') {
            return problem(
                "takes a name that is none of this crate's own families, and begins neither with rum_ nor with an underscore",
            );
        }
        if self.help.trim().is_empty() || self.help.contains(char::is_control) {
            return problem("takes a help text of one line");
        }
        for (place, (label, values)) in self.labels.iter().enumerate() {
            let again = self.labels[..place].iter().any(|(other, _)| other == label);
            if !is_label_name(label) || again {
                return problem("takes labels of letters, digits and underscores, each once, none of them le or quantile");
            }
            if values.is_empty() || !values.iter().all(|value| is_name(value)) {
                return problem("takes label values of 1 to 64 printable ASCII bytes, at least one for each label");
            }
            if values.iter().any(|value| is_reserved(value)) {
                return problem("takes label values, but not overflow or unmatched, which are this crate's own");
            }
        }
        Ok(())
    }
}
