//! Label sets and their numbers, per table: a cap, and prebuilt series for what comes past it.

use std::sync::Arc;

use super::hints::Hints;
use super::interner::Interner;
use super::own_bounds::BoundsId;
use super::spread::spread_all;

/// A table's label sets. The prebuilt ones, which catch what no longer fits, come first.
pub(super) struct SeriesTable {
    series: Interner<Series>,
    /// To label sets in which nothing is escaped: where it is, two of them may read alike.
    hints: Hints,
    /// What each rendered label set begins with: the host's constant labels.
    constant: Box<str>,
    /// What stands before each value of a rendered label set.
    openings: Box<[String]>,
    prebuilt: usize,
}

/// One label set.
pub(crate) struct Series {
    /// `name="value",…` with the values escaped: unique per label set, and ready to print.
    pub(crate) rendered: Arc<str>,
    pub(super) meaning: Meaning,
}

/// What its label set means for a series.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Meaning {
    /// Where every request of the series is an error, the series of the exchange table that it is an error of.
    pub(super) error_of: Option<usize>,
    /// Where its endpoint has bounds of its own.
    pub(super) bounds: Option<BoundsId>,
}

impl SeriesTable {
    /// `cap` series beside the prebuilt ones; `reserved` of them for trusted values. All begin with the `constant` labels, as [`render`]
    /// writes them.
    pub(super) fn new(constant: &str, names: &[String], cap: usize, reserved: usize, prebuilt: &[Prebuilt<'_>]) -> Self {
        let room = cap + prebuilt.len();
        let opening = |(place, name)| match (place, constant) {
            (0, "") => format!("{name}=\""),
            (0, constant) => format!("{constant},{name}=\""),
            _ => format!("\",{name}=\""),
        };
        let openings = names.iter().enumerate().map(opening).collect();
        let (series, hints) = (Interner::new(room, reserved), Hints::new(room));
        let table = Self { series, hints, constant: constant.into(), openings, prebuilt: prebuilt.len() };
        for (labels, error_of) in prebuilt {
            table.number(labels, Meaning { error_of: *error_of, bounds: None }, true);
        }
        table
    }

    /// The number of label values, if the table has met them and can say so at once.
    #[inline]
    pub(super) fn find(&self, values: &[&str]) -> Option<usize> {
        let hash = spread_all(values.iter().copied());
        self.hints.find(hash, |number| self.get(number).is_some_and(|series| self.reads(&series.rendered, values) == Some(true)))
    }

    /// Whether a rendered label set, in which nothing is escaped, has these values.
    #[inline]
    fn reads(&self, rendered: &str, values: &[&str]) -> Option<bool> {
        let mut rest = rendered;
        for (opening, value) in self.openings.iter().zip(values) {
            rest = rest.strip_prefix(&**opening)?.strip_prefix(value)?;
        }
        let closing = if values.is_empty() { self.constant.len() } else { 1 };
        Some(rest.len() == closing)
    }

    /// The number of a label set; `None` when it is new and there is no room for it.
    pub(super) fn number(&self, labels: &[(&str, &str)], meaning: Meaning, trusted: bool) -> Option<usize> {
        let text = render(&self.constant, labels);
        let number = self.series.number(&text, trusted, |rendered| Series { rendered: Arc::clone(rendered), meaning })?;
        if !text[self.constant.len()..].contains('\\') {
            self.hints.note(spread_all(labels.iter().map(|&(_, value)| value)), number);
        }
        Some(number)
    }

    pub(super) fn len(&self) -> usize {
        self.series.len()
    }

    pub(super) fn get(&self, number: usize) -> Option<&Series> {
        self.series.get(number)
    }

    pub(super) fn is_prebuilt(&self, number: usize) -> bool {
        number < self.prebuilt
    }
}

impl Series {
    /// The values of its labels, in their order.
    pub(crate) fn values(&self) -> impl Iterator<Item = String> {
        let mut rest = self.rendered.chars();
        std::iter::from_fn(move || {
            rest.by_ref().find(|&character| character == '"')?;
            let mut value = String::new();
            loop {
                value.push(match rest.next()? {
                    '"' => return Some(value),
                    '\\' => match rest.next()? {
                        'n' => '\n',
                        escaped => escaped,
                    },
                    plain => plain,
                });
            }
        })
    }
}

/// The labels of a prebuilt series, and what it is an error of.
pub(super) type Prebuilt<'a> = (&'a [(&'a str, &'a str)], Option<usize>);

/// `name="value",…` as the exposition formats write it, behind labels that are written already. Escaping is injective, so equal text means
/// equal label sets.
pub(super) fn render(before: &str, labels: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(before.len() + 64);
    text.push_str(before);
    for (name, value) in labels {
        if !text.is_empty() {
            text.push(',');
        }
        text.push_str(name);
        text.push_str("=\"");
        for character in value.chars() {
            match character {
                '\\' => text.push_str(r"\\"),
                '"' => text.push_str("\\\""),
                '\n' => text.push_str(r"\n"),
                plain => text.push(plain),
            }
        }
        text.push('"');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn label_sets_that_collide_in_prometheus_vecs_are_two_series() {
        let table = SeriesTable::new("", &names(), 8, 0, &[]);
        let number = |a: &str, b: &str| table.number(&[("a", a), ("b", b)], Meaning::default(), true);
        assert_ne!(number("checkout", "page"), number("check", "outpage"));
        assert_ne!(number("77kepQFQ8Kl", "x"), number("!0IC=VloaY", "x"));
        assert_eq!(number("checkout", "page"), Some(0));
        assert_eq!(table.len(), 4);
    }

    #[test]
    fn label_values_are_found_again_and_no_others() {
        let table = SeriesTable::new("", &names(), 2, 0, &[(&[("a", "overflow"), ("b", "overflow")], None)]);
        let number = |a: &str, b: &str| table.number(&[("a", a), ("b", b)], Meaning::default(), true);
        for (a, b) in [("checkout", "page"), ("page", "checkout")] {
            assert_eq!(table.find(&[a, b]), None);
            let number = number(a, b);
            assert!(number.is_some() && table.find(&[a, b]) == number);
        }
        assert_eq!(table.find(&["overflow", "overflow"]), Some(0));
        assert_eq!(number("one", "more"), None);
        for unknown in [&["one", "more"][..], &["check", "outpage"], &["checkout"], &[]] {
            assert_eq!(table.find(unknown), None);
        }
    }

    #[test]
    fn behind_constant_labels_values_are_found_as_without_them() {
        let constant = render("", &[("zone", "a\"b"), ("shop", "s")]);
        let none = SeriesTable::new(&constant, &[], 2, 0, &[]);
        assert_eq!(none.number(&[], Meaning::default(), true), Some(0));
        assert_eq!(none.find(&[]), Some(0));
        let table = SeriesTable::new(&constant, &names(), 4, 0, &[]);
        let number = table.number(&[("a", "checkout"), ("b", "page")], Meaning::default(), true);
        assert_eq!(table.find(&["checkout", "page"]), number);
        assert_eq!(table.find(&["checkout"]), None);
        let values: Vec<String> = table.get(0).unwrap().values().collect();
        assert_eq!(values, ["a\"b", "s", "checkout", "page"]);
    }

    #[test]
    fn escaping_keeps_label_sets_apart() {
        let cases = ["a\\", "a\\\\", "a\"", "a\\\"", "a\n", "a\\n", "a\",b=\"c"];
        let texts: std::collections::HashSet<_> = cases.iter().map(|value| render("", &[("l", value)])).collect();
        assert_eq!(texts.len(), cases.len());
    }

    #[test]
    fn values_come_back_as_they_went_in() {
        let hostile = ["", "plain", "a\\", "\\n", "\n", "a\",b=\"c", "=\"\\", "ünï"];
        for (first, second) in hostile.iter().flat_map(|first| hostile.iter().map(move |second| (first, second))) {
            let series = Series { rendered: render("", &[("a", first), ("b", second)]).into(), meaning: Meaning::default() };
            assert_eq!(series.values().collect::<Vec<_>>(), [*first, *second]);
        }
        assert_eq!(Series { rendered: render("", &[]).into(), meaning: Meaning::default() }.values().next(), None);
    }

    #[test]
    fn values_that_look_like_rendered_text_are_not_taken_for_others() {
        let table = SeriesTable::new("", &names()[..1], 32, 0, &[]);
        let hostile = ["a\\", "a\\\\", "a\"", "a\\\"", "a\n", "a\\n", "a\",b=\"c", "\"", ""];
        let numbers: Vec<_> = hostile.iter().map(|value| table.number(&[("a", value)], Meaning::default(), true)).collect();
        for (value, number) in hostile.iter().zip(numbers) {
            let found = table.find(&[value]);
            assert!(found.is_none() || found == number, "{value:?}");
        }
    }

    #[test]
    fn a_value_is_not_found_by_what_another_is_escaped_to_nor_with_its_quote() {
        for prefix in 0..1_000 {
            for (known, other) in [("\\", r"\\"), ("\"", "\\\""), ("\n", r"\n"), ("", "\"")] {
                let table = SeriesTable::new("", &names()[..1], 2, 0, &[]);
                table.number(&[("a", &format!("{prefix}{known}"))], Meaning::default(), true);
                assert_eq!(table.find(&[&format!("{prefix}{other}")]), None, "{prefix} {known:?}");
            }
        }
    }

    #[test]
    fn untrusted_values_leave_the_reserved_room() {
        let table = SeriesTable::new("", &names()[..1], 4, 2, &[(&[("a", "overflow")], None)]);
        let admitted = |value: &str, trusted| table.number(&[("a", value)], Meaning::default(), trusted).is_some();
        assert!(admitted("junk1", false) && admitted("junk2", false) && !admitted("junk3", false));
        assert!(admitted("known1", true) && admitted("known2", true) && !admitted("known3", true));
        assert!(admitted("junk1", false), "what has a number keeps it");
    }

    fn names() -> [String; 2] {
        ["a", "b"].map(str::to_owned)
    }
}
