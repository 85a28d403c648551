//! Names that a family takes, so that no reader takes the samples of one for another's.

use std::collections::HashSet;

use crate::record::Recorder;

use super::head::{Type, openmetrics_family};

/// Names that are taken: in every format those that `OpenMetrics` counts as taken, since all formats have the same series.
#[derive(Debug, Default)]
pub(super) struct Claims(HashSet<String>);

impl Claims {
    /// Those of the recorder's families, with and without samples.
    pub(super) fn of(recorder: &Recorder) -> Self {
        let names = recorder.families().iter().flat_map(|family| names(&family.name, family.kind.into()));
        Self(names.collect())
    }

    /// Takes the names of a family, unless one of them is taken here or in `others`.
    pub(super) fn claim(&mut self, name: &str, kind: Type, others: &Self) -> bool {
        let free = names(name, kind).all(|name| !self.0.contains(&name) && !others.0.contains(&name));
        if free {
            self.0.extend(names(name, kind));
        }
        free
    }
}

fn names(name: &str, kind: Type) -> impl Iterator<Item = String> {
    let suffixes: &[&str] = match kind {
        Type::Counter => &["", "_total", "_created"],
        Type::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        Type::Summary => &["", "_sum", "_count", "_created"],
        Type::Gauge | Type::Unknown => &[""],
    };
    let family = openmetrics_family(name, kind).to_owned();
    suffixes.iter().map(move |suffix| [&family, *suffix].concat())
}
