use std::collections::BTreeMap;

use super::metrics::Metrics;

/// What differs between two scrapes: by series, how much it moved; a series that was not there before is listed even at 0.
pub fn moved(before: &Metrics, after: &Metrics) -> BTreeMap<String, f64> {
    let old: BTreeMap<&str, f64> = before.samples().collect();
    let new: BTreeMap<&str, f64> = after.samples().collect();
    assert!(old.keys().all(|series| new.contains_key(series)), "a series went away");
    let change = |(series, value): (&str, f64)| match old.get(series) {
        Some(&was) => (was != value).then(|| (series.to_owned(), value - was)),
        None => Some((series.to_owned(), value)),
    };
    new.into_iter().filter_map(change).collect()
}

/// What is expected of [`moved`].
pub fn only<const N: usize>(series: [(&str, f64); N]) -> BTreeMap<String, f64> {
    series.into_iter().map(|(series, by)| (series.to_owned(), by)).collect()
}

/// The samples of the server half: what no browser may touch.
pub fn server_half(metrics: &Metrics) -> BTreeMap<&str, f64> {
    metrics.samples().filter(|(series, _)| series.starts_with("http_")).collect()
}
