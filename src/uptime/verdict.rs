//! What the checks say, as an exposition.

use std::collections::HashMap;
use std::time::Instant;

use bytes::Bytes;
use prometheus::{IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::config::Config;

/// What a round of checks has found.
#[derive(Debug, Clone)]
pub(super) struct Verdict {
    pub(super) is_ready: bool,
    pub(super) text: Bytes,
    pub(super) reached: Instant,
}

/// The namespace and labels that the families bear.
#[derive(Debug)]
pub(super) struct Families {
    namespace: Option<String>,
    constant: HashMap<String, String>,
}

impl Families {
    pub(super) fn new(config: &Config) -> Self {
        let namespace = Some(config.namespace.clone()).filter(|namespace| !namespace.is_empty());
        Self { namespace, constant: config.own_labels.constant.iter().cloned().collect() }
    }

    pub(super) fn verdict<'a>(&self, said: impl IntoIterator<Item = (&'a str, bool)>) -> Verdict {
        let said: Vec<_> = said.into_iter().collect();
        let is_ready = said.iter().all(|(_, passes)| *passes);
        let text = self.text(is_ready, &said).unwrap_or_default();
        Verdict { is_ready, text: text.into(), reached: Instant::now() }
    }

    /// Of families that two rounds never share: nothing of one shows in the next.
    fn text(&self, is_ready: bool, said: &[(&str, bool)]) -> prometheus::Result<String> {
        let constant = Some(self.constant.clone()).filter(|labels| !labels.is_empty());
        let registry = Registry::new_custom(self.namespace.clone(), constant)?;
        let ready = IntGauge::new("uptime_ready", "Whether all readiness checks pass.")?;
        ready.set(is_ready.into());
        registry.register(Box::new(ready))?;
        let checks = IntGaugeVec::new(Opts::new("uptime_check_success", "Whether this readiness check passes."), &[CHECK])?;
        for (name, passes) in said {
            checks.with_label_values(&[name]).set((*passes).into());
        }
        registry.register(Box::new(checks))?;
        TextEncoder::new().encode_to_string(&registry.gather())
    }
}

/// The label of a check's name.
pub(super) const CHECK: &str = "check";
