//! Which bounds a series' histogram has: those of its table, or those that its endpoint has of its own.

use std::collections::BTreeMap;

use crate::config::{Buckets, Config, Sizes};

use super::bounds::{Bounds, Resolution};
use super::tables::{EXCHANGES, REQUEST_SIZES, REQUESTS, RESPONSES};

/// The number of a recorder's bounds: those of a table have the table's, those of single endpoints come behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoundsId(u32);

impl BoundsId {
    pub(super) fn of_table(table: usize) -> Self {
        Self(table as u32)
    }

    #[inline]
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Bounds of single endpoints.
pub(super) struct OwnBounds {
    different: Vec<Bounds>,
    durations: BTreeMap<String, usize>,
    sizes: BTreeMap<String, usize>,
    /// Bounds that are numbered before these.
    tables: usize,
}

impl OwnBounds {
    /// Summaries of sizes have no bounds.
    pub(super) fn new(config: &Config) -> Self {
        let (mut different, buckets) = (Vec::new(), &config.http_buckets);
        let durations = numbered(&mut different, Resolution::BILLIONTHS, buckets.own_durations());
        let sizes = match config.sizes {
            Sizes::Histogram => numbered(&mut different, Resolution::WHOLE, buckets.own_sizes()),
            Sizes::Summary => BTreeMap::new(),
        };
        if config.native_histograms {
            different = different.into_iter().map(Bounds::with_grid).collect();
        }
        Self { different, durations, sizes, tables: 0 }
    }

    /// The most words that a histogram of a table may need with any of them; 0 if there are none.
    pub(super) fn words(&self, table: usize) -> usize {
        let places = self.of_kind(table).into_iter().flat_map(BTreeMap::values);
        places.map(|&place| self.different[place].words()).max().unwrap_or(0)
    }

    /// All bounds of a recorder by their number.
    pub(super) fn behind(&mut self, tables: impl ExactSizeIterator<Item = Option<Bounds>>) -> Vec<Option<Bounds>> {
        self.tables = tables.len();
        let all = tables.chain(self.different.drain(..).map(Some));
        all.enumerate().map(|(number, bounds)| bounds.map(|bounds| bounds.numbered(number))).collect()
    }

    /// Of an endpoint's series in a table, if it has its own.
    pub(super) fn of(&self, table: usize, endpoint: &str) -> Option<BoundsId> {
        let place = self.of_kind(table)?.get(endpoint)?;
        Some(BoundsId((self.tables + place) as u32))
    }

    fn of_kind(&self, table: usize) -> Option<&BTreeMap<String, usize>> {
        match table {
            REQUESTS | RESPONSES => Some(&self.durations),
            EXCHANGES | REQUEST_SIZES => Some(&self.sizes),
            _ => None,
        }
    }
}

/// The place of each endpoint's bounds among `different`; equal ones share theirs.
fn numbered<'a>(
    different: &mut Vec<Bounds>,
    resolution: Resolution,
    own: impl Iterator<Item = (&'a str, Buckets)>,
) -> BTreeMap<String, usize> {
    let place = |(name, buckets): (&str, Buckets)| {
        let bounds = Bounds::new(&buckets, resolution);
        let known = different.iter().position(|other| other.floats == bounds.floats && other.resolution() == resolution);
        let place = known.unwrap_or_else(|| {
            different.push(bounds);
            different.len() - 1
        });
        (name.to_owned(), place)
    };
    own.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_bounds_are_kept_once_and_numbered_behind_the_tables() {
        let mut config = Config::default();
        let buckets = &mut config.http_buckets;
        let bounds = |bounds: &[f64]| Buckets::new(bounds).unwrap();
        for (name, own) in [("/a", &[1.0, 2.0][..]), ("/b", &[1.0, 2.0]), ("/c", &[3.0])] {
            buckets.endpoint_durations(name.to_owned(), bounds(own));
        }
        buckets.endpoint_sizes("/a".to_owned(), bounds(&[1.0, 2.0]));
        let mut own = OwnBounds::new(&config);
        assert_eq!((own.words(REQUESTS), own.words(EXCHANGES), own.words(usize::MAX)), (4, 4, 0));
        let all = own.behind([None, None].into_iter());
        let shown: Vec<_> = all.iter().flatten().map(|bounds| (bounds.number(), &*bounds.floats)).collect();
        assert_eq!(shown, [(2, &[1.0, 2.0][..]), (3, &[3.0]), (4, &[1.0, 2.0])]);
        let of = |table, name| own.of(table, name).map(BoundsId::index);
        assert_eq!([of(REQUESTS, "/a"), of(RESPONSES, "/b"), of(REQUESTS, "/c")], [Some(2), Some(2), Some(3)]);
        assert_eq!([of(REQUEST_SIZES, "/a"), of(EXCHANGES, "/b"), of(usize::MAX, "/a")], [Some(4), None, None]);
    }
}
