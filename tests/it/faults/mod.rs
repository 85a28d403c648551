//! Faults of clients, handlers and threads, over real servers. After each: nothing in flight, totals exact, the server answers.
//!
//! Beside these:
//!
//! | fault | tests |
//! |---|---|
//! | panics and errors, inside and outside `CatchPanicLayer` | `failure`, `actix_ends` |
//! | a client that closes before the head or in the body | `cancel`, `incomplete`, `actix_ends` |
//! | a shutdown, or a runtime that ends, with streams open | `shutdown`, `shutdown_axum`, `actix_ends` |
//! | time that is paused or stepped | `clock` |
//! | a family at its cap | `caps` |
//! | a registry's collector that panics, blocks or lies | `host_registry`, `scrape_guards` |
//! | threads that come and go | `threads` |

mod crowd;
mod full_table;
mod lengths;
mod panics;
mod pipelining;
mod resets;
mod server;
mod streams;
mod thread_exit;
