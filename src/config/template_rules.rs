//! What the host says of route templates: which go by uncounted, and which count under another name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::Error;
use crate::label;

use super::name::is_reserved;

/// Asked once per template and thread, not per request.
#[derive(Debug, Clone, Default)]
pub(crate) struct TemplateRules {
    ignored: Vec<Pattern>,
    /// Templates that are the host's own for as long as it mounts nothing of ours there.
    ignored_where_mounted: Vec<(Mounted, String)>,
    aliases: BTreeMap<Pattern, String>,
    /// Patterns that were given two names.
    contradictions: Vec<Pattern>,
}

/// Whether the host has asked for routes that it may do without. Asked for they are before requests come, as a rule: threads remember their templates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mounted(Arc<AtomicBool>);

impl Mounted {
    pub(crate) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What becomes of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling<'a> {
    Ignored,
    Alias(&'a str),
    Itself,
}

/// Longer ones come later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Pattern {
    Prefix(usize, String),
    Template(String),
}

impl TemplateRules {
    pub(crate) fn ignore(&mut self, pattern: String) {
        self.ignored.push(Pattern::new(pattern));
    }

    pub(crate) fn ignore_where_mounted(&mut self, mounted: &Mounted, template: String) {
        self.ignored_where_mounted.push((mounted.clone(), template));
    }

    pub(crate) fn alias(&mut self, pattern: String, name: String) {
        let pattern = Pattern::new(pattern);
        if let Some(other) = self.aliases.insert(pattern.clone(), name)
            && other != self.aliases[&pattern]
        {
            self.contradictions.push(pattern);
        }
    }

    pub(crate) fn of(&self, template: &str) -> Ruling<'_> {
        let ours = self.ignored_where_mounted.iter().any(|(mounted, ours)| mounted.is_so() && ours == template);
        if ours || self.ignored.iter().any(|pattern| pattern.matches(template)) {
            return Ruling::Ignored;
        }
        let nearest = self.aliases.iter().rev().find(|(pattern, _)| pattern.matches(template));
        nearest.map_or(Ruling::Itself, |(_, name)| Ruling::Alias(name))
    }

    /// The names that templates are given.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.aliases.values().map(String::as_str)
    }

    pub(super) fn validate(&self) -> Result<(), Error> {
        let patterns = self.ignored.iter().chain(self.aliases.keys());
        if patterns.into_iter().any(Pattern::is_everything) {
            return Err(Error::setting(
                "a rule for templates takes one, or how they begin and a star behind it: nothing is neither",
            ));
        }
        if let Some(pattern) = self.contradictions.first() {
            return Err(Error::setting(format!("{} is given two names", pattern.text())));
        }
        match self.names().find(|name| !label::is_endpoint(name) || is_reserved(name)) {
            Some(name) => Err(Error::setting(format!(
                "an alias takes 1 to {} bytes without control characters, and is neither overflow nor unmatched, unlike {name:?}",
                label::MAX_ENDPOINT_BYTES
            ))),
            None => Ok(()),
        }
    }
}

impl Pattern {
    fn new(text: String) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self::Prefix(prefix.len(), prefix.to_owned()),
            None => Self::Template(text),
        }
    }

    fn matches(&self, template: &str) -> bool {
        match self {
            Self::Prefix(_, prefix) => template.starts_with(prefix),
            Self::Template(wanted) => template == wanted,
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Prefix(_, prefix) => format!("{prefix:?}*"),
            Self::Template(template) => format!("{template:?}"),
        }
    }

    fn is_everything(&self) -> bool {
        matches!(self, Self::Prefix(_, text) | Self::Template(text) if text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_goes_before_a_prefix_and_a_longer_prefix_before_a_shorter_one() {
        let mut rules = TemplateRules::default();
        for (pattern, name) in
            [("/a/*", "short"), ("/a/b/*", "long"), ("/a/b/c", "template"), ("/b*", "b"), ("unmatched", "none")]
        {
            rules.alias(pattern.to_owned(), name.to_owned());
        }
        rules.ignore("/a/hidden/*".to_owned());
        rules.ignore("/files/{*path}".to_owned());
        for (template, ruling) in [
            ("/a/", Ruling::Alias("short")),
            ("/a/x", Ruling::Alias("short")),
            ("/a", Ruling::Itself),
            ("/a/b/x", Ruling::Alias("long")),
            ("/a/b/c", Ruling::Alias("template")),
            ("/a/b/c/d", Ruling::Alias("long")),
            ("/books", Ruling::Alias("b")),
            ("unmatched", Ruling::Alias("none")),
            ("/a/hidden/x", Ruling::Ignored),
            ("/files/{*path}", Ruling::Ignored),
            ("/files/x", Ruling::Itself),
        ] {
            assert_eq!(rules.of(template), ruling, "{template}");
        }
    }
}
