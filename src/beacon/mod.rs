//! What a browser may send: bytes become events here that cannot be invalid, or a rejection that says why not.
//!
//! Nothing in this module knows of metrics, and nothing after it checks an event again.

mod batch;
mod event;
mod form;
mod object;
mod rejection;
pub(crate) mod session;
mod wire;

pub(crate) use batch::{Batch, BatchId, BatchResult};
pub(crate) use event::{EVENT_KINDS, Endpoint, ErrorKind, Event, SESSION_EVENT, Vital};
pub(crate) use rejection::{Reason, Rejection};
pub(crate) use wire::{Form, Format};
