//! What a browser may name. Everything else it sends is refused and counted.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Error;

use super::client_metric::{ClientCounter, ClientHistogram};
use super::declared_family::DeclaredFamily;
use super::name::{check_name, is_origin, is_reserved};
use super::own_families::is_taken_by;
use super::timer::Timer;

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

    /// Of what is declared, `timers` included: their names share one namespace.
    pub(super) fn validate(&self, family_series: usize, timers: &[Timer]) -> Result<(), Error> {
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
        timers.iter().try_for_each(Timer::validate)?;
        let counters: Vec<_> = self.counters.iter().map(|counter| &counter.family).collect();
        let client_histograms = self.histograms.iter().map(|histogram| &histogram.family);
        let histograms: Vec<_> = client_histograms.chain(timers.iter().map(|timer| &timer.family)).collect();
        let mut names = BTreeSet::new();
        for family in counters.iter().chain(&histograms) {
            if !names.insert(&family.name) {
                return Err(Error::setting(format!("two declared metrics bear the name {:?}", family.name)));
            }
            let series = family.series();
            if series > family_series {
                return Err(Error::setting(format!(
                    "the declared metric {:?} has {series} label sets, above the cap of {family_series}",
                    family.name
                )));
            }
        }
        names_apart(&counters, &histograms)
    }
}

fn names_apart(counters: &[&DeclaredFamily], histograms: &[&DeclaredFamily]) -> Result<(), Error> {
    for counter in counters.iter().map(|counter| &counter.name) {
        if let Some(histogram) = histograms.iter().find(|histogram| is_taken_by(&histogram.name, counter)) {
            return Err(Error::setting(format!(
                "the declared metrics {counter:?} and {:?} would be taken for one another in OpenMetrics",
                histogram.name
            )));
        }
    }
    Ok(())
}

/// DOM event types (UI Events, Pointer Events, HTML) that an interaction may name without being declared.
const INTERACTION_TYPES: &[&str] = &["change", "click", "input", "keydown", "scroll", "submit"];
