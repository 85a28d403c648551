//! What a thread keeps of a recorder: its slot, and the cells it has used, found without a lock, an allocation or a hash of strings.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use crate::label::{MethodLabel, Template};

use super::bounds::Bounds;
use super::cell::Cell;
use super::endpoints::Endpoint;
use super::in_flight::End;
use super::slot::Claim;
use super::tables::{BODY_ERROR, CLIENT_GONE, EXCHANGES, REQUESTS, RESPONSE_SIZE, STARTED, UNANSWERED};
use super::template_cache::{TemplateCache, Verdict};
use super::{Recorder, Uncounted};

/// One recorder's place in one thread.
pub(super) struct Local {
    /// A count of its own per thread: a guard that clones it contends with no other thread.
    anchor: Arc<Weak<Recorder>>,
    bounds: Arc<[Option<Bounds>]>,
    claim: Claim,
    templates: TemplateCache,
    routes: Vec<Option<Box<Route>>>,
}

#[derive(Default)]
struct Route {
    methods: [Option<Box<Exchange>>; MethodLabel::COUNT],
}

/// The cells of one method and endpoint.
struct Exchange {
    cell: Cell,
    statuses: Vec<(u16, Cell)>,
}

thread_local! {
    static LOCALS: RefCell<Vec<Local>> = const { RefCell::new(Vec::new()) };
}

/// Runs `record` on the calling thread's place in the recorder; `None` when the recorder is gone.
///
/// A thread that is being torn down has no place any more and writes where everybody may.
pub(super) fn with<R>(recorder: &Weak<Recorder>, record: impl FnOnce(&mut Local) -> Option<R>) -> Option<R> {
    let mut pending = Some(record);
    let outcome = LOCALS.try_with(|locals| {
        let mut locals = locals.try_borrow_mut().ok()?;
        let local = find_or_claim(&mut locals, recorder)?;
        pending.take()?(local)
    });
    match pending {
        None => outcome.ok()?,
        Some(record) => {
            let strong = recorder.upgrade()?;
            record(&mut Local::new(&strong, strong.slots.shared()))
        }
    }
}

fn find_or_claim<'a>(locals: &'a mut Vec<Local>, recorder: &Weak<Recorder>) -> Option<&'a mut Local> {
    // A weak count keeps the allocation, so an address is never reused while a `Local` compares with it.
    if let Some(index) = locals.iter().position(|local| Weak::ptr_eq(&local.anchor, recorder)) {
        return locals.get_mut(index);
    }
    locals.retain(|local| local.anchor.strong_count() > 0);
    let strong = recorder.upgrade()?;
    locals.push(Local::new(&strong, strong.slots.claim()));
    locals.last_mut()
}

impl Local {
    fn new(recorder: &Arc<Recorder>, claim: Claim) -> Self {
        Self {
            anchor: Arc::new(Arc::downgrade(recorder)),
            bounds: Arc::clone(&recorder.bounds),
            claim,
            templates: TemplateCache::default(),
            routes: Vec::new(),
        }
    }

    pub(super) fn anchor(&self) -> Arc<Weak<Recorder>> {
        Arc::clone(&self.anchor)
    }

    /// The template's endpoint; `None` if it is not counted.
    pub(super) fn endpoint(&mut self, template: &Template<'_>, uncounted: &Uncounted) -> Option<Endpoint> {
        let text = template.as_str();
        let verdict = match self.templates.get(text) {
            Some(verdict) => verdict,
            None if !template.is_endpoint() => return self.endpoint(&Template::Unmatched, uncounted),
            None => {
                let verdict = self.judge(template, uncounted)?;
                self.templates.insert(text, verdict);
                verdict
            }
        };
        match verdict {
            Verdict::Counted(endpoint) => Some(endpoint),
            Verdict::Uncounted => None,
        }
    }

    fn judge(&self, template: &Template<'_>, uncounted: &Uncounted) -> Option<Verdict> {
        if uncounted.contains(template.as_str()) {
            return Some(Verdict::Uncounted);
        }
        Some(Verdict::Counted(self.anchor.upgrade()?.endpoints.resolve(template)))
    }

    pub(super) fn started(&mut self, endpoint: Endpoint, method: MethodLabel) -> Option<()> {
        self.exchange(endpoint, method)?.cell.add(STARTED, 1);
        Some(())
    }

    pub(super) fn request(&mut self, endpoint: Endpoint, method: MethodLabel, status: u16, nanoseconds: u64) -> Option<()> {
        let place = Place::of(self.bounds[REQUESTS].as_ref()?, 0, nanoseconds);
        place.add(self.status(endpoint, method, status)?);
        Some(())
    }

    pub(super) fn unanswered(&mut self, endpoint: Endpoint, method: MethodLabel) -> Option<()> {
        self.exchange(endpoint, method)?.cell.add(UNANSWERED, 1);
        Some(())
    }

    pub(super) fn responded(&mut self, endpoint: Endpoint, method: MethodLabel, end: End, bytes: u64) -> Option<()> {
        let place = Place::of(self.bounds[EXCHANGES].as_ref()?, RESPONSE_SIZE, bytes);
        let cell = &self.exchange(endpoint, method)?.cell;
        match end {
            End::Complete => {}
            End::Failed => cell.add(BODY_ERROR, 1),
            End::Dropped => cell.add(CLIENT_GONE, 1),
        }
        place.add(cell);
        Some(())
    }

    pub(super) fn add(&mut self, table: usize, series: usize, amount: u64) {
        self.claim.cell(table, series).add(0, amount);
    }

    pub(super) fn observe(&mut self, table: usize, series: usize, value: u64) -> Option<()> {
        Place::of(self.bounds[table].as_ref()?, 0, value).add(&self.claim.cell(table, series));
        Some(())
    }

    fn exchange(&mut self, endpoint: Endpoint, method: MethodLabel) -> Option<&mut Exchange> {
        let index = endpoint.index();
        if index >= self.routes.len() {
            self.routes.resize_with(index + 1, || None);
        }
        let exchange = &mut self.routes[index].get_or_insert_default().methods[method.index()];
        if exchange.is_none() {
            let series = self.anchor.upgrade()?.exchange_series(EXCHANGES, endpoint, method);
            *exchange = Some(Box::new(Exchange { cell: self.claim.cell(EXCHANGES, series), statuses: Vec::new() }));
        }
        exchange.as_deref_mut()
    }

    fn status(&mut self, endpoint: Endpoint, method: MethodLabel, status: u16) -> Option<&Cell> {
        let position = |exchange: &Exchange| exchange.statuses.iter().position(|&(known, _)| known == status);
        if position(self.exchange(endpoint, method)?).is_none() {
            let series = self.anchor.upgrade()?.status_series(REQUESTS, endpoint, method, status);
            let cell = self.claim.cell(REQUESTS, series);
            self.exchange(endpoint, method)?.statuses.push((status, cell));
        }
        let exchange = self.exchange(endpoint, method)?;
        let position = position(exchange)?;
        Some(&exchange.statuses[position].1)
    }
}

/// Where a value goes in a histogram's cell.
struct Place {
    bucket: usize,
    sum: usize,
    value: u64,
}

impl Place {
    fn of(bounds: &Bounds, first: usize, value: u64) -> Self {
        Self { bucket: first + bounds.bucket(value), sum: first + bounds.buckets(), value }
    }

    fn add(&self, cell: &Cell) {
        cell.add(self.bucket, 1);
        cell.add(self.sum, self.value);
    }
}
