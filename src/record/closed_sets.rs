//! The series that are there before anything happens.

use super::tables::View;
use super::{Counter, FamilyId, Recorder, SCRAPE_STATUSES, ScrapeFailure};
use crate::beacon::{BatchResult, EVENT_KINDS, ErrorKind, Reason, SESSION_EVENT};
use crate::config::Config;
use crate::label::UNMATCHED;

impl Recorder {
    /// Counters whose labels are a closed set stand at 0 from the start, so that `rate` sees the first event.
    pub(super) fn expose_closed_sets(&self, config: &Config) {
        let zero = |family: FamilyId, values: &[&str]| {
            let _ = self.series(family.table(), values);
        };
        let each =
            |counter: Counter, values: &mut dyn Iterator<Item = &str>| values.for_each(|value| zero(counter.into(), &[value]));
        let vocabulary = &config.vocabulary;
        for kind in &vocabulary.interaction_types {
            zero(Counter::UserInteractions.into(), &[kind, ""]);
            vocabulary.interaction_names.iter().for_each(|name| zero(Counter::UserInteractions.into(), &[kind, name]));
        }
        for kind in ErrorKind::ALL {
            zero(Counter::UserErrors.into(), &[UNMATCHED, kind.label()]);
        }
        each(Counter::UserJourneys, &mut vocabulary.journeys.iter().map(String::as_str));
        each(Counter::UserConversions, &mut vocabulary.goals.iter().map(String::as_str));
        each(Counter::UserThirdPartyFailures, &mut vocabulary.third_parties.values().map(String::as_str));
        each(Counter::Batches, &mut BatchResult::ALL.into_iter().map(BatchResult::label));
        let replays = config.paths.replay.is_some();
        each(Counter::Events, &mut EVENT_KINDS.into_iter().chain(replays.then_some(SESSION_EVENT)));
        let reasons = Reason::ALL.into_iter().filter(|reason| replays || !reason.is_of_replay());
        each(Counter::Rejected, &mut reasons.map(Reason::label));
        each(Counter::ExpositionRequests, &mut SCRAPE_STATUSES.into_iter());
        each(Counter::ExpositionFailures, &mut ScrapeFailure::ALL.into_iter().map(ScrapeFailure::label));
        for counter in
            [Counter::UserSessions, Counter::UserEngagedSessions, Counter::UserEngagedSeconds, Counter::ExpositionConflicts]
        {
            zero(counter.into(), &[]);
        }
        for family in &self.families {
            if let View::Scrapes(table) = family.view {
                let _ = self.series(table, &[]);
            }
        }
        for (place, counter) in vocabulary.counters.iter().enumerate() {
            let family = FamilyId::client_counter(place);
            combinations(&mut Vec::new(), &counter.family.labels, &mut |values| zero(family, values));
        }
        for family in config.timers.iter().map(|timer| &timer.family) {
            if let Some(id) = FamilyId::named(config, &family.name) {
                combinations(&mut Vec::new(), &family.labels, &mut |values| zero(id, values));
            }
        }
    }
}

/// Calls `visit` with every choice of one value for each label.
fn combinations<'a>(chosen: &mut Vec<&'a str>, labels: &'a [(String, Vec<String>)], visit: &mut dyn FnMut(&[&str])) {
    let Some(((_, values), rest)) = labels.split_first() else {
        return visit(chosen);
    };
    for value in values {
        chosen.push(value);
        combinations(chosen, rest, visit);
        chosen.pop();
    }
}
