//! Collectors that a [`Builder`] takes beside the crate's own families.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use prometheus::Registry;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;

use crate::config::Config;
use crate::error::Error;

/// In the order in which they were given.
#[derive(Clone, Default)]
pub(super) struct Collectors(Vec<Arc<dyn Collector>>);

impl Collectors {
    pub(super) fn push(&mut self, collector: impl Collector + 'static) {
        self.0.push(Arc::new(collector));
    }

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
