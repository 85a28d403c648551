//! Collectors that a [`Builder`] takes beside the crate's own families.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use prometheus::Registry;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::config::Config;
use crate::error::Error;

use super::Builder;

impl Builder {
    /// A collector whose families are exposed as ours are: behind [`namespace`](Self::namespace), with every
    /// [`const_label`](Self::const_label), by `/metrics` and by [`Monitor::collector`](super::Monitor::collector). Default: none.
    ///
    /// Each scrape calls it where it is answered, unlike those of the host's [`registry`](Self::registry), which have a thread and a
    /// deadline: it must not wait for anything. One that panics costs that scrape the families of all collectors given here, and is counted in
    /// `rum_exposition_failures_total{reason="panic"}`. A family under a name of ours is left out, and counted in
    /// `rum_exposition_conflicts_total`; two collectors of one name are an error of [`build`](Self::build).
    ///
    /// ```
    /// let orders = prometheus::IntCounter::new("orders_total", "Orders taken.").unwrap();
    /// let monitor = tower_rum::Monitor::builder().namespace("shop").collector(orders.clone()).build()?; // shop_orders_total
    /// orders.inc();
    /// # Ok::<(), tower_rum::Error>(())
    /// ```
    pub fn collector<C: Collector + 'static>(mut self, collector: C) -> Self {
        self.collectors.0.push(Arc::new(collector));
        self
    }
}

/// In the order in which they were given.
#[derive(Clone, Default)]
pub(super) struct Collectors(Vec<Arc<dyn Collector>>);

impl Collectors {
    /// A registry of them all, with their names and labels as they are exposed.
    pub(super) fn registry(&self, config: &Config) -> Result<(Registry, Vec<Desc>), Error> {
        let constant: HashMap<String, String> = config.own_labels.constant.iter().cloned().collect();
        let namespace = Some(config.namespace.clone()).filter(|namespace| !namespace.is_empty());
        let registry = Registry::new_custom(namespace.clone(), Some(constant.clone()).filter(|labels| !labels.is_empty()));
        let registry = registry.map_err(|error| refused(&error))?;
        let mut descriptions = Vec::new();
        for collector in &self.0 {
            for description in collector.desc() {
                descriptions.push(exposed(description, namespace.as_deref(), &constant)?);
            }
            registry.register(Box::new(Shared(Arc::clone(collector)))).map_err(|error| refused(&error))?;
        }
        Ok((registry, descriptions))
    }
}

impl fmt::Debug for Collectors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Collectors").field(&self.0.len()).finish()
    }
}

/// A registry takes what nobody else has; a builder may be cloned.
struct Shared(Arc<dyn Collector>);

impl Collector for Shared {
    fn desc(&self) -> Vec<&Desc> {
        self.0.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.0.collect()
    }
}

fn exposed(description: &Desc, namespace: Option<&str>, constant: &HashMap<String, String>) -> Result<Desc, Error> {
    let Desc { fq_name, help, const_label_pairs, variable_labels, .. } = description;
    let name = namespace.map_or_else(|| fq_name.clone(), |namespace| format!("{namespace}_{fq_name}"));
    let own = const_label_pairs.iter().map(|pair| (pair.name().to_owned(), pair.value().to_owned()));
    let mut labels: HashMap<String, String> = own.collect();
    for (label, value) in constant {
        if variable_labels.contains(label) || labels.insert(label.clone(), value.clone()).is_some() {
            return Err(Error::setting(format!("const_label {label:?} is a label of the collector's {fq_name} already")));
        }
    }
    Desc::new(name, help.clone(), variable_labels.clone(), labels).map_err(|error| refused(&error))
}

fn refused(error: &prometheus::Error) -> Error {
    Error::setting(format!("a collector takes names that are free: {error}"))
}
