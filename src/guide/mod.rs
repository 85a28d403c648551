//! Guides, for someone who found the crate an hour ago and for someone who has run it for a year.
//!
//! | to begin | |
//! |---|---|
//! | [`first_alert`] | from nothing to an alert in ten minutes |
//! | [`concepts`] | how the parts fit: two halves, endpoints, closed sets, where numbers are true |
//! | [`server`] | the server half: where the layer goes, what it counts and when |
//! | [`measured`] | the browser half: the tag, what each of its metrics means, and whose definition that is |
//! | [`metrics`] | every family: its type, labels, and what has it exposed |
//! | [`recipes`] | queries: rate, errors, duration, service level objectives, Apdex, the network's share, bounce |
//! | [`troubleshooting`] | nothing shows up, or not what you expect |
//!
//! | to run it | |
//! |---|---|
//! | [`operator`] | who may read `/metrics` and the dashboard: a second port, a token, a password |
//! | [`cost`] | series, memory, disk, bytes and time, and how to reckon them before |
//! | [`privacy`] | what is known of users, signals and consent |
//! | [`replicas`] | several replicas, and exact counts over restarts |
//! | [`upgrades`] | what an upgrade may change, and what not |
//!
//! | for more | |
//! |---|---|
//! | [`journeys`] | journeys, funnels, bounce and conversion |
//! | [`synthetic`] | probes, before users meet what is broken |
//! | [`replay`] | session replay: what is recorded and what never is |
//! | [`naming`] | the names of HTTP metrics, also as OpenTelemetry has them |
//! | [`frameworks`] | tonic, warp, salvo, loco, poem and others, each tried |
//! | [`tried`] | three open-source applications with the layer: lines changed, and what was counted against what |
//! | [`moving`] | coming from axum-prometheus or actix-web-prom |
//!
//! ```
//! // The tag, with caching for ever and an integrity check, as a template would write it.
//! let monitor = tower_rum::Monitor::new();
//! let script = monitor.script();
//! let tag = format!(r#"<script src="{}" integrity="{}" async></script>"#, script.hashed_path(), script.integrity());
//! assert!(tag.contains("sha384-"));
//! ```

#[doc = include_str!("concepts.md")]
pub mod concepts {}

#[doc = include_str!("cost.md")]
pub mod cost {}

#[doc = include_str!("first_alert.md")]
pub mod first_alert {}

#[doc = include_str!("frameworks.md")]
pub mod frameworks {}

#[doc = include_str!("journeys.md")]
pub mod journeys {}

#[doc = include_str!("measured.md")]
pub mod measured {}

#[doc = include_str!("metrics.md")]
pub mod metrics {}

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("naming.md")]
pub mod naming {}

#[doc = include_str!("operator.md")]
pub mod operator {}

#[doc = include_str!("privacy.md")]
pub mod privacy {}

#[doc = include_str!("recipes.md")]
pub mod recipes {}

#[doc = include_str!("replay.md")]
pub mod replay {}

#[doc = include_str!("replicas.md")]
pub mod replicas {}

#[doc = include_str!("server.md")]
pub mod server {}

#[doc = include_str!("synthetic.md")]
pub mod synthetic {}

#[doc = include_str!("tried.md")]
pub mod tried {}

#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("upgrades.md")]
pub mod upgrades {}
