use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::Duration;

use super::cargo;
use super::http::Client;
use super::process::{self, Process};
use super::samples::Exposition;
use super::visits::Visits;
use super::wait;

/// What `/simulate-load` takes at the least.
pub const SIMULATED_LOAD: Duration = Duration::from_millis(50);

/// The demo example, on a port of its own.
pub struct Demo {
    program: PathBuf,
    address: String,
    process: Process,
}

impl Demo {
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// One with simulated visitors, five a second for as long as it runs.
    pub fn with_visitors() -> Self {
        Self::with(&["--traffic=1000000", "--pace=5"])
    }

    pub fn with(arguments: &[&str]) -> Self {
        let program = program();
        let mut process = Process::start(Command::new(&program).env("PORT", "0").args(arguments));
        Self { program, address: process.word_after("http://"), process }
    }

    /// What its simulated visitors did, once all have been.
    pub fn visited(&self) -> Visits {
        wait::until("the visitors' tally", || Visits::told(&self.process.log()))
    }

    /// The same of visitors that come from another process.
    pub fn visited_by(&self, visitors: u32, a_second: u32) -> Visits {
        let [visitors, pace] = [format!("--traffic={visitors}"), format!("--pace={a_second}")];
        let against = format!("--against={}", self.address);
        let (succeeded, said) = process::run(Command::new(&self.program).args([visitors, pace, against]), "");
        assert!(succeeded, "{said}");
        Visits::told(&said).unwrap_or_else(|| panic!("no tally: {said}"))
    }

    /// Sends a signal, and waits for the end: how it ended, and all that it printed.
    pub fn end_by(self, signal: &str) -> (ExitStatus, String) {
        self.process.end_by(signal)
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

pub fn program() -> PathBuf {
    cargo::example("demo", "full")
}
