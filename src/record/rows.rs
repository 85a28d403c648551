//! An endpoint and a choice of the host's labels as one number: what a thread finds its cells by.

use crate::config::{Choice, OwnLabels};

use super::endpoints::Endpoint;

/// Where there are no labels to choose it is the endpoint's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row(u32);

impl Row {
    #[inline]
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// The row of this index.
    pub(super) fn at(index: u32) -> Self {
        Self(index)
    }

    /// From an endpoint's first row to that of a choice.
    #[inline]
    pub(super) fn chosen(self, choice: Choice) -> Self {
        Self(self.0 + choice.index())
    }
}

pub(super) struct Rows {
    labels: OwnLabels,
    choices: u32,
}

impl Rows {
    pub(super) fn new(labels: &OwnLabels) -> Self {
        Self { labels: labels.clone(), choices: labels.choices() }
    }

    pub(super) fn first(&self, endpoint: Endpoint) -> Row {
        Row(endpoint.number() * self.choices)
    }

    /// An endpoint's row that counts nowhere.
    pub(super) fn unseen(&self, endpoint: Endpoint) -> Row {
        self.first(endpoint).chosen(self.labels.unseen())
    }

    pub(super) fn endpoint(&self, row: Row) -> Endpoint {
        Endpoint::at(row.0 / self.choices)
    }

    pub(super) fn choice(&self, row: Row) -> Choice {
        Choice::at(row.0 % self.choices)
    }

    /// The labels that are chosen in this row; `None` if it counts nowhere.
    pub(super) fn labels(&self, row: Row) -> Option<Vec<(&str, &str)>> {
        self.labels.pairs(self.choice(row))
    }
}
