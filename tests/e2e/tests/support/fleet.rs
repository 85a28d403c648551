use std::process::Command;

use serde_json::json;

use super::http::Client;
use super::nginx::Nginx;
use super::port;
use super::process::Process;
use super::samples::Exposition;
use super::shop::Shop;

/// Two replicas of a shop behind nginx.
pub struct Fleet {
    pub a: Replica,
    pub b: Replica,
    nginx: Nginx,
}

impl Fleet {
    /// One that was told nothing of proxies.
    pub fn start() -> Self {
        Self::with(None, 10)
    }

    /// One that trusts these proxies, and takes so many beacons a second of one client.
    pub fn with(trusted_proxies: Option<&[&str]>, client_beacons_per_second: u32) -> Self {
        let [a, b] = ["a", "b"].map(|name| {
            let port = port::free();
            let settings = json!({
                "name": name,
                "port": port,
                "trusted_proxies": trusted_proxies,
                "client_beacons_per_second": client_beacons_per_second,
            });
            let mut replica = Replica { address: format!("127.0.0.1:{port}"), settings: settings.to_string(), process: None };
            replica.start();
            replica
        });
        let nginx = Nginx::before([&a.address, &b.address]);
        Self { a, b, nginx }
    }

    /// Host and port of the proxy.
    pub fn address(&self) -> &str {
        self.nginx.address()
    }

    pub fn shop(&self) -> Shop {
        Shop::at(self.address())
    }
}

pub struct Replica {
    address: String,
    settings: String,
    process: Option<Process>,
}

impl Replica {
    pub fn start(&mut self) {
        let mut process = Process::start(Command::new(env!("CARGO_BIN_EXE_replica")).env("REPLICA", &self.settings));
        assert_eq!(process.word_after("http://"), self.address);
        self.process = Some(process);
    }

    /// Tells it to end, and hears what it has counted.
    pub fn end(&mut self) -> Exposition {
        let (status, text) = self.process.take().expect("a replica that runs").end();
        assert!(status.success(), "{status}: {text}");
        Exposition { text }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The replica as if there were no proxy.
    pub fn shop(&self) -> Shop {
        Shop::at(&self.address)
    }

    pub fn exposition(&self) -> Exposition {
        Exposition { text: Client::of(&self.address).get("/metrics").body }
    }
}
