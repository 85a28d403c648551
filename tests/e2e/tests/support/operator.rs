use std::process::{Command, ExitStatus};

use super::cargo;
use super::http::Client;
use super::process::Process;

/// The operator example, on ports of its own.
pub struct Operator {
    /// Host and port of the site.
    pub public: String,
    /// Those of `/metrics`.
    pub metrics: String,
    process: Process,
}

impl Operator {
    /// One with these secrets, or other settings.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(cargo::example("operator", "axum"));
        for inherited in ["METRICS_TOKEN", "METRICS_USER", "METRICS_PASSWORD"] {
            command.env_remove(inherited);
        }
        let mut process = Process::start(command.env("PORT", "0").env("OPERATOR_PORT", "0").envs(settings.iter().copied()));
        let public = process.word_after("the site      http://");
        let metrics = process.word_after("its metrics   http://");
        Self { public, metrics, process }
    }

    /// Of the site's page, of `/metrics` beside it, and of `/metrics` on the second port, all without a secret.
    pub fn statuses(&self) -> [u16; 3] {
        let public = Client::of(&self.public);
        [public.get("/").status, public.get("/metrics").status, Client::of(&self.metrics).get("/metrics").status]
    }

    /// Asks it to end: how it did, and all that it printed.
    pub fn end(self) -> (ExitStatus, String) {
        self.process.end()
    }
}
