//! Guides: what the numbers mean and where their definitions come from, how they are named, which frameworks the layer works with,
//! who may read `/metrics`, and what session replay records and what it never does.
//!
//! ```
//! // The tag, with caching for ever and an integrity check, as a template would write it.
//! let monitor = tower_rum::Monitor::new();
//! let script = monitor.script();
//! let tag = format!(r#"<script src="{}" integrity="{}" async></script>"#, script.hashed_path(), script.integrity());
//! assert!(tag.contains("sha384-"));
//! ```

#[doc = include_str!("frameworks.md")]
pub mod frameworks {}

#[doc = include_str!("measured.md")]
pub mod measured {}

#[doc = include_str!("naming.md")]
pub mod naming {}

#[doc = include_str!("operator.md")]
pub mod operator {}

#[doc = include_str!("replay.md")]
pub mod replay {}
