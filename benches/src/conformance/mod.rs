//! What libraries make of requests that end in unusual ways, seen from outside: real servers, real connections, and what is then exposed.

mod actix;
mod application;
mod axum;
mod rows;
mod subject;
mod wire;

pub use rows::{ROWS, Row};
pub use subject::{Subject, subjects};
