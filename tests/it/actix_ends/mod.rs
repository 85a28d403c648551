//! Every way in which a request ends in actix, on real connections: counted once, and nothing left in flight.

mod errors;
mod open;
mod shapes;

use actix_web::web::ServiceConfig;
use prometheus::Registry;
use tower_rum::{Builder, Monitor};

use crate::support::actix::ActixServer;

fn serve(
    settings: impl FnOnce(Builder) -> Builder,
    app: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> (Monitor, ActixServer) {
    let monitor = monitor(settings);
    let server = ActixServer::start(&monitor, app);
    (monitor, server)
}

fn monitor(settings: impl FnOnce(Builder) -> Builder) -> Monitor {
    settings(Monitor::builder().registry(Registry::new())).build().unwrap()
}

fn request(method: &str, path: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
}
