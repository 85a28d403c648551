//! The exporters beside an application, each on a port of its own.

use super::postgres::Postgres;
use super::process::{self, Process};

/// An exporter that runs.
pub struct Exporter {
    address: String,
    _process: Process,
}

impl Exporter {
    /// That of this machine.
    pub fn of_node() -> Self {
        Self::start("prometheus-node-exporter", &[])
    }

    /// That of a database server.
    pub fn of_postgres(postgres: &Postgres) -> Self {
        Self::start("prometheus-postgres-exporter", &[("DATA_SOURCE_NAME", postgres.data_source())])
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    fn start(program: &str, environment: &[(&str, String)]) -> Self {
        let mut command = process::installed(program, program);
        command.arg("--web.listen-address=127.0.0.1:0").envs(environment.iter().cloned());
        let mut process = Process::start(&mut command);
        let address = process.word_after("msg=\"Listening on\" address=");
        Self { address, _process: process }
    }
}
