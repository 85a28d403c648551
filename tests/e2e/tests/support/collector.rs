use std::process::{Command, ExitStatus};

use tempfile::NamedTempFile;

use super::cargo;
use super::config_file::written;
use super::http::Client;
use super::process::Process;
use super::samples::Exposition;

/// The collector example, on two ports of its own.
pub struct Collector {
    browsers: String,
    operators: String,
    process: Process,
    _config: NamedTempFile,
}

impl Collector {
    /// By a config file that names no port.
    pub fn start(config: &str) -> Self {
        let file = written(&format!("listen = \"127.0.0.1:0\"\noperator_listen = \"127.0.0.1:0\"\n{config}"));
        let mut process = Process::start(Command::new(cargo::example("collector", "full")).arg(file.path()));
        let operators = process.word_after("metrics: http://");
        let browsers = process.word_after("script:  http://");
        Self { browsers, operators, process, _config: file }
    }

    /// As browsers reach it.
    pub fn public(&self) -> Client {
        Client::of(&self.browsers)
    }

    /// Host and port of the same.
    pub fn public_address(&self) -> &str {
        &self.browsers
    }

    /// As whoever operates it does.
    pub fn private(&self) -> Client {
        Client::of(&self.operators)
    }

    pub fn exposition(&self) -> Exposition {
        let reply = self.private().get("/metrics");
        assert_eq!(reply.status, 200);
        Exposition { text: reply.body }
    }

    /// The tag that it has printed.
    pub fn tag(&mut self) -> String {
        self.process.word_after("tag:     <script");
        self.process.log().lines().find_map(|line| line.strip_prefix("tag:     ")).unwrap().to_owned()
    }

    /// Asks it to end: how it did, and all that it printed.
    pub fn end(self) -> (ExitStatus, String) {
        self.process.end()
    }
}
