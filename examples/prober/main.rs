//! A prober of its own, because an in-process probe cannot see its own death: it probes what its config file names, serves `/metrics`, and pushes to
//! a Pushgateway if it is told to.
//!
//! `cargo run --example prober --features axum,synthetic-client -- examples/prober/prober.toml`, then open <http://127.0.0.1:9464/metrics>.
//!
//! A scrape job on it has `up == 0` once it is dead, and `synthetic_success` of each probe while it lives. It ends by Ctrl-C or `SIGTERM`, and
//! deletes what it has pushed.

mod config;
#[path = "../shared/signals.rs"]
mod signals;
#[path = "../shared/toml_file.rs"]
mod toml_file;

use std::env;
use std::error::Error;
use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use prometheus::Registry;
use prometheus::core::Collector as _;
use tokio::net::TcpListener;
use tokio::sync::watch::{self, Receiver};
use tokio::time::{interval, timeout};
use tower_rum::Monitor;
use tower_rum::synthetic::{Client, ProbeCollector};

use config::{Config, Push};

#[tokio::main]
async fn main() -> ExitCode {
    match probe().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn probe() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        return Err("prober takes one argument, its config file, such as examples/prober/prober.toml".into());
    };
    let client = Client::new();
    let Config { listen, probes, push } = Config::read(Path::new(&path), &client)?;
    let probes = probes.on_failure(|probe, failure| eprintln!("{probe}: {failure}"));
    let collector = probes.collector();
    let monitor = Monitor::builder().registry(Registry::new()).collector(collector.clone()).build()?;
    let asked_to_end = signals::asked_to_end()?;

    let listener = TcpListener::bind(listen);
    let listener = listener.await.map_err(|error| format!("{listen}: {error}; `listen` takes an address that is free"))?;
    println!("metrics: http://{}/metrics", listener.local_addr()?);

    let (stop, stopped) = watch::channel(());
    let mut serving_and_pushing =
        pin!(async { tokio::try_join!(serve(listener, &monitor, stopped.clone()), pushed(push, collector, stopped.clone())) });
    tokio::select! {
        never = probes.run(client) => match never {},
        // Before it is asked to, it ends by an error alone.
        ended = &mut serving_and_pushing => return ended.map(drop),
        () = asked_to_end => {}
    }
    drop(stop);
    timeout(PATIENCE, serving_and_pushing).await.map_err(|_| "ended with a scrape or a push under way")??;
    Ok(())
}

async fn serve(listener: TcpListener, monitor: &Monitor, mut stopped: Receiver<()>) -> Result<(), Box<dyn Error>> {
    let stop = async move { drop(stopped.changed().await) };
    Ok(axum::serve(listener, monitor.operator_routes::<()>()).with_graceful_shutdown(stop).await?)
}

/// A Pushgateway never forgets: what nobody probes any more is deleted in the end.
async fn pushed(push: Option<Push>, collector: ProbeCollector, mut stopped: Receiver<()>) -> Result<(), Box<dyn Error>> {
    let Some(Push { gateway, every }) = push else { return Ok(()) };
    let mut every = interval(every);
    loop {
        tokio::select! {
            _ = stopped.changed() => break,
            _ = every.tick() => {}
        }
        if let Err(error) = gateway.put(&collector.collect()).await {
            eprintln!("{error}"); // the next one has newer values anyway
        }
    }
    Ok(gateway.delete().await?)
}

/// With what is under way when it is asked to end.
const PATIENCE: Duration = Duration::from_secs(5);
