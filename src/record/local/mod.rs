//! What a thread keeps of a recorder: its slot, and the cells it has used, found without a lock, an allocation or a hash of strings.

mod exchange;
mod exemplars;
mod thread;
mod values;

use std::sync::{Arc, Weak};

use crate::clock::Moment;
use crate::config::Ruling;
use crate::label::{MethodLabel, Template};

use super::Recorder;
use super::bounds::Bounds;
use super::cell::Cell;
use super::endpoints::Endpoint;
use super::own_bounds::BoundsId;
use super::progress::{End, Progress, Route};
use super::rows::Row;
use super::slot::Claim;
use super::summary::Summaries;
use super::tables::{BODY_ERROR, CLIENT_GONE, EXCHANGES, OVERFLOW_EXCHANGE, REQUESTS, RESPONSE_SIZE, STARTED, UNANSWERED};
use super::template_cache::{TemplateCache, Verdict};

use exchange::{Answered, Exchange};
use values::Place;

pub(super) use thread::{with, with_last};

/// One recorder's place in one thread.
pub(super) struct Local {
    recorder: Weak<Recorder>,
    /// For the requests to come: no allocation, and no change to a count that other threads change.
    #[expect(clippy::vec_box, reason = "the boxes are what is kept")]
    idle: Vec<Box<Progress>>,
    bounds: Arc<[Option<Bounds>]>,
    summaries: Option<Arc<Summaries>>,
    claim: Claim,
    templates: TemplateCache,
    /// By row and method: one more than the place among the exchanges; 0 for none yet.
    places: Vec<[u32; MethodLabel::COUNT]>,
    exchanges: Vec<Exchange>,
    /// By the place among the exchanges; of none where there are no exemplars.
    exemplars: Vec<exemplars::ByStatus>,
}

impl Local {
    fn new(recorder: &Arc<Recorder>, claim: Claim) -> Self {
        Self {
            recorder: Arc::downgrade(recorder),
            idle: Vec::new(),
            bounds: Arc::clone(&recorder.bounds),
            summaries: recorder.summaries.clone(),
            claim,
            templates: TemplateCache::default(),
            places: Vec::new(),
            exchanges: Vec::new(),
            exemplars: Vec::new(),
        }
    }

    /// A request has arrived.
    #[inline]
    pub(super) fn begin(&mut self, arrived: Moment, row: Row, method: MethodLabel) -> Option<Box<Progress>> {
        let place = self.place(row, method)?;
        self.exchanges.get(place)?.cell.add(STARTED, 1);
        let route = Route { row, method, owner: self.claim.number(), place };
        let mut progress = self.idle.pop().unwrap_or_else(|| Box::new(Progress::idle(&self.recorder, route)));
        progress.arrive(arrived, route);
        Some(progress)
    }

    /// The same for a request that will move: rare, and so not to weigh on the others.
    pub(super) fn begin_pending(&mut self, arrived: Moment, row: Row, method: MethodLabel) -> Option<Box<Progress>> {
        self.arrived(row, method)?;
        let mut progress = Box::new(Progress::idle(&self.recorder, Route::of(row, method)));
        progress.arrive(arrived, progress.route);
        Some(progress)
    }

    /// A request that has arrived before is in flight here from now on.
    pub(super) fn arrived(&mut self, row: Row, method: MethodLabel) -> Option<()> {
        self.count(row, method, STARTED)
    }

    /// A request in flight here is so no more, and has not ended.
    pub(super) fn left(&mut self, row: Row, method: MethodLabel) -> Option<()> {
        self.count(row, method, UNANSWERED)
    }

    fn count(&mut self, row: Row, method: MethodLabel, word: usize) -> Option<()> {
        let place = self.place(row, method)?;
        self.exchanges.get(place)?.cell.add(word, 1);
        Some(())
    }

    #[inline]
    fn keep(&mut self, progress: Box<Progress>) {
        if self.idle.len() < MOST_IDLE {
            self.idle.push(progress);
        } else {
            let_go(progress);
        }
    }

    /// The first row of a template's endpoint; `None` if the template is not counted.
    #[inline]
    pub(super) fn row(&mut self, template: &Template<'_>) -> Option<Row> {
        let verdict = match self.templates.get(template.as_str()) {
            Some(verdict) => verdict,
            None => self.judge(template)?,
        };
        match verdict {
            Verdict::Counted(first) => Some(first),
            Verdict::Uncounted => None,
        }
    }

    #[cold]
    fn judge(&mut self, template: &Template<'_>) -> Option<Verdict> {
        let recorder = self.recorder.upgrade()?;
        let endpoint = match recorder.template_rules.of(template.as_str()) {
            Ruling::Ignored => None,
            // The host's own words: as good as a router's.
            Ruling::Alias(name) => Some(recorder.endpoints.resolve(&Template::Routed(name))),
            Ruling::Itself if template.is_endpoint() => Some(recorder.endpoints.resolve(template)),
            Ruling::Itself => Some(Endpoint::UNMATCHED),
        };
        let verdict = endpoint.map_or(Verdict::Uncounted, |endpoint| Verdict::Counted(recorder.rows.first(endpoint)));
        if template.is_endpoint() {
            self.templates.insert(template.as_str(), verdict);
        }
        Some(verdict)
    }

    #[expect(clippy::inline_always, reason = "what is never answered is counted by it as well, and so it would be called")]
    #[inline(always)]
    pub(super) fn request(&mut self, route: &Route, status: u16, nanoseconds: u64) -> Option<()> {
        let place = self.place_of(route)?;
        let answered = if let Some(answered) = self.exchanges.get(place)?.status(status) {
            answered
        } else {
            self.new_status(place, route.method, status)?;
            self.exchanges.get(place)?.status(status)?
        };
        let bounds = self.bounds.get(answered.durations.index())?.as_ref()?;
        match bounds.grid() {
            None => Place::of(bounds, 0, nanoseconds).add(answered.cell.words()),
            Some(_) => self.count_fine(REQUESTS, 0, answered.cell.series()?, bounds, nanoseconds),
        }
        Some(())
    }

    pub(super) fn unanswered(&mut self, route: &Route) -> Option<()> {
        let place = self.place_of(route)?;
        self.exchanges.get(place)?.cell.add(UNANSWERED, 1);
        Some(())
    }

    #[inline]
    pub(super) fn responded(&mut self, route: &Route, end: End, bytes: u64) -> Option<()> {
        let place = self.place_of(route)?;
        let Exchange { sizes, cell, .. } = self.exchanges.get(place)?;
        let bounds = self.bounds.get(sizes.index())?.as_ref()?;
        if self.summaries.is_some() {
            self.summarize(EXCHANGES, cell.series(), bytes);
        }
        match end {
            End::Complete => {}
            End::Failed => cell.add(BODY_ERROR, 1),
            End::Dropped => cell.add(CLIENT_GONE, 1),
        }
        match bounds.grid() {
            None => Place::of(bounds, RESPONSE_SIZE, bytes).add(cell.words()),
            Some(_) => self.count_fine(EXCHANGES, RESPONSE_SIZE, cell.series()?, bounds, bytes),
        }
        Some(())
    }

    #[inline]
    fn place_of(&mut self, route: &Route) -> Option<usize> {
        // Most requests end on the thread where they began.
        if route.owner == self.claim.number() { Some(route.place) } else { self.place(route.row, route.method) }
    }

    #[inline]
    fn place(&mut self, row: Row, method: MethodLabel) -> Option<usize> {
        let place = match self.places.get(row.index()) {
            Some(methods) if methods[method.index()] != 0 => methods[method.index()],
            _ => self.new_place(row, method)?,
        };
        Some(place as usize - 1)
    }

    #[cold]
    fn new_place(&mut self, row: Row, method: MethodLabel) -> Option<u32> {
        let recorder = self.recorder.upgrade()?;
        let overflow = recorder.rows.first(Endpoint::OVERFLOW);
        let series = recorder.exchange_series(EXCHANGES, row, method);
        // All that does not fit shares its cells here too: what a thread keeps is bounded by the cap.
        let place = if series == Some(OVERFLOW_EXCHANGE) && row != overflow {
            u32::try_from(self.place(overflow, method)? + 1).ok()?
        } else {
            let (sizes, cell) = self.cell(&recorder, EXCHANGES, series);
            self.exchanges.push(Exchange { row, sizes, cell, first: None, others: Vec::new() });
            u32::try_from(self.exchanges.len()).ok()?
        };
        let rows = self.places.len().max(row.index() + 1);
        self.places.resize(rows, [0; MethodLabel::COUNT]);
        self.places[row.index()][method.index()] = place;
        Some(place)
    }

    #[cold]
    fn new_status(&mut self, place: usize, method: MethodLabel, status: u16) -> Option<()> {
        let row = self.exchanges.get(place)?.row;
        let recorder = self.recorder.upgrade()?;
        let series = recorder.status_series(REQUESTS, row, method, status);
        let (durations, cell) = self.cell(&recorder, REQUESTS, series);
        self.exchanges.get_mut(place)?.insert(Answered { status, durations, cell });
        Some(())
    }

    /// What counts nowhere is written as well, where no scrape reads it: those who write need not know.
    fn cell(&self, recorder: &Recorder, table: usize, series: Option<usize>) -> (BoundsId, Cell) {
        match series {
            Some(series) => (recorder.observed(table, series).bounds, self.claim.cell(table, series)),
            None => (BoundsId::of_table(table), self.claim.unread(table)),
        }
    }
}

#[cold]
fn let_go(progress: Box<Progress>) {
    drop(progress);
}

/// What a thread keeps for requests to come: as many as it had in flight at once, within reason.
const MOST_IDLE: usize = 1_024;

#[cfg(test)]
mod tests {
    use http::Method;

    use crate::config::{Choice, Config};

    use super::*;

    #[test]
    fn what_does_not_fit_takes_no_room_of_a_threads_own() {
        const CAP: usize = 16;
        let mut config = Config { http_series: CAP, ..Config::default() };
        config.own_labels.declare("plan".to_owned(), (0..20).map(|number| format!("v{number}")).collect());
        let recorder = Recorder::new(&config);
        for number in 0..400 {
            let template = format!("/{}", number % 20);
            drop(recorder.begin(
                recorder.now(),
                &Template::Routed(&template),
                Choice::at(number / 20),
                MethodLabel::of(&Method::GET),
            ));
        }
        assert_eq!(with(&recorder.weak, |local| Some(local.exchanges.len())), Some(CAP + 1));
    }
}
