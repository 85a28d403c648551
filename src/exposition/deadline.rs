//! How long a scrape may wait for the host's registry.

use std::time::{Duration, Instant};

use http::HeaderMap;

/// When to answer with what is there, by what the scraper says of its own patience.
pub(super) fn deadline(arrived: Instant, headers: &HeaderMap) -> Instant {
    arrived + patience(headers)
}

/// Half a second less than the scraper's, for the way there and back and for the text; at most half of it where there is little.
fn patience(headers: &HeaderMap) -> Duration {
    let stated = headers.get(SCRAPE_TIMEOUT).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let seconds =
        stated.filter(|&seconds: &f64| seconds.is_finite() && seconds > 0.0).unwrap_or(DEFAULT_SECONDS).min(MOST_SECONDS);
    Duration::from_secs_f64((seconds - MARGIN_SECONDS).max(seconds / 2.0))
}

const SCRAPE_TIMEOUT: &str = "x-prometheus-scrape-timeout-seconds";
const MARGIN_SECONDS: f64 = 0.5;
/// Prometheus's own default.
const DEFAULT_SECONDS: f64 = 10.0;
const MOST_SECONDS: f64 = 120.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_half_a_second_before_the_scraper_gives_up() {
        let cases = [
            (Some("10"), 9.5),
            (Some(" 9.5 "), 9.0),
            (Some("1"), 0.5),
            (Some("0.2"), 0.1),
            (Some("1e-9"), 1e-9),
            (Some("120"), 119.5),
            (Some("1e300"), 119.5),
            (Some("0"), 9.5),
            (Some("-1"), 9.5),
            (Some("inf"), 9.5),
            (Some("NaN"), 9.5),
            (Some("soon"), 9.5),
            (Some(""), 9.5),
            (None, 9.5),
        ];
        for (stated, seconds) in cases {
            let headers = stated.map(|stated| (SCRAPE_TIMEOUT.parse().unwrap(), stated.parse().unwrap()));
            let patience = patience(&HeaderMap::from_iter(headers)).as_secs_f64();
            assert!((patience - seconds).abs() < 1e-6, "{stated:?} gives {patience}");
        }
    }
}
