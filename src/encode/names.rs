//! Which families a scrape asks for.

use std::collections::HashSet;

use super::head::Type;

/// The names in a scrape's query; without any it gets every family.
///
/// A family answers to its own name, in text and in `OpenMetrics` (where a counter's has no `_total`), and to those of its samples.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// Of `name[]=a&name[]=b`, percent-encoded or not. Whatever else a query says is passed over.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        let pairs: Vec<(String, String)> = query.and_then(|query| serde_urlencoded::from_str(query).ok()).unwrap_or_default();
        Self(pairs.into_iter().filter(|(key, _)| key == "name[]").map(|(_, name)| name).collect())
    }

    /// Whether every family is asked for.
    pub(crate) fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn select(&self, name: &str, kind: Type) -> bool {
        let suffixes: &[&str] = match kind {
            Type::Counter => &[TOTAL, "_created"],
            Type::Histogram => &["_bucket", "_sum", "_count", "_created"],
            Type::Summary => &["_sum", "_count", "_created"],
            Type::Gauge | Type::Unknown => &[],
        };
        // A counter's samples end in what its family may end in already.
        let base = if suffixes.contains(&TOTAL) { name.strip_suffix(TOTAL).unwrap_or(name) } else { name };
        self.is_all() || self.0.contains(base) || suffixes.iter().any(|suffix| self.0.contains(&[base, suffix].concat()))
    }
}

const TOTAL: &str = "_total";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_answers_to_its_names_and_to_those_of_its_samples() {
        use Type::{Counter, Gauge, Histogram, Summary, Unknown};
        let cases = [
            ("name[]=a_total", "a_total", Counter, true),
            ("name[]=a", "a_total", Counter, true),
            ("name[]=a_created", "a_total", Counter, true),
            ("name[]=a_total", "a", Counter, true),
            ("name[]=a_total_total", "a_total", Counter, false),
            ("name[]=a", "a_total", Gauge, false),
            ("name[]=a_total", "a_total", Unknown, true),
            ("name[]=a_total", "a", Gauge, false),
            ("name[]=a_bucket", "a", Histogram, true),
            ("name[]=a_sum", "a", Histogram, true),
            ("name[]=a_count", "a", Summary, true),
            ("name[]=a_bucket", "a", Summary, false),
            ("name[]=a_count", "a", Gauge, false),
            ("name[]=a", "ab", Gauge, false),
            ("name[]=A", "a", Gauge, false),
            ("name[]=b&name[]=a", "a", Gauge, true),
            ("name%5B%5D=%61", "a", Gauge, true),
            ("name%5b%5d=a", "a", Gauge, true),
            ("name[]=", "a", Gauge, false),
            ("name[]", "a", Gauge, false),
            ("name=b", "a", Gauge, true),
            ("&&=&;%zz=%ff&name[]=a%", "a", Gauge, false),
            ("", "a", Gauge, true),
        ];
        for (query, family, kind, selected) in cases {
            assert_eq!(Names::of_query(Some(query)).select(family, kind), selected, "{query} of the {kind:?} {family}");
        }
        assert!(Names::of_query(None).select("a", Counter));
    }
}
