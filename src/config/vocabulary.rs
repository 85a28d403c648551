//! What a browser may name. Everything else it sends is refused and counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;

use super::client_metric::{ClientCounter, ClientHistogram};
use super::name::{check_name, is_origin, is_reserved};

#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    pub(crate) interaction_types: BTreeSet<String>,
    pub(crate) interaction_names: BTreeSet<String>,
    pub(crate) journeys: BTreeSet<String>,
    pub(crate) goals: BTreeSet<String>,
    /// The service that each origin belongs to.
    pub(crate) third_parties: BTreeMap<String, String>,
    pub(crate) counters: Vec<ClientCounter>,
    pub(crate) histograms: Vec<ClientHistogram>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            interaction_types: INTERACTION_TYPES.iter().map(ToString::to_string).collect(),
            interaction_names: BTreeSet::new(),
            journeys: BTreeSet::new(),
            goals: BTreeSet::new(),
            third_parties: BTreeMap::new(),
            counters: Vec::new(),
            histograms: Vec::new(),
        }
    }
}

impl Vocabulary {
    /// Label sets of `user_interactions_total`: each type with each name, and without one.
    pub(crate) fn interactions(&self) -> usize {
        self.interaction_types.len() * (self.interaction_names.len() + 1)
    }

    /// The names of client metrics' labels.
    pub(super) fn label_names(&self) -> impl Iterator<Item = &str> {
        let counters = self.counters.iter().map(|counter| &counter.family);
        let families = counters.chain(self.histograms.iter().map(|histogram| &histogram.family));
        families.flat_map(|family| family.labels.iter().map(|(name, _)| name.as_str()))
    }

    pub(super) fn validate(&self, family_series: usize) -> Result<(), Error> {
        let names = [&self.interaction_types, &self.interaction_names, &self.journeys, &self.goals];
        for name in names.into_iter().flatten().chain(self.third_parties.values()) {
            check_name(name)?;
            if is_reserved(name) {
                return Err(Error::setting("a name is not overflow or unmatched: these are label values of this crate's own"));
            }
        }
        for origin in self.third_parties.keys() {
            is_origin(origin)?;
        }
        let services: BTreeSet<String> = self.third_parties.values().cloned().collect();
        // What is declared and does not fit would be lost among the overflow.
        for (what, names) in [
            ("interaction types", &self.interaction_types),
            ("journeys", &self.journeys),
            ("goals", &self.goals),
            ("third-party services", &services),
        ] {
            if names.len() > family_series {
                return Err(Error::setting(format!("{} {what} are above the cap of {family_series} series", names.len())));
            }
        }
        self.counters.iter().try_for_each(ClientCounter::validate)?;
        self.histograms.iter().try_for_each(ClientHistogram::validate)?;
        let mut names = BTreeSet::new();
        for family in
            self.counters.iter().map(|counter| &counter.family).chain(self.histograms.iter().map(|histogram| &histogram.family))
        {
            if !names.insert(&family.name) {
                return Err(Error::setting(format!("two client metrics bear the name {:?}", family.name)));
            }
            let series = family.labels.iter().fold(1_usize, |series, (_, values)| series.saturating_mul(values.len()));
            if series > family_series {
                return Err(Error::setting(format!(
                    "client metric {:?} has {series} label sets, above the cap of {family_series}",
                    family.name
                )));
            }
        }
        self.names_apart()
    }

    /// A counter is called without its `_total` in `OpenMetrics`, and a histogram takes the names of its samples: neither may be the other's.
    fn names_apart(&self) -> Result<(), Error> {
        for counter in self.counters.iter().map(|counter| &counter.family.name) {
            let family = counter.strip_suffix("_total").unwrap_or(counter);
            let takes = |name: &str| {
                let suffix = family.strip_prefix(name);
                suffix.is_some_and(|suffix| ["", "_bucket", "_sum", "_count", "_created"].contains(&suffix))
            };
            if let Some(histogram) = self.histograms.iter().find(|histogram| takes(&histogram.family.name)) {
                return Err(Error::setting(format!(
                    "client metrics {counter:?} and {:?} would be taken for one another in OpenMetrics",
                    histogram.family.name
                )));
            }
        }
        Ok(())
    }
}

/// DOM event types (UI Events, Pointer Events, HTML) that an interaction may name without being declared.
pub(crate) const INTERACTION_TYPES: &[&str] = &["change", "click", "input", "keydown", "scroll", "submit"];
