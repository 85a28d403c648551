//! Bounds of the HTTP histograms: what all endpoints have, what single ones have of their own, and the targets that are bounds besides.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::error::Error;
use crate::label;

use super::buckets::{Buckets, DURATION_BUCKETS, SIZE_BUCKETS};
use super::name::is_reserved;
use super::template_rules::{Ruling, TemplateRules};

#[derive(Debug, Clone)]
pub(crate) struct HttpBuckets {
    durations: Buckets,
    sizes: Buckets,
    targets: BTreeSet<Duration>,
    /// By the endpoint's label.
    endpoints: BTreeMap<String, Own>,
    /// Endpoints that were given two sets of bounds for one thing.
    contradictions: BTreeSet<String>,
}

/// What an endpoint has of its own.
#[derive(Debug, Clone, Default)]
struct Own {
    durations: Option<Buckets>,
    sizes: Option<Buckets>,
    targets: BTreeSet<Duration>,
}

impl Default for HttpBuckets {
    fn default() -> Self {
        Self {
            durations: Buckets::of(DURATION_BUCKETS),
            sizes: Buckets::of(SIZE_BUCKETS),
            targets: BTreeSet::new(),
            endpoints: BTreeMap::new(),
            contradictions: BTreeSet::new(),
        }
    }
}

impl HttpBuckets {
    pub(crate) fn set_durations(&mut self, buckets: Buckets) {
        self.durations = buckets;
    }

    pub(crate) fn set_sizes(&mut self, buckets: Buckets) {
        self.sizes = buckets;
    }

    pub(crate) fn target(&mut self, target: Duration) {
        self.targets.insert(target);
    }

    pub(crate) fn endpoint_durations(&mut self, endpoint: String, buckets: Buckets) {
        self.set_own(endpoint, buckets, |own| &mut own.durations);
    }

    pub(crate) fn endpoint_sizes(&mut self, endpoint: String, buckets: Buckets) {
        self.set_own(endpoint, buckets, |own| &mut own.sizes);
    }

    pub(crate) fn endpoint_target(&mut self, endpoint: String, target: Duration) {
        self.endpoints.entry(endpoint).or_default().targets.insert(target);
    }

    fn set_own(&mut self, endpoint: String, buckets: Buckets, of: impl FnOnce(&mut Own) -> &mut Option<Buckets>) {
        let own = of(self.endpoints.entry(endpoint.clone()).or_default());
        if own.as_ref().is_some_and(|other| *other != buckets) {
            self.contradictions.insert(endpoint);
        }
        *own = Some(buckets);
    }

    /// The endpoints that have something of their own.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.endpoints.keys().map(String::as_str)
    }

    /// Of durations, in seconds, where an endpoint has no others.
    pub(crate) fn durations(&self) -> Buckets {
        with_targets(&self.durations, &self.targets)
    }

    /// Of sizes, in bytes, where an endpoint has no others.
    pub(crate) fn sizes(&self) -> Buckets {
        self.sizes.clone()
    }

    /// Those of single endpoints, where they have others than all.
    pub(crate) fn own_durations(&self) -> impl Iterator<Item = (&str, Buckets)> {
        let bounds = |own: &Own| {
            let targets = self.targets.iter().chain(&own.targets);
            with_targets(own.durations.as_ref().unwrap_or(&self.durations), targets)
        };
        let all = self.durations();
        self.endpoints.iter().map(move |(name, own)| (name.as_str(), bounds(own))).filter(move |(_, own)| *own != all)
    }

    /// Those of single endpoints, where they have others than all.
    pub(crate) fn own_sizes(&self) -> impl Iterator<Item = (&str, Buckets)> {
        let own = self.endpoints.iter().filter_map(|(name, own)| Some((name.as_str(), own.sizes.clone()?)));
        own.filter(|(_, own)| *own != self.sizes)
    }

    pub(super) fn validate(&self, rules: &TemplateRules) -> Result<(), Error> {
        if self.endpoints.len() > MOST_ENDPOINTS {
            let there = self.endpoints.len();
            return Err(Error::setting(format!("at most {MOST_ENDPOINTS} endpoints with bounds of their own, not {there}")));
        }
        self.names().try_for_each(|name| check_name(name, rules))?;
        if let Some(name) = self.contradictions.first() {
            return Err(Error::setting(format!("the endpoint {name:?} is given two sets of bounds")));
        }
        for target in self.endpoints.values().flat_map(|own| &own.targets).chain(&self.targets) {
            // Whether it can be a bound at all.
            if Buckets::new([seconds(*target)]).is_err() {
                return Err(Error::setting(format!("a target takes 1 ns to 1e9 s, not {target:?}")));
            }
        }
        let own = self.own_durations().map(|(name, buckets)| (format!("the endpoint {name:?}"), buckets));
        for (of, buckets) in own.chain([("all endpoints".to_owned(), self.durations())]) {
            if let Err(error) = Buckets::new(buckets.bounds()) {
                return Err(Error::setting(format!("with the targets of {of}, {error}")));
            }
        }
        Ok(())
    }
}

/// Requests must come to count under the name.
fn check_name(name: &str, rules: &TemplateRules) -> Result<(), Error> {
    if !label::is_endpoint(name) || is_reserved(name) {
        return Err(Error::setting(format!(
            "an endpoint with bounds of its own takes 1 to {} bytes without control characters, and is neither overflow nor unmatched, \
             unlike {name:?}",
            label::MAX_ENDPOINT_BYTES
        )));
    }
    let is_alias = rules.names().any(|alias| alias == name);
    match rules.of(name) {
        Ruling::Ignored if !is_alias => {
            Err(Error::setting(format!("bounds are given for {name:?}, whose requests are not counted")))
        }
        Ruling::Alias(alias) if !is_alias => {
            Err(Error::setting(format!("bounds are given for {name:?}, whose requests count as {alias:?}: give them for that")))
        }
        _ => Ok(()),
    }
}

fn with_targets<'a>(buckets: &Buckets, targets: impl IntoIterator<Item = &'a Duration>) -> Buckets {
    let targets = targets.into_iter().map(|&target| seconds(target));
    let mut bounds: Vec<f64> = buckets.bounds().iter().copied().chain(targets).collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    Buckets::of(&bounds)
}

/// The float nearest to the duration, as a bound of the same digits is read.
fn seconds(target: Duration) -> f64 {
    target.as_nanos() as f64 / 1e9
}

/// Each may have bounds that all others' series must have room for.
const MOST_ENDPOINTS: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_the_bound_that_its_digits_say() {
        for milliseconds in (1..100_000).step_by(7) {
            let bound: f64 = format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000).parse().unwrap();
            assert_eq!(seconds(Duration::from_millis(milliseconds)).to_bits(), bound.to_bits());
        }
    }

    #[test]
    fn targets_are_bounds_once_each_whatever_the_bounds_are() {
        let mut buckets = HttpBuckets::default();
        buckets.set_durations(Buckets::of(&[0.1, 1.0]));
        buckets.target(Duration::from_millis(300));
        buckets.endpoint_target("/own target".to_owned(), Duration::from_secs(1));
        buckets.endpoint_target("/own target".to_owned(), Duration::from_secs(2));
        buckets.endpoint_durations("/own bounds".to_owned(), Buckets::of(&[0.3, 30.0]));
        buckets.endpoint_sizes("/own sizes".to_owned(), Buckets::of(&[1.0]));
        assert_eq!(buckets.durations().bounds(), [0.1, 0.3, 1.0]);
        let own: Vec<_> = buckets.own_durations().collect();
        assert_eq!(own, [("/own bounds", Buckets::of(&[0.3, 30.0])), ("/own target", Buckets::of(&[0.1, 0.3, 1.0, 2.0]))]);
        assert_eq!(buckets.own_sizes().collect::<Vec<_>>(), [("/own sizes", Buckets::of(&[1.0]))]);
        assert_eq!(buckets.names().collect::<Vec<_>>(), ["/own bounds", "/own sizes", "/own target"]);
    }
}
