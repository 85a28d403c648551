//! Session replay: what users did on a page, recorded by their browsers and played back to the operator. Off unless [`Builder::replay`] turns it on.
//!
//! ```
//! use tower_rum::Monitor;
//! use tower_rum::replay::Replay;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let monitor = Monitor::builder().replay(Replay::new()).build()?;
//! tokio::spawn(monitor.replay_writer()); // without it, what pages send is dropped and counted
//! # Ok::<(), tower_rum::Error>(())
//! # }).unwrap();
//! ```
//!
//! [The guide](crate::guide::replay) says what is recorded, what never is, and what a host owes its users.
//!
//! # Ways
//!
//! | route | who | does |
//! |---|---|---|
//! | `POST /log-session-event` | pages | takes single events, and batches, of 1 MiB at most |
//! | `GET /rum-replay.js` | pages | the recorder; [`Monitor::replay_script`] names the path that caches for ever |
//! | `GET /replay` | operators | the page that lists and plays sessions |
//! | `GET /replay/sessions` | operators | the newest 200 sessions, as JSON |
//! | `GET /replay/session?id=…` | operators | one session's events, as JSON; with `&download=1` as a file |
//! | `DELETE /replay/session?id=…` | operators | deletes it; refused to pages of other origins (403) |
//!
//! The operators' are among [`operator_routes_layer`](crate::Monitor::operator_routes_layer) and [`routes_layer`](crate::Monitor::routes_layer), and their
//! kin for axum and actix, but not among axum's `routes()` and actix's `actix_routes()`: strangers are not to watch users.
//!
//! # Events
//!
//! A beacon passes the same [gate](crate::rum) as every other. What is good of it waits in a queue of at most 1 024 batches and 16 MiB, which
//! [`Monitor::replay_writer`], a future that the host spawns, empties into a [`Store`], batch after batch. The ingest never waits: what finds the queue full
//! is dropped.
//!
//! | `rum_rejected_total{reason}` | moves by one for each batch |
//! |---|---|
//! | `replay_full` | that finds the queue full, as it is in the end if nobody runs the writer |
//! | `replay_limit` | that would take its session past a [limit](Limits), or whose session an operator has deleted |
//! | `replay_store` | that the store fails to take, or does not take within 5 seconds |
//! | `duplicate` | that the store has already |
//!
//! `rum_events_total{kind="session_event"}` counts the events that were good. None of these series is there where replay is off.
//!
//! # Stores
//!
//! [`MemoryStore`] is the default: one process, 64 MiB, gone with it.
#![cfg_attr(feature = "redis", doc = "[`RedisStore`] keeps sessions in Redis or Valkey, for more than one machine.")]
#![cfg_attr(
    not(feature = "redis"),
    doc = "`RedisStore`, of the feature `redis`, keeps sessions in Redis or Valkey, for more than one machine."
)]
//! Anything else that implements [`Store`] does as well: it keeps text that it need not understand.
//!
//! A session is forgotten a day after its first batch came, and earlier where newer ones need the room.
//!
//! [`Builder::replay`]: crate::Builder::replay
//! [`Monitor::replay_script`]: crate::Monitor::replay_script
//! [`Monitor::replay_writer`]: crate::Monitor::replay_writer

pub(crate) mod assets;
mod erased;
mod limits;
mod memory;
mod queue;
mod rage;
mod recording;
#[cfg(feature = "redis")]
mod redis;
mod settings;
mod store;
mod summary;

#[cfg(feature = "redis")]
pub use self::redis::{RedisStore, RedisStoreError};
pub(crate) use crate::beacon::session::Click;
pub use crate::beacon::session::{Batch, SessionFormat, SessionId};
pub(crate) use erased::AnyStore;
pub use limits::Limits;
pub use memory::MemoryStore;
pub(crate) use queue::Queue;
pub use recording::Recording;
pub use settings::Replay;
pub(crate) use settings::RrwebPlayer;
pub use store::{Appended, Store};
pub use summary::Summary;
