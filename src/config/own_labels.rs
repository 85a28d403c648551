//! Labels of the host's own: constant ones on every family, and ones on the server half whose value each request chooses.

use std::collections::BTreeSet;

use crate::error::Error;
use crate::label::{self, Purpose};

use super::name::{MAX_NAME_BYTES, OTHER, is_label_name, is_name, is_reserved};
use super::naming::Naming;
use super::prefetch::Prefetch;

#[derive(Debug, Clone, Default)]
pub(crate) struct OwnLabels {
    /// Name and value.
    pub(crate) constant: Vec<(String, String)>,
    declared: Vec<ChosenLabel>,
    purpose: Option<ChosenLabel>,
    prefetch: Prefetch,
    /// What no route has matched so far may come to count nowhere.
    unmatched_unseen: bool,
}

/// A label of the server half, and every value that it can take.
#[derive(Debug, Clone)]
struct ChosenLabel {
    name: String,
    /// The last one is what all else counts as.
    values: Vec<String>,
}

/// The number of one value for each of the labels that requests choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Choice(u32);

impl Choice {
    /// The only one where there are no such labels.
    pub(crate) const FIRST: Self = Self(0);

    #[inline]
    pub(crate) fn index(self) -> u32 {
        self.0
    }

    pub(crate) fn at(index: u32) -> Self {
        Self(index)
    }
}

impl OwnLabels {
    /// A label with these values, and [`OTHER`] for all else.
    pub(crate) fn declare(&mut self, name: String, values: Vec<String>) {
        self.declared.push(ChosenLabel { name, values: values.into_iter().chain([OTHER.to_owned()]).collect() });
    }

    pub(crate) fn set_prefetch(&mut self, prefetch: Prefetch) {
        let values = [Purpose::Prefetch.name(), Purpose::Prerender.name(), ""].map(str::to_owned).into();
        self.prefetch = prefetch;
        self.purpose = (prefetch == Prefetch::Separate).then(|| ChosenLabel { name: PURPOSE.to_owned(), values });
    }

    pub(crate) fn ignore_unmatched(&mut self) {
        self.unmatched_unseen = true;
    }

    pub(crate) fn prefetch(&self) -> Prefetch {
        self.prefetch
    }

    /// The names of the labels that requests choose.
    pub(crate) fn chosen_names(&self) -> impl Iterator<Item = &str> {
        self.chosen().map(|label| label.name.as_str())
    }

    /// How many choices there are.
    pub(crate) fn choices(&self) -> u32 {
        let unseen = self.unmatched_unseen || self.prefetch == Prefetch::Ignore;
        self.combinations().saturating_add(unseen.into())
    }

    /// The choice that counts nowhere, behind all others.
    pub(crate) fn unseen(&self) -> Choice {
        Choice(self.combinations())
    }

    /// The choice of one value for each label, in the order in which they were declared, the purpose last.
    pub(crate) fn choose<'a>(&self, values: impl Iterator<Item = Option<&'a str>>) -> Choice {
        let number = self.chosen().zip(values).fold(0, |number, (label, value)| {
            let other = label.values.len() - 1;
            let place = value.and_then(|value| label.values.iter().position(|known| known == value)).unwrap_or(other);
            number * label.values.len() + place
        });
        Choice(number as u32)
    }

    /// Names and values of a choice in their order; `None` for the one that counts nowhere.
    pub(crate) fn pairs(&self, choice: Choice) -> Option<Vec<(&str, &str)>> {
        if choice == self.unseen() {
            return None;
        }
        let mut number = choice.0 as usize;
        let mut pairs = Vec::new();
        for ChosenLabel { name, values } in self.chosen().rev() {
            pairs.push((name.as_str(), values[number % values.len()].as_str()));
            number /= values.len();
        }
        pairs.reverse();
        Some(pairs)
    }

    fn chosen(&self) -> impl DoubleEndedIterator<Item = &ChosenLabel> {
        self.declared.iter().chain(&self.purpose)
    }

    fn combinations(&self) -> u32 {
        let combinations = self.chosen().fold(1_usize, |combinations, label| combinations.saturating_mul(label.values.len()));
        u32::try_from(combinations).unwrap_or(u32::MAX)
    }

    /// `taken` are the label names of client metrics.
    pub(super) fn validate<'a>(&'a self, naming: Naming, taken: impl Iterator<Item = &'a str>) -> Result<(), Error> {
        for (what, most, there) in
            [("constant", MOST_CONSTANT, self.constant.len()), ("chosen", MOST_CHOSEN, self.declared.len())]
        {
            if there > most {
                return Err(Error::setting(format!("at most {most} {what} labels, not {there}")));
            }
        }
        let constant = self.constant.iter().map(|(name, _)| name.as_str());
        let mut names: BTreeSet<&str> = taken.collect();
        for name in constant.chain(self.declared.iter().map(|label| label.name.as_str())) {
            check_name(name, naming)?;
            if !names.insert(name) {
                return Err(Error::setting(format!("two labels bear the name {name:?}")));
            }
        }
        if let Some((name, value)) = self.constant.iter().find(|(_, value)| !label::is_endpoint(value)) {
            return Err(Error::setting(format!(
                "the value of the constant label {name:?} takes 1 to {} bytes without control characters, not {value:?}",
                label::MAX_ENDPOINT_BYTES
            )));
        }
        self.declared.iter().try_for_each(ChosenLabel::validate)?;
        match self.combinations() {
            choices if choices > MOST_CHOICES => Err(Error::setting(format!(
                "the values of chosen labels make {choices} combinations, above the {MOST_CHOICES} that fit"
            ))),
            _ => Ok(()),
        }
    }
}

impl ChosenLabel {
    fn validate(&self) -> Result<(), Error> {
        let Self { name, values } = self;
        let problem = |problem: &str| Err(Error::setting(format!("the label {name:?} takes {problem}")));
        let Some((_, declared)) = values.split_last().filter(|(_, declared)| !declared.is_empty()) else {
            return problem("at least one value");
        };
        if let Some(value) = declared.iter().find(|value| !is_name(value)) {
            return problem(&format!("values of 1 to {MAX_NAME_BYTES} printable ASCII bytes, not {value:?}"));
        }
        if declared.iter().any(|value| is_reserved(value) || value == OTHER) {
            return problem("no value overflow, unmatched or other: these are this crate's own");
        }
        if declared.iter().collect::<BTreeSet<_>>().len() < declared.len() {
            return problem("each value once");
        }
        Ok(())
    }
}

fn check_name(name: &str, naming: Naming) -> Result<(), Error> {
    if is_label_name(name) && !OUR_LABELS.contains(&name) && !naming.labels().all().any(|ours| ours == name) {
        Ok(())
    } else {
        Err(Error::setting(format!(
            "a label's name takes letters, digits and underscores, starts with no digit and with no two underscores, and is neither le nor \
             quantile nor a label of this crate's own, unlike {name:?}"
        )))
    }
}

/// Names that some family of ours has, or may come to have, beside those of a [`Naming`].
#[rustfmt::skip]
const OUR_LABELS: [&str; 23] = [
    "method", "endpoint", "status", "reason", "purpose", "phase", "type", "name", "kind", "path", "from", "to", "goal", "service", "result",
    "probe", "destination", "level", "target", "grpc_type", "grpc_service", "grpc_method", "grpc_code",
];

/// What a request is for, where that is counted apart.
const PURPOSE: &str = "purpose";

const MOST_CONSTANT: usize = 8;
const MOST_CHOSEN: usize = 3;
/// A thread's index of cells holds 40 bytes for each endpoint and choice.
const MOST_CHOICES: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_combination_of_values_has_a_number_of_its_own() {
        let mut labels = OwnLabels::default();
        assert_eq!((labels.choices(), labels.pairs(Choice::FIRST)), (1, Some(vec![])));
        labels.declare("plan".to_owned(), vec!["free".to_owned(), "pro".to_owned()]);
        labels.declare("beta".to_owned(), vec!["yes".to_owned()]);
        let mut numbers = BTreeSet::new();
        for plan in ["free", "pro", "other"] {
            for beta in ["yes", "other"] {
                let choice = labels.choose([Some(plan), Some(beta)].into_iter());
                assert_eq!(labels.pairs(choice), Some(vec![("plan", plan), ("beta", beta)]));
                assert!(choice.index() < labels.choices() && numbers.insert(choice.index()));
            }
        }
        let strange = labels.choose([Some("gold"), None].into_iter());
        assert_eq!(labels.pairs(strange), Some(vec![("plan", "other"), ("beta", "other")]));
    }

    #[test]
    fn what_is_ignored_has_a_choice_without_labels_behind_all_others() {
        let mut labels = OwnLabels::default();
        labels.declare("plan".to_owned(), vec!["free".to_owned()]);
        labels.set_prefetch(Prefetch::Ignore);
        assert_eq!((labels.choices(), labels.unseen().index(), labels.pairs(labels.unseen())), (3, 2, None));
        labels.set_prefetch(Prefetch::Separate);
        assert_eq!(labels.choices(), 6);
        let choice = labels.choose([Some("free"), Some("prerender")].into_iter());
        assert_eq!(labels.pairs(choice), Some(vec![("plan", "free"), ("purpose", "prerender")]));
    }
}
