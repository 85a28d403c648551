//! Guides: from nothing to an alert, how the parts fit, what is measured and what it costs, queries for common questions, several replicas, where to
//! look when nothing shows up, and the way here from other crates.
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

#[doc = include_str!("troubleshooting.md")]
pub mod troubleshooting {}

#[doc = include_str!("upgrades.md")]
pub mod upgrades {}
