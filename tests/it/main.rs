//! The one integration binary: the crate from outside, through real services and real connections.
#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::float_cmp)] // counts are whole numbers, and sums exact: equal means equal

#[cfg(feature = "actix")]
mod actix_ends;
#[cfg(feature = "actix")]
mod actix_routes;
#[cfg(feature = "actix")]
mod actix_rules;
#[cfg(feature = "actix")]
mod actix_templates;
#[cfg(feature = "actix")]
mod actix_websocket;
mod applied_twice;
#[cfg(feature = "axum")]
mod axum_routes;
#[cfg(feature = "axum")]
mod axum_templates;
mod batch;
mod beacon_accepted;
mod beacon_limits;
mod beacon_origin;
mod beacon_random;
mod beacon_refused;
mod cancel;
mod caps;
mod checklist;
mod client_histograms;
mod clock;
mod closed_labels;
mod collector;
mod collectors;
mod compressed_metrics;
mod const_labels;
mod contract;
mod cors;
mod dashboard;
mod end_of_body;
mod endpoint_buckets;
mod event_streams;
mod exemplars;
mod failure;
mod faults;
mod file_sizes;
#[cfg(feature = "protobuf")]
mod fuzz_corpora;
mod grpc;
mod guide_cost;
mod histograms;
mod host_registry;
mod hostile;
mod imports;
mod incomplete;
mod journeys;
mod links;
#[cfg(feature = "tracing")]
mod log_events;
mod metrics_route;
mod monitors;
mod naming;
#[cfg(feature = "protobuf")]
mod native_histograms;
mod no_runtime;
mod openmetrics;
#[cfg(feature = "axum")]
mod operator_auth;
mod order_of_layers;
mod own_names;
mod own_routes;
mod prefetch;
mod properties;
#[cfg(feature = "protobuf")]
mod protobuf;
mod rates;
mod readiness;
#[cfg(feature = "full")]
mod readme;
mod readme_text;
mod replay;
mod request_labels;
mod request_size;
mod route_slot;
mod scrape_guards;
mod scrape_limits;
mod script;
mod security;
mod server_timing;
mod shutdown;
#[cfg(feature = "axum")]
mod shutdown_axum;
mod size;
mod status_classes;
mod summary;
mod support;
mod synthetic;
#[cfg(all(feature = "system", target_os = "linux"))]
mod system;
mod template_rules;
mod text_format;
mod threads;
mod timers;
mod tower_routes;
mod tunnel;
mod upgrade;
mod upgrade_guard;
mod uptime;
#[cfg(feature = "axum")]
mod websocket;
mod wire;

use replay::contract as contract_of_stores;
