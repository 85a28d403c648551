//! Server traffic, beacons and scrapes together over real connections, for `SOAK_SECONDS` (30): nothing is lost, memory stays flat.
//!
//! What clients counted must be what `/metrics` says at the end, to the count. Throughput is printed, as a ratio to the same
//! application without a monitor, and fails nothing: it is the machine's as much as ours.

mod application;
mod beacons;
mod connect;
mod figures;
mod memory;
#[path = "../tests/support/samples.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod samples;
mod scrapes;
mod stage;
mod tally;
mod visits;

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use std::{env, io};

use tokio::task::JoinHandle;

use figures::Figures;
use memory::Memory;
use scrapes::Scraper;
use stage::Stage;
use tally::Tally;
use visits::Connection;

fn main() {
    if env::args().nth(1).as_deref() == Some("serve") {
        return application::serve();
    }
    let seconds = env::var("SOAK_SECONDS").map_or(30, |seconds| seconds.parse().expect("SOAK_SECONDS takes whole seconds"));
    let application = Application::start();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(soak(&application, Duration::from_secs(seconds)));
}

async fn soak(application: &Application, whole: Duration) {
    let stage = Arc::new(Stage::default());
    let clients = start_clients(application, &stage).await;
    let scraping = tokio::spawn(Scraper::new(application.layered).run(Arc::clone(&stage)));
    let watching = tokio::spawn(Memory::watch(application.process.id(), whole, Arc::clone(&stage)));
    let ratios = stage.alternate(whole).await;

    let mut tally = Tally::default();
    for client in clients {
        tally += client.await.expect("a client met what it did not expect");
    }
    let memory = watching.await.unwrap();
    let (last, scrapes) = scraping.await.expect("a scrape was not consistent with itself or those before it").at_rest().await;
    Figures { whole, stage: &stage, ratios: &ratios, tally: &tally, memory: &memory, scrapes: &scrapes }.print();
    tally.assert_is(&last);
    memory.assert_flat();
    println!("Nothing was lost: /metrics is what the clients counted.");
}

async fn start_clients(application: &Application, stage: &Arc<Stage>) -> Vec<JoinHandle<Tally>> {
    let sites = [application.bare, application.layered];
    let mut clients = Vec::new();
    for _ in 0..HTTP1_CONNECTIONS {
        clients.push(tokio::spawn(visits::visit_all(sites.map(Connection::http1), Arc::clone(stage))));
    }
    for _ in 0..HTTP2_CONNECTIONS {
        let connections = [Connection::http2(sites[0]).await, Connection::http2(sites[1]).await];
        for _ in 0..STREAMS {
            clients.push(tokio::spawn(visits::visit_all(connections.clone(), Arc::clone(stage))));
        }
    }
    for number in 0..BROWSERS {
        clients.push(tokio::spawn(beacons::send(application.layered, number, Arc::clone(stage))));
    }
    clients.push(tokio::spawn(beacons::dawdle(application.layered, Arc::clone(stage))));
    clients
}

const HTTP1_CONNECTIONS: usize = 4;
const HTTP2_CONNECTIONS: usize = 2;
const STREAMS: usize = 4;
const BROWSERS: u64 = 2;

/// The application in a process of its own, so that its memory is apart from its clients'. It ends with its value.
struct Application {
    process: Child,
    bare: SocketAddr,
    layered: SocketAddr,
}

impl Application {
    fn start() -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        let mut process = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        io::BufRead::read_line(&mut io::BufReader::new(process.stdout.take().unwrap()), &mut line).unwrap();
        let (bare, layered) = line.trim().split_once(' ').expect("two addresses");
        Self { bare: bare.parse().unwrap(), layered: layered.parse().unwrap(), process }
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
