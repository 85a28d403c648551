use std::collections::BTreeMap;

use tempfile::NamedTempFile;

use super::config_file::written;
use super::http::Client;
use super::probed::{Probed, Targets};
use super::process::{self, Process};
use super::samples::{Exposition, Samples};

/// A `blackbox_exporter` with a module for each target.
pub struct Blackbox {
    client: Client,
    _process: Process,
    _config: NamedTempFile,
}

/// What it found out at one target.
pub struct Found {
    exposition: Exposition,
}

impl Blackbox {
    pub fn start(targets: &Targets) -> Self {
        let modules: String = targets.all.iter().map(|target| target.told_blackbox(targets.authority())).collect();
        let config = written(&format!("modules:\n{modules}"));
        let mut command = process::installed("prometheus-blackbox-exporter", "prometheus-blackbox-exporter");
        command.arg(format!("--config.file={}", config.path().display())).arg("--web.listen-address=127.0.0.1:0");
        let mut process = Process::start(&mut command);
        let client = Client::of(&process.word_after("msg=\"Listening on\" address="));
        Self { client, _process: process, _config: config }
    }

    pub fn probe(&self, target: &Probed) -> Found {
        let reply = self.client.query_all("/probe", &[("module", target.name), ("target", &target.place)]);
        assert_eq!(reply.status, 200, "{}", reply.body);
        Found { exposition: Exposition { text: reply.body } }
    }
}

impl Found {
    pub fn is_success(&self) -> bool {
        self.value("probe_success") == Some(1.0)
    }

    pub fn phases(&self) -> Samples {
        self.exposition.samples("probe_http_duration_seconds")
    }

    /// When the first of the certificates ends, in seconds since 1970.
    pub fn expiry(&self) -> Option<f64> {
        self.value("probe_ssl_earliest_cert_expiry")
    }

    pub fn value(&self, family: &str) -> Option<f64> {
        self.exposition.samples(family).get(&BTreeMap::new()).copied()
    }
}
