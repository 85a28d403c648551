//! How much the dashboard remembers, and where its reader finds the rest.

use std::time::Duration;

use http::Uri;

use crate::error::Error;

#[derive(Debug, Clone)]
pub(crate) struct DashboardConfig {
    pub(crate) history_interval: Duration,
    pub(crate) history_length: Duration,
    pub(crate) history_bytes: usize,
    /// Without a slash at its end, once it is validated.
    pub(crate) prometheus_url: Option<String>,
}

impl Default for DashboardConfig {
    fn default() -> Self {
        Self {
            history_interval: Duration::from_secs(10),
            history_length: Duration::from_secs(3_600),
            history_bytes: 8_388_608,
            prometheus_url: None,
        }
    }
}

impl DashboardConfig {
    pub(super) fn validate(&self) -> Result<(), Error> {
        let (interval, length) = (self.history_interval, self.history_length);
        if !(LEAST_INTERVAL..=MOST_INTERVAL).contains(&interval) {
            return Err(Error::setting(format!(
                "history_interval takes {LEAST_INTERVAL:?} to {MOST_INTERVAL:?}, not {interval:?}"
            )));
        }
        if length < interval || self.samples() > MOST_SAMPLES {
            return Err(Error::setting(format!(
                "history_length takes one to {MOST_SAMPLES} intervals of {interval:?}, not {length:?}"
            )));
        }
        if self.history_bytes < LEAST_BYTES {
            return Err(Error::setting(format!("history_bytes takes at least {LEAST_BYTES}, not {}", self.history_bytes)));
        }
        match &self.prometheus_url {
            Some(url) if !is_link(url) => Err(Error::setting(format!(
                "prometheus_url takes http:// or https://, a host, and a path if there is one, such as https://prometheus.example: \
                 no user, query or fragment, as in {url:?}"
            ))),
            _ => Ok(()),
        }
    }

    /// The most samples that are kept: both ends of the time that they span.
    pub(crate) fn samples(&self) -> usize {
        let intervals = self.history_length.as_nanos() / self.history_interval.as_nanos().max(1);
        usize::try_from(intervals).unwrap_or(usize::MAX).saturating_add(1)
    }
}

/// Whoever opens the dashboard reads it, so it holds no secrets; other schemes than these would run in the page.
fn is_link(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_http =
        uri.scheme_str().is_some_and(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
    let has_host = uri.authority().is_some_and(|authority| !authority.host().is_empty() && !authority.as_str().contains('@'));
    is_http && has_host && uri.query().is_none() && !url.contains('#')
}

const LEAST_INTERVAL: Duration = Duration::from_millis(100);
const MOST_INTERVAL: Duration = Duration::from_secs(3_600);
const MOST_SAMPLES: usize = 100_000;
const LEAST_BYTES: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prometheus_is_where_a_browser_can_go_and_holds_no_secret() {
        for right in [
            "http://localhost:9090",
            "https://prometheus.example",
            "https://example.com/prometheus/",
            "HTTPS://p.example",
            "http://[::1]:9090",
        ] {
            assert!(is_link(right), "{right}");
        }
        let wrong = [
            "",
            "prometheus",
            "prometheus:9090",
            "/prometheus",
            "//prometheus.example",
            "javascript:alert(1)",
            "javascript://x.example/%0aalert(1)",
            "data:text/html,x",
            "ftp://prometheus.example",
            "http://",
            "http://:9090",
            "https://user:secret@prometheus.example",
            "https://prometheus.example/?token=secret",
            "https://prometheus.example/#graph",
            "https://prometheus example",
            "https://prometheus.example/\"><script>",
        ];
        for wrong in wrong {
            assert!(!is_link(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_hour_has_both_of_its_ends() {
        assert_eq!(DashboardConfig::default().samples(), 361);
    }
}
