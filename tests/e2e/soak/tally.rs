//! What the clients counted, and what `/metrics` must say of it.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use crate::beacons::{BEACONS, Beacon, Move, TOO_LATE, TOO_MANY};
use crate::samples::{Exposition, Labels, Samples, labels, moved};
use crate::visits::{End, VISITS};

#[derive(Default)]
pub struct Tally {
    /// By their places in the lists of what is sent.
    visits: [u64; VISITS.len()],
    bytes: [u64; VISITS.len()],
    beacons: [u64; BEACONS.len()],
    too_many: u64,
    too_many_batches: u64,
    too_late: u64,
}

impl Tally {
    pub fn visited(&mut self, visit: usize, bytes: u64) {
        self.visits[visit] += 1;
        self.bytes[visit] += bytes;
    }

    /// Answered as it is to be.
    pub fn recorded(&mut self, beacon: usize) {
        self.beacons[beacon] += 1;
    }

    pub fn too_many(&mut self, beacon: &Beacon) {
        self.too_many += 1;
        self.too_many_batches += u64::from(beacon.is_batch());
    }

    pub fn too_late(&mut self) {
        self.too_late += 1;
    }

    pub fn requests(&self) -> u64 {
        self.visits.iter().sum()
    }

    pub fn beacons(&self) -> u64 {
        self.beacons.iter().sum::<u64>() + self.too_many + self.too_late
    }

    /// By reason.
    pub fn refused(&self) -> Samples {
        self.expected().remove("rum_rejected_total").unwrap_or_default()
    }

    /// The samples of these families are the counted ones, to the count; nothing is in flight; what was not sent has not moved.
    pub fn assert_is(&self, exposition: &Exposition) {
        for (name, expected) in self.expected() {
            assert_eq!(exposition.moved(name), expected, "{name}, on the right what the clients counted");
        }
        assert_eq!(exposition.moved("http_requests_in_flight"), Samples::new());
    }

    fn expected(&self) -> BTreeMap<&'static str, Samples> {
        let mut expected = Expected(FAMILIES.map(|name| (name, Samples::new())).into());
        for (number, visit) in VISITS.iter().enumerate() {
            let (times, [method, endpoint, status]) = (self.visits[number] as f64, visit.labels);
            expected.add("http_requests_total", &visit.labels, times);
            expected.add("http_request_duration_seconds_count", &visit.labels, times);
            if status.1.starts_with('5') {
                expected.add("http_errors_total", &[method, endpoint], times);
            }
            if visit.end == End::Leaves {
                expected.add("http_responses_incomplete_total", &[method, endpoint, ("reason", "client_gone")], times);
            }
            if visit.end != End::Panics {
                expected.add("http_response_size_bytes_count", &[method, endpoint], times);
                expected.add("http_response_size_bytes_sum", &[method, endpoint], self.bytes[number] as f64);
            }
        }
        for (beacon, &times) in BEACONS.iter().zip(&self.beacons) {
            beacon.moves.iter().for_each(|moves| expected.beacon(moves, times));
        }
        let [refused, batch] = TOO_MANY;
        expected.beacon(&refused, self.too_many);
        expected.beacon(&batch, self.too_many_batches);
        expected.beacon(&TOO_LATE, self.too_late);
        expected.0.into_iter().map(|(name, samples)| (name, moved(samples))).collect()
    }
}

struct Expected(BTreeMap<&'static str, Samples>);

impl Expected {
    fn beacon(&mut self, &(family, labels, by): &Move, times: u64) {
        let count = FAMILIES.iter().find(|name| name.strip_suffix("_count") == Some(family));
        self.add(count.unwrap_or(&family), labels, by * times as f64);
    }

    fn add(&mut self, family: &'static str, pairs: &[(&str, &str)], by: f64) {
        let pairs: Labels = pairs.iter().flat_map(|&pair| labels([pair])).collect();
        *self.0.get_mut(family).expect("a family that is compared").entry(pairs).or_default() += by;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, more: Self) {
        let each = |total: &mut [u64], more: &[u64]| total.iter_mut().zip(more).for_each(|(total, more)| *total += more);
        each(&mut self.visits, &more.visits);
        each(&mut self.bytes, &more.bytes);
        each(&mut self.beacons, &more.beacons);
        self.too_many += more.too_many;
        self.too_many_batches += more.too_many_batches;
        self.too_late += more.too_late;
    }
}

const FAMILIES: [&str; 14] = [
    "http_requests_total",
    "http_request_duration_seconds_count",
    "http_errors_total",
    "http_response_size_bytes_count",
    "http_response_size_bytes_sum",
    "http_responses_incomplete_total",
    "rum_events_total",
    "rum_rejected_total",
    "rum_batches_total",
    "page_load_time_seconds_count",
    "web_vitals_lcp_seconds_count",
    "web_vitals_cls_score_count",
    "user_interactions_total",
    "user_errors_total",
];
