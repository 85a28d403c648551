use super::http::Client;
use super::process::{self, Process};

/// A Pushgateway that keeps what it is given in memory.
pub struct Pushgateway {
    address: String,
    _process: Process,
}

impl Pushgateway {
    pub fn start() -> Self {
        let mut command = process::installed("prometheus-pushgateway", "prometheus-pushgateway");
        // Debian's would otherwise keep what it was given in a file of the whole system, for the next one to find.
        let mut process = Process::start(command.args(["--web.listen-address=127.0.0.1:0", "--persistence.file="]));
        let address = process.word_after("msg=\"Listening on\" address=");
        Self { address, _process: process }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn client(&self) -> Client {
        Client::of(&self.address)
    }
}
