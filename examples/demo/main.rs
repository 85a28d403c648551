//! The tour: a small site on which each click moves a metric, with the dashboard beside it.
//!
//! `cargo run --example demo --features full`, then open <http://127.0.0.1:3000/> and <http://127.0.0.1:3000/dashboard>.
//!
//! `PORT` and `HOST` change where it listens. `-- --traffic` has simulated visitors come over real HTTP, 500 of them, two a second: `--traffic=50` and
//! `--pace=10` say how many and how fast, and `--against=HOST:PORT` sends them to a tour that runs elsewhere. They say in their `User-Agent` that they are
//! simulated. Once all have been, one line, `traffic: {…}`, tells by metric and labels what they did. It ends by Ctrl-C or `SIGTERM`.

mod accounts;
mod arguments;
mod database;
mod ending;
mod logs;
mod measured;
mod network;
mod pages;
mod shop;
#[path = "../shared/signals.rs"]
mod signals;
mod streams;
mod traffic;
mod trouble;

use std::env;
use std::error::Error;
use std::future::IntoFuture;
use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use prometheus::Registry;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower_rum::synthetic::Client;

use arguments::Arguments;
use database::Database;
use traffic::Traffic;

type BoxError = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Arguments::read(env::args().skip(1)) {
        Ok(Arguments { traffic: Some(traffic), against: Some(address) }) => simulate(traffic, address).await,
        Ok(Arguments { traffic, .. }) => tour(traffic).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn tour(traffic: Option<Traffic>) -> Result<(), BoxError> {
    let host = env::var("HOST").map_or(Ok(IpAddr::V4(Ipv4Addr::LOCALHOST)), |host| host.parse())?;
    let port = env::var("PORT").map_or(Ok(3000), |port| port.parse::<u16>())?;
    let asked_to_end = signals::asked_to_end()?;
    let listener = TcpListener::bind((host, port)).await?;
    let address = network::reached_at(listener.local_addr()?);

    let (registry, database) = (Registry::new(), Database::open()?);
    let probes = network::probes(address)?;
    let monitor = measured::monitor(&registry, &database, &probes)?;
    logs::count(&monitor)?;
    let (end, going) = ending::switch();
    let app = Router::new()
        .merge(pages::routes())
        .merge(trouble::routes())
        .merge(database::routes(&database, &monitor)?)
        .merge(accounts::routes(&registry)?)
        .merge(shop::routes(&registry, &database, &monitor)?)
        .merge(network::routes(&registry, address)?)
        .merge(logs::routes())
        .merge(streams::routes(&going))
        .merge(monitor.public_routes())
        .merge(monitor.operator_routes()) // on a port of its own where strangers come: see the example `operator`
        .layer(monitor.layer());

    println!("the site      http://{address}/");
    println!("its metrics   http://{address}/metrics");
    println!("its dashboard http://{address}/dashboard");
    let mut beside = JoinSet::new();
    beside.spawn(async move { match monitor.history().await {} }); // what the dashboard remembers
    beside.spawn(async move { match probes.run(Client::new()).await {} });
    if let Some(traffic) = traffic {
        beside.spawn(async move {
            if let Err(error) = simulate(traffic, address.to_string()).await {
                eprintln!("the simulated visitors: {error}");
            }
        });
    }
    let mut serving = pin!(axum::serve(listener, app).with_graceful_shutdown(going.stopped()).into_future());
    tokio::select! {
        ended = &mut serving => return Ok(ended?), // before it is asked to, by an error alone
        () = asked_to_end => {}
    }
    beside.shutdown().await;
    end.send_replace(true);
    let all_ended = async {
        serving.await?;
        end.closed().await; // axum waits for its connections; WebSockets are the application's own tasks
        Ok(())
    };
    timeout(PATIENCE, all_ended).await.map_err(|_| "ended with a response or a WebSocket under way")?
}

async fn simulate(traffic: Traffic, address: String) -> Result<(), BoxError> {
    println!("traffic: {traffic}");
    let tally = traffic.run(address).await?;
    println!("traffic: {tally}");
    Ok(())
}

/// With what is under way when it is asked to end.
const PATIENCE: Duration = Duration::from_secs(8);
