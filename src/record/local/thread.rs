//! Where each thread keeps its place in every recorder that it has used.

use std::cell::Cell;
use std::sync::Weak;

use super::Local;
use crate::record::Recorder;
use crate::record::progress::Progress;
use crate::record::sync::per_thread;

per_thread! {
    static LOCALS: Locals = const { Locals { last: Cell::new(None), others: Cell::new(Vec::new()) } };
}

struct Locals {
    /// The place that was used last: most threads have no other. It is out while something is recorded: one word that is moved, and only one place
    /// in the code where `record` runs, so that it keeps what it holds in registers.
    last: Cell<Option<Box<Local>>>,
    #[expect(clippy::vec_box, reason = "the boxes are what is moved")]
    others: Cell<Vec<Box<Local>>>,
}

/// Runs `record` on the calling thread's place in the recorder; `None` when the recorder is gone.
///
/// A thread that is being torn down has no place any more and writes where everybody may.
#[inline]
pub(in crate::record) fn with<R>(recorder: &Weak<Recorder>, record: impl FnOnce(&mut Local) -> Option<R>) -> Option<R> {
    let mut local = take(recorder)?;
    let outcome = record(&mut local);
    give_back(local);
    outcome
}

/// The same, for the last that a request has to record: the thread keeps what stood for it.
#[inline]
pub(in crate::record) fn with_last(progress: Box<Progress>, record: impl FnOnce(&mut Local, &Progress) -> Option<()>) {
    let Some(mut local) = take(&progress.recorder) else { return };
    let _ = record(&mut local, &progress);
    local.keep(progress);
    give_back(local);
}

/// Who records while recording finds no place, and takes another.
#[inline]
fn take(recorder: &Weak<Recorder>) -> Option<Box<Local>> {
    match LOCALS.try_with(|locals| locals.last.take()) {
        // A weak count keeps the allocation, so an address is never reused while a `Local` compares with it.
        Ok(Some(local)) if Weak::ptr_eq(&local.recorder, recorder) => Some(local),
        Ok(last) => find_or_claim(last, recorder),
        Err(_) => shared(recorder),
    }
}

#[inline]
fn give_back(local: Box<Local>) {
    let _ = LOCALS.try_with(|locals| locals.last.set(Some(local)));
}

#[inline(never)]
fn find_or_claim(last: Option<Box<Local>>, recorder: &Weak<Recorder>) -> Option<Box<Local>> {
    let mut others = LOCALS.try_with(|locals| locals.others.take()).unwrap_or_default();
    others.extend(last);
    let found = if let Some(place) = others.iter().position(|local| Weak::ptr_eq(&local.recorder, recorder)) {
        Some(others.swap_remove(place))
    } else {
        others.retain(|local| local.recorder.strong_count() > 0);
        recorder.upgrade().map(|strong| Box::new(Local::new(&strong, strong.slots.claim())))
    };
    let _ = LOCALS.try_with(|locals| locals.others.set(others));
    found
}

#[cold]
fn shared(recorder: &Weak<Recorder>) -> Option<Box<Local>> {
    let strong = recorder.upgrade()?;
    Some(Box::new(Local::new(&strong, strong.slots.shared())))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::config::Config;
    use crate::record::Counter;

    use super::*;

    #[test]
    fn recorders_by_turns_keep_their_places_and_one_that_is_gone_has_none() {
        let recorders: Vec<Arc<Recorder>> = (0..3).map(|_| Recorder::new(&Config::default())).collect();
        let claims = || recorders.iter().map(|recorder| claim(&recorder.weak)).collect::<Vec<_>>();
        assert_eq!(claims(), claims());
        let gone = Arc::downgrade(&recorders[1].slots);
        drop(recorders);
        assert!(gone.strong_count() > 0, "kept by the place");
        assert_eq!(claim(&Weak::new()), None);
        let next = Recorder::new(&Config::default());
        assert!(claim(&next.weak).is_some());
        assert_eq!(gone.strong_count(), 0);
    }

    #[test]
    fn what_is_recorded_during_a_recording_counts_as_well() {
        let recorder = Recorder::new(&Config::default());
        let counted = recorder.counted(Counter::UserSessions, &[]);
        for _ in 0..3 {
            with(&recorder.weak, |local| {
                recorder.add(counted, 10);
                local.add(counted.table, counted.series, 1);
                Some(())
            });
        }
        let mut sum = [0];
        recorder.slots.sum(counted.table, counted.series, 0..1, &mut sum);
        assert_eq!(sum, [33]);
    }

    fn claim(recorder: &Weak<Recorder>) -> Option<u64> {
        with(recorder, |local| Some(local.claim.number()))
    }
}
