//! What each target of the fuzzer checks. The crate's own tests replay the corpora through the same functions.

pub mod checks;
mod support;
