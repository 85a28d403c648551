//! A thread's way to the exemplars of what it counts: by numbers that it has already, without a hash of strings.

use std::sync::Arc;

use crate::label::MethodLabel;
use crate::record::exemplars::SeriesExemplars;
use crate::record::progress::Progress;
use crate::record::tables::REQUESTS;

use super::Local;

/// Those of one exchange by status; none for what counts nowhere.
pub(super) type ByStatus = Vec<(u16, Option<Arc<SeriesExemplars>>)>;

impl Local {
    /// A request of a trace has been counted with this status.
    #[cold]
    #[inline(never)]
    pub(in crate::record) fn exemplar(&mut self, progress: &Progress, status: u16, nanoseconds: u64) -> Option<()> {
        let candidate = progress.candidate(nanoseconds)?;
        let place = self.place_of(&progress.route)?;
        let durations = self.exchanges.get(place)?.status(status)?.durations;
        let bucket = self.bounds.get(durations.index())?.as_ref()?.bucket(nanoseconds);
        if self.exemplars.len() <= place {
            self.exemplars.resize_with(place + 1, Vec::new);
        }
        let known = self.exemplars[place].iter().position(|&(known, _)| known == status);
        let known = match known {
            Some(known) => known,
            None => self.new_exemplars(place, progress.route.method, status)?,
        };
        let (_, exemplars) = self.exemplars[place].get(known)?;
        exemplars.as_ref()?.offer(bucket, candidate);
        Some(())
    }

    #[cold]
    fn new_exemplars(&mut self, place: usize, method: MethodLabel, status: u16) -> Option<usize> {
        let row = self.exchanges.get(place)?.row;
        let recorder = self.recorder.upgrade()?;
        let series = recorder.status_series(REQUESTS, row, method, status);
        let exemplars = series.and_then(|series| recorder.exemplars_of(REQUESTS, series)).map(Arc::clone);
        self.exemplars[place].push((status, exemplars));
        Some(self.exemplars[place].len() - 1)
    }
}
