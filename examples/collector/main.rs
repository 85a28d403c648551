//! A collector of its own: the script, the ingest and `/metrics` alone, for applications in any language and for pages that are served elsewhere.
//!
//! `cargo run --example collector --features axum -- examples/collector/collector.toml`, then put the tag that it prints into a page.
//!
//! Browsers speak to the first port, Prometheus and you to the second, which has `/metrics` and `/dashboard`. It ends by Ctrl-C or `SIGTERM`, and takes
//! what is on its way. What it has counted since the last scrape is then lost, as with any application that Prometheus scrapes.

mod config;
#[path = "../shared/signals.rs"]
mod signals;
#[path = "../shared/toml_file.rs"]
mod toml_file;

use std::env;
use std::error::Error;
use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch::{self, Receiver};
use tokio::time::timeout;
use tower_rum::rum::Script;

use config::Config;

#[tokio::main]
async fn main() -> ExitCode {
    match collect().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn collect() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        return Err("collector takes one argument, its config file, such as examples/collector/collector.toml".into());
    };
    let Config { listen, operator_listen, monitor } = Config::read(Path::new(&path))?;
    let asked_to_end = signals::asked_to_end()?;
    let public = bound("listen", listen).await?;
    let private = bound("operator_listen", operator_listen).await?;
    println!("metrics: http://{}/metrics", private.local_addr()?);
    println!("script:  http://{}{}", public.local_addr()?, monitor.script().path());
    println!("tag:     {}", tag(public.local_addr()?, monitor.script()));

    tokio::spawn(monitor.history());
    let (stop, stopped) = watch::channel(());
    let browsers = served(public, monitor.public_routes(), stopped.clone());
    let operators = served(private, monitor.operator_routes(), stopped);
    let mut serving = std::pin::pin!(async { tokio::try_join!(browsers, operators) });
    tokio::select! {
        // Before it is asked to, it ends by an error alone.
        ended = &mut serving => return Ok(ended.map(drop)?),
        () = asked_to_end => {}
    }
    drop(stop);
    timeout(PATIENCE, serving).await.map_err(|_| "ended with requests under way")??;
    Ok(())
}

/// With the origin that browsers reach it by in the address's place, each page says its own route.
fn tag(address: SocketAddr, script: &Script) -> String {
    let (path, integrity) = (script.hashed_path(), script.integrity());
    format!(
        r#"<script src="http://{address}{path}" integrity="{integrity}" crossorigin data-endpoint="/page/{{id}}" async></script>"#
    )
}

async fn bound(setting: &str, address: SocketAddr) -> Result<TcpListener, String> {
    let listener = TcpListener::bind(address).await;
    listener.map_err(|error| format!("{address}: {error}; `{setting}` takes an address that is free"))
}

fn served(listener: TcpListener, routes: Router, mut stopped: Receiver<()>) -> impl Future<Output = io::Result<()>> {
    let stop = async move { drop(stopped.changed().await) };
    // The address of whoever sends is for the rate of one client, and kept nowhere.
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, routes).with_graceful_shutdown(stop).into_future()
}

/// With what is under way when it is asked to end: longer than a beacon's body may take.
const PATIENCE: Duration = Duration::from_secs(15);
