use std::fs;

use tempfile::TempDir;

use super::process::{self, Process};

/// An Alertmanager of its own, with a configuration and an address that its messages go to.
pub struct Alertmanager {
    address: String,
    _process: Process,
    _folder: TempDir,
}

impl Alertmanager {
    pub fn start(configuration: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("alertmanager.yml");
        fs::write(&path, configuration).unwrap();
        let mut command = process::installed("prometheus-alertmanager", "prometheus-alertmanager");
        let mut process = Process::start(command.args([
            format!("--config.file={}", path.display()),
            format!("--storage.path={}", folder.path().join("data").display()),
            "--web.listen-address=127.0.0.1:0".to_owned(),
            "--cluster.listen-address=".to_owned(),
        ]));
        let address = process.word_after("msg=\"Listening on\" address=");
        Self { address, _process: process, _folder: folder }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }
}
