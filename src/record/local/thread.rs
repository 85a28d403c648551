//! Where each thread keeps its place in every recorder that it has used.

use std::cell::RefCell;
use std::sync::Weak;

use super::Local;
use crate::record::Recorder;
use crate::record::progress::Progress;
use crate::record::sync::per_thread;

per_thread! {
    static LOCALS: RefCell<Vec<Local>> = const { RefCell::new(Vec::new()) };
}

/// Runs `record` on the calling thread's place in the recorder; `None` when the recorder is gone.
///
/// A thread that is being torn down has no place any more and writes where everybody may.
///
/// `record` is copied where it runs, so that the usual way keeps what it holds in registers.
#[inline]
pub(in crate::record) fn with<R>(recorder: &Weak<Recorder>, record: impl FnOnce(&mut Local) -> Option<R> + Copy) -> Option<R> {
    let own = LOCALS.try_with(|locals| {
        let mut locals = locals.try_borrow_mut().ok()?;
        find_or_claim(&mut locals, recorder).map(record)
    });
    match own {
        Ok(Some(outcome)) => outcome,
        _ => with_shared(recorder, record),
    }
}

/// The same, for the last that a request has to record: the thread keeps what stood for it.
#[inline]
pub(in crate::record) fn with_last(progress: Box<Progress>, record: impl FnOnce(&mut Local, &Progress) -> Option<()> + Copy) {
    let mut last = Some(progress);
    let own = LOCALS.try_with(|locals| {
        let mut locals = locals.try_borrow_mut().ok()?;
        let local = find_or_claim(&mut locals, &last.as_ref()?.recorder)?;
        let progress = last.take()?;
        let _ = record(local, &progress);
        local.keep(progress);
        Some(())
    });
    if let (Ok(None) | Err(_), Some(progress)) = (own, last) {
        with_shared(&progress.recorder, |local| record(local, &progress));
    }
}

#[cold]
#[inline(never)]
fn with_shared<R>(recorder: &Weak<Recorder>, record: impl FnOnce(&mut Local) -> Option<R>) -> Option<R> {
    let strong = recorder.upgrade()?;
    record(&mut Local::new(&strong, strong.slots.shared()))
}

#[inline]
fn find_or_claim<'a>(locals: &'a mut Vec<Local>, recorder: &Weak<Recorder>) -> Option<&'a mut Local> {
    // A weak count keeps the allocation, so an address is never reused while a `Local` compares with it.
    let place = match locals.iter().position(|local| Weak::ptr_eq(&local.recorder, recorder)) {
        Some(place) => place,
        None => claim(locals, recorder)?,
    };
    locals.get_mut(place)
}

#[cold]
fn claim(locals: &mut Vec<Local>, recorder: &Weak<Recorder>) -> Option<usize> {
    locals.retain(|local| local.recorder.strong_count() > 0);
    let strong = recorder.upgrade()?;
    locals.push(Local::new(&strong, strong.slots.claim()));
    Some(locals.len() - 1)
}
