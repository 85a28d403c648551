//! What the host wants looked at in the head of each request.

use std::fmt;
use std::sync::Arc;

use crate::config::{Choice, OwnLabels, Prefetch};
use crate::exemplars::{Exemplars, TraceContext};
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

    fn are_none(&self) -> bool {
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
    pub(crate) exemplars: Option<Exemplars>,
    /// A template that is not there may be found further inside.
    pub(super) slots: bool,
}

impl ByHead {
    pub(crate) fn new(rules: HeadRules, labels: OwnLabels, exemplars: Option<Exemplars>) -> Self {
        Self { rules, labels, exemplars, slots: false }
    }

    /// Whether there is anything to look at.
    pub(crate) fn matters(&self) -> bool {
        self.decides() || self.exemplars.is_some()
    }

    /// Whether a request's head has a say in what the request counts as.
    pub(crate) fn decides(&self) -> bool {
        !self.rules.are_none() || self.labels.prefetch() != Prefetch::Count
    }

    /// Whether all that there is to look at is the field `traceparent`.
    #[cfg(feature = "actix")]
    pub(crate) fn wants_a_trace_field_alone(&self) -> bool {
        !self.decides() && self.exemplars.as_ref().is_some_and(Exemplars::are_in_a_field)
    }

    /// The trace that a request belongs to, where the host wants to know.
    pub(crate) fn trace(&self, head: RequestHead<'_>) -> Option<TraceContext> {
        self.exemplars.as_ref()?.trace(head)
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
        if !self.decides() {
            return Some((routed(), Choice::FIRST));
        }
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
