use std::process::{Command, ExitStatus};

use tempfile::NamedTempFile;

use super::cargo;
use super::config_file::written;
use super::http::Client;
use super::process::Process;
use super::samples::Exposition;

/// The prober example, on a port of its own.
pub struct Prober {
    client: Client,
    address: String,
    process: Process,
    _config: NamedTempFile,
}

impl Prober {
    /// One of a profile, by a config file without its `listen`, that trusts the authority in a PEM file or those of the system.
    pub fn start(profile: &str, config: &str, authority: Option<&str>) -> Self {
        let file = written(&format!("listen = \"127.0.0.1:0\"\n{config}"));
        let mut command = Command::new(cargo::example_of(profile, "prober", "full"));
        command.arg(file.path()).envs(authority.map(|authority| ("SSL_CERT_FILE", authority)));
        let mut process = Process::start(&mut command);
        let address = process.word_after("metrics: http://");
        Self { client: Client::of(&address), address, process, _config: file }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn exposition(&self) -> Exposition {
        let reply = self.client.get("/metrics");
        assert_eq!(reply.status, 200);
        Exposition { text: reply.body }
    }

    /// Asks it to end: how it did, and all that it printed.
    pub fn end(self) -> (ExitStatus, String) {
        self.process.end()
    }
}
