//! Names that the crate's own families have or can have: a host declares none of them.

/// Whether a metric of this name would be one of our families, or taken for one of its samples.
pub(super) fn is_own(name: &str) -> bool {
    name.starts_with(PREFIX) || FAMILIES.iter().any(|family| is_taken_by(family, name))
}

/// Whether a metric cannot be called `name` beside a family: a counter is called without its `_total` in `OpenMetrics`, and a histogram takes the names
/// of its samples.
pub(super) fn is_taken_by(family: &str, name: &str) -> bool {
    let rest = name.strip_suffix("_total").unwrap_or(name).strip_prefix(family);
    rest.is_some_and(|rest| ["", "_bucket", "_sum", "_count", "_created"].contains(&rest))
}

/// Of what the crate says about itself.
const PREFIX: &str = "rum_";

/// In every naming and with every setting, or a host's setting would make a declared name one too many; of counters without their `_total`.
#[rustfmt::skip]
const FAMILIES: [&str; 55] = [
    "http_requests", "http_request_duration_seconds", "http_errors", "http_requests_in_flight", "http_response_size_bytes",
    "http_responses_incomplete", "http_response_duration_seconds", "http_event_stream_duration_seconds", "http_request_size_bytes",
    "http_upgraded_connections", "http_upgraded_duration_seconds", "http_server_request_duration_seconds", "http_server_active_requests",
    "http_server_response_body_size_bytes", "http_server_request_body_size_bytes",
    "grpc_server_started", "grpc_server_handled", "grpc_server_handling_seconds",
    "page_load_time_seconds", "page_load_phase_seconds", "page_blocking_time_seconds",
    "web_vitals_lcp_seconds", "web_vitals_inp_seconds", "web_vitals_fcp_seconds", "web_vitals_ttfb_seconds", "web_vitals_cls_score",
    "user_interactions", "user_errors", "user_journeys", "user_page_transitions", "user_sessions", "user_engaged_sessions",
    "user_engaged_seconds", "user_conversions", "user_third_party_failures", "user_request_duration_seconds",
    "user_third_party_request_duration_seconds",
    "log_events",
    "synthetic_success", "synthetic_latency_seconds", "synthetic_phase_seconds", "synthetic_probes",
    "synthetic_ssl_earliest_cert_expiry_timestamp_seconds", "network_latency_ms",
    "system_load", "memory_usage_bytes", "process_cpu_seconds", "process_resident_memory_bytes", "process_virtual_memory_bytes",
    "process_open_fds", "process_max_fds", "process_threads", "process_start_time_seconds",
    "uptime_ready", "uptime_check_success",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_lists_these_families_and_no_other() {
        let listed = include_str!("../guide/metrics.md").lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
        let listed: Vec<&str> = listed.filter(|name| !name.starts_with(PREFIX)).collect();
        let unlisted = FAMILIES.iter().filter(|family| !listed.iter().any(|name| is_taken_by(family, name)));
        let unlisted: Vec<_> = unlisted.filter(|family| !family.starts_with("http_server_")).collect();
        assert!(unlisted.is_empty(), "the guide lacks {unlisted:?}");
        let unknown: Vec<_> = listed.into_iter().filter(|name| !is_own(name)).collect();
        assert!(unknown.is_empty(), "the guide has {unknown:?}");
    }
}
