//! What the host wants looked at in the head of each request.

use std::fmt;
use std::sync::Arc;

use crate::config::{Choice, OwnLabels, Prefetch};
use crate::label::{Purpose, RequestHead, Template};

type Predicate = dyn for<'a> Fn(RequestHead<'a>) -> bool + Send + Sync;
type LabelSource = dyn for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync;

/// Rules and labels that take a closure each.
#[derive(Clone, Default)]
pub(crate) struct HeadRules {
    ignored: Vec<Arc<Predicate>>,
    aliases: Vec<(Arc<Predicate>, Arc<str>)>,
    labels: Vec<Arc<LabelSource>>,
}

impl HeadRules {
    pub(crate) fn ignore(&mut self, wanted: impl for<'a> Fn(RequestHead<'a>) -> bool + Send + Sync + 'static) {
        self.ignored.push(Arc::new(wanted));
    }

    pub(crate) fn alias(&mut self, name: Arc<str>, wanted: impl for<'a> Fn(RequestHead<'a>) -> bool + Send + Sync + 'static) {
        self.aliases.push((Arc::new(wanted), name));
    }

    /// The value of the next declared label.
    pub(crate) fn label(&mut self, value: impl for<'a> Fn(RequestHead<'a>) -> Option<&'a str> + Send + Sync + 'static) {
        self.labels.push(Arc::new(value));
    }

    pub(crate) fn are_none(&self) -> bool {
        self.ignored.is_empty() && self.aliases.is_empty() && self.labels.is_empty()
    }

    /// `None` for a request that is not counted.
    fn template<'a>(&'a self, head: RequestHead<'a>, routed: impl FnOnce() -> Template<'a>) -> Option<Template<'a>> {
        if self.ignored.iter().any(|ignored| ignored(head)) {
            return None;
        }
        let alias = self.aliases.iter().find(|(wanted, _)| wanted(head));
        Some(alias.map_or_else(routed, |(_, name)| Template::Routed(name)))
    }
}

/// What there is beside the template to begin a request by.
#[derive(Debug, Clone, Default)]
pub(crate) struct ByHead {
    rules: HeadRules,
    labels: OwnLabels,
    /// A template that is not there may be found further inside.
    pub(super) slots: bool,
}

impl ByHead {
    pub(crate) fn new(rules: HeadRules, labels: OwnLabels) -> Self {
        Self { rules, labels, slots: false }
    }

    /// `None` for a request that is not counted.
    pub(super) fn template<'a>(&'a self, head: RequestHead<'a>, routed: impl FnOnce() -> Template<'a>) -> Option<Template<'a>> {
        self.rules.template(head, routed)
    }

    /// What a request counts as, by its head before its route; `None` if it is not counted.
    pub(crate) fn subject<'a>(
        &'a self,
        head: RequestHead<'a>,
        routed: impl FnOnce() -> Template<'a>,
    ) -> Option<(Template<'a>, Choice)> {
        let template = self.template(head, routed)?;
        let purpose = Purpose::of(head.headers());
        if self.labels.prefetch() == Prefetch::Ignore && purpose.is_some() {
            return Some((template, self.labels.unseen()));
        }
        let values = self.rules.labels.iter().map(|value| value(head)).chain([purpose.map(Purpose::name)]);
        Some((template, self.labels.choose(values)))
    }
}

impl fmt::Debug for HeadRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeadRules")
            .field("ignored", &self.ignored.len())
            .field("aliases", &self.aliases.iter().map(|(_, name)| name).collect::<Vec<_>>())
            .field("labels", &self.labels.len())
            .finish()
    }
}
