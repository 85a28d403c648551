//! Requests of the page, and the counters and histograms that the host has declared for it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::beacon::event::Event;
use crate::beacon::rejection::{Reason, Rejection};
use crate::config::{DeclaredFamily, Unit, Vocabulary};

use super::{Text, counted, ranged, seconds};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct RequestForm<'a> {
    #[serde(borrow)]
    endpoint: Option<Text<'a>>,
    duration: f64,
}

impl<'a> RequestForm<'a> {
    pub(in crate::beacon) fn event(self) -> Result<Event<'a>, Rejection> {
        Ok(Event::Request { endpoint: self.endpoint, seconds: seconds(self.duration, DURATION)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct ThirdPartyForm<'a> {
    #[serde(borrow)]
    service: Text<'a>,
    duration: f64,
}

impl ThirdPartyForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        Ok(Event::ThirdParty { service: service(&self.service, vocabulary)?, seconds: seconds(self.duration, DURATION)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct ThirdPartyFailureForm<'a> {
    #[serde(borrow)]
    service: Text<'a>,
    count: Option<u64>,
}

impl ThirdPartyFailureForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        Ok(Event::ThirdPartyFailure { service: service(&self.service, vocabulary)?, count: counted(self.count)? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct CounterForm<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    labels: BTreeMap<Text<'a>, Text<'a>>,
    value: u64,
}

impl CounterForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let place = vocabulary.counters.iter().position(|counter| counter.family.name == *self.name).ok_or(UNDECLARED)?;
        let labels = labels(&vocabulary.counters[place].family, &self.labels)?;
        Ok(Event::ClientCounter { place, labels, amount: counted(Some(self.value))? })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::beacon) struct HistogramForm<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow, default)]
    labels: BTreeMap<Text<'a>, Text<'a>>,
    value: f64,
}

impl HistogramForm<'_> {
    pub(in crate::beacon) fn event(self, vocabulary: &Vocabulary) -> Result<Event<'_>, Rejection> {
        let place = vocabulary.histograms.iter().position(|histogram| histogram.family.name == *self.name).ok_or(UNDECLARED)?;
        let histogram = &vocabulary.histograms[place];
        let labels = labels(&histogram.family, &self.labels)?;
        let value = match histogram.unit {
            Unit::Seconds => self.value / 1_000.0,
            Unit::None => self.value,
        };
        let value = ranged(value, histogram.most, "a histogram takes values in its declared range")?;
        Ok(Event::ClientHistogram { place, labels, value })
    }
}

/// A value for each label of the family, in its order, out of those declared; and no other label.
fn labels<'a>(family: &'a DeclaredFamily, sent: &BTreeMap<Text<'_>, Text<'_>>) -> Result<Vec<&'a str>, Rejection> {
    let declared = |(name, values): &'a (String, Vec<String>)| {
        let value = sent.get(name.as_str())?;
        values.iter().find(|declared| **declared == **value).map(String::as_str)
    };
    let labels: Option<Vec<&str>> = family.labels.iter().map(declared).collect();
    labels
        .filter(|labels| labels.len() == sent.len())
        .ok_or(Reason::UnknownName.because("labels take the declared names and values, each once"))
}

fn service<'a>(sent: &str, vocabulary: &'a Vocabulary) -> Result<&'a str, Rejection> {
    let service = vocabulary.third_parties.values().find(|service| *service == sent);
    service.map(String::as_str).ok_or(Reason::UnknownName.because("service takes one that the host has declared"))
}

const DURATION: &str = "duration takes 0 to 600000 milliseconds";

const UNDECLARED: Rejection = Reason::UnknownName.because("name takes a metric that the host has declared");
