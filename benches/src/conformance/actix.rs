//! The application in actix, and the middleware around it.

use std::panic::catch_unwind;
use std::sync::mpsc;
use std::thread;

use actix_web::web::{Bytes, Data, ServiceConfig, get, post};
use actix_web::{App, HttpResponse, HttpServer};
use actix_web_prom::PrometheusMetricsBuilder;
use prometheus::Registry;
use tower_rum::Monitor;

use super::application::{HTML, KILOBYTE, Streams};
use super::axum::text;
use super::subject::{Names, Subject};

/// A server that takes a client that has closed its side for gone, as hyper does. A macro, because the types of applications cannot be named.
macro_rules! start {
    ($app:expr) => {{
        let (sender, address) = mpsc::channel();
        let app = $app;
        thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(app)
                    .workers(2)
                    .h1_allow_half_closed(false)
                    .disable_signals()
                    .bind(("127.0.0.1", 0))
                    .expect("a port");
                sender.send(server.addrs()[0]).expect("somebody who waits");
                server.run().await
            })
        });
        address.recv().expect("an address")
    }};
}

pub fn ours() -> Subject {
    let (counted, (streams, sources)) = (Registry::new(), Streams::new());
    let monitor = Monitor::builder().registry(Registry::new()).build().expect("a monitor");
    counted.register(Box::new(monitor.collector())).expect("one collector");
    let served = monitor.clone();
    let address = start!(move || {
        let app = App::new().app_data(Data::new(streams.clone())).configure(application);
        app.configure(served.actix_routes()).wrap(served.actix())
    });
    Subject {
        name: "tower-rum, actix",
        address,
        names: Names::OURS,
        has_trailers: false,
        read: Box::new(move || text(&counted)),
        sources,
        second: || catch_unwind(|| Monitor::builder().registry(Registry::new()).build().expect("another").actix()).is_ok(),
    }
}

pub fn actix_web_prom() -> Subject {
    let (streams, sources) = Streams::new();
    let metrics = PrometheusMetricsBuilder::new("api").endpoint("/metrics").build().expect("metrics");
    let registry = metrics.registry.clone();
    let address = start!(move || App::new().app_data(Data::new(streams.clone())).configure(application).wrap(metrics.clone()));
    Subject {
        name: "actix-web-prom",
        address,
        names: Names {
            requests: "api_http_requests_total",
            latency: "api_http_requests_duration_seconds_count",
            in_flight: None,
            response_size: None,
            route: "endpoint",
            status: "status",
        },
        has_trailers: false,
        read: Box::new(move || text(&registry)),
        sources,
        second: || catch_unwind(|| PrometheusMetricsBuilder::new("api").build().expect("another")).is_ok(),
    }
}

fn application(app: &mut ServiceConfig) {
    app.route("/", get().to(async || KILOBYTE))
        .route("/users/{id}", get().to(async || "a user"))
        .route("/page", get().to(async || HttpResponse::Ok().content_type("text/html").body(HTML)))
        .route("/echo", post().to(async |body: Bytes| body))
        .route("/hangs", get().to(async |streams: Data<Streams>| streams.never().await))
        .route("/panics", get().to(async || -> &'static str { panic!("as asked") }))
        .route("/streams", get().to(async |streams: Data<Streams>| HttpResponse::Ok().body(streams.open())));
}
