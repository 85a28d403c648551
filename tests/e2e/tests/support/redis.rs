use std::process::{self as this, Command};
use std::sync::atomic::{AtomicU16, Ordering};

use tempfile::TempDir;

use super::process::{self, Process};
use super::wait;

/// A Redis server with nothing in it, on a port of its own.
pub struct Redis {
    port: u16,
    process: Option<Process>,
    folder: TempDir,
}

impl Redis {
    pub fn start() -> Self {
        let mut redis = Self { port: 0, process: None, folder: tempfile::tempdir().unwrap() };
        // It cannot be told to choose a port, and must come back to its own: one of those that the system gives to nobody by itself.
        for _ in 0..100 {
            redis.port = FIRST_PORT + port_offset();
            redis.run();
            if redis.answers() {
                return redis;
            }
        }
        panic!("redis-server found no port to listen on");
    }

    /// Starts it at its port.
    pub fn run(&mut self) {
        let mut command = process::installed("redis-server", "redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]).arg(self.folder.path());
        self.process = Some(Process::start(command.arg("--port").arg(self.port.to_string())));
    }

    /// Ends it; whatever it held is gone.
    pub fn end(&mut self) {
        self.process = None;
    }

    /// Whether it listens; it ends if it cannot.
    pub fn answers(&mut self) -> bool {
        let process = self.process.as_mut().unwrap();
        wait::until("redis-server to listen or to end", || {
            let log = process.log();
            if log.contains("Ready to accept connections") {
                return Some(true);
            }
            log.contains("Failed listening").then_some(false)
        })
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What the server says to a command, line by line.
    pub fn ask(&self, command: &[&str]) -> Vec<String> {
        let mut client = process::installed("redis-cli", "redis-tools");
        let client: &mut Command = client.args(["-p", &self.port.to_string()]).args(command);
        let (succeeded, said) = process::run(client, "");
        assert!(succeeded, "{said}");
        said.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }
}

/// Another one for each server of each process, as tests may run in processes of their own.
fn port_offset() -> u16 {
    static STARTED: AtomicU16 = AtomicU16::new(0);
    let number = this::id() * 7 + u32::from(STARTED.fetch_add(1, Ordering::Relaxed));
    u16::try_from(number % u32::from(PORTS)).unwrap()
}

/// Below those of `net.ipv4.ip_local_port_range`.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 8_000;
