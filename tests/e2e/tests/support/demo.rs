use std::process::Command;
use std::time::Duration;

use super::cargo;
use super::http::Client;
use super::process::Process;
use super::samples::Exposition;
use super::wait;

/// What `/simulate-load` takes at the least.
pub const SIMULATED_LOAD: Duration = Duration::from_millis(50);

/// The demo example, on a port of its own.
pub struct Demo {
    address: String,
    _process: Process,
}

impl Demo {
    pub fn start() -> Self {
        let mut process = Process::start(Command::new(cargo::example("demo", "full")).env("PORT", "0"));
        Self { address: process.word_after("http://"), _process: process }
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn client(&self) -> Client {
        Client::of(&self.address)
    }

    pub fn exposition(&self) -> Exposition {
        let reply = self.client().get("/metrics");
        assert_eq!(reply.status, 200);
        Exposition { text: reply.body }
    }

    /// `/metrics` when every response has ended. A client may have read a body to its end a moment before the server drops it.
    pub fn exposition_at_rest(&self) -> Exposition {
        wait::until("every response to end", || {
            let exposition = self.exposition();
            exposition.moved("http_requests_in_flight").is_empty().then_some(exposition)
        })
    }
}
