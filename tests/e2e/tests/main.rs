//! The demo under real traffic: what it exposes is what was sent, to the count, and a real Prometheus reads it so.

mod collector;
mod containers;
#[path = "../../it/replay/contract.rs"]
mod contract_of_stores;
mod dashboard;
mod deployment;
mod exemplars;
mod exposition;
mod first_alert;
mod fleet;
mod formats;
mod grafana;
mod moving;
mod native_histograms;
mod operator;
mod packaging;
mod prober;
mod prometheus;
mod proxied;
mod public_api;
mod pushgateway;
mod recipes;
mod replay_store;
mod support;
mod tour;
mod uptime;
