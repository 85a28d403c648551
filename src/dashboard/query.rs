//! What a page asks for: what it has already.

use serde::Deserialize;

/// Of `generation=…&after=17&series=40`, each of them optional.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    generation: Option<String>,
    after: Option<u64>,
    series: Option<usize>,
}

impl Query {
    /// `None` for one that this page does not send.
    pub(super) fn parse(query: Option<&str>) -> Option<Self> {
        let query: Self = serde_urlencoded::from_str(query.unwrap_or_default()).ok()?;
        let is_one = |generation: &String| generation.len() == 16 && generation.bytes().all(|byte| byte.is_ascii_hexdigit());
        query.generation.iter().all(is_one).then_some(query)
    }

    /// The last sample that the page has of this generation.
    pub(super) fn after(&self, generation: &str) -> Option<u64> {
        self.after.filter(|_| self.is_of(generation))
    }

    /// How many series the page knows of this generation.
    pub(super) fn series(&self, generation: &str) -> usize {
        self.series.filter(|_| self.is_of(generation)).unwrap_or_default()
    }

    fn is_of(&self, generation: &str) -> bool {
        self.generation.as_deref() == Some(generation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "0123456789abcdef";

    #[test]
    fn what_a_page_has_of_another_generation_is_nothing() {
        let cases = [
            (None, None, 0),
            (Some(""), None, 0),
            (Some("after=7&series=3"), None, 0),
            (Some("generation=0123456789abcdef&after=7&series=3"), Some(7), 3),
            (Some("series=3&generation=0123456789abcdef"), None, 3),
            (Some("generation=0123456789abcde0&after=7&series=3"), None, 0),
            (Some("generation=0123456789abcdef&after=18446744073709551615"), Some(u64::MAX), 0),
        ];
        for (text, after, series) in cases {
            let query = Query::parse(text).unwrap();
            assert_eq!((query.after(OURS), query.series(OURS)), (after, series), "{text:?}");
        }
    }

    #[test]
    fn what_a_page_does_not_send_is_refused() {
        let wrong = [
            "after=",
            "after=x",
            "after=-1",
            "after=1.0",
            "after=0x1",
            "after=18446744073709551616",
            "after=1&after=2",
            "series=-1",
            "series=99999999999999999999",
            "series=1&series=1",
            "generation=",
            "generation=short",
            "generation=0123456789abcdeg",
            "generation=0123456789abcdef0",
            "generation=%00123456789abcde",
            "generation=0123456789abcdef&generation=0123456789abcdef",
            "after",
            "=1",
            "limit=1",
            "after=1&x",
            "after=%ff",
            "after=1;series=2",
        ];
        for wrong in wrong {
            assert!(Query::parse(Some(wrong)).is_none(), "{wrong}");
        }
    }
}
