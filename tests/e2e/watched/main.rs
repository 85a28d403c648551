//! The application whose dashboard the browser tests open. Its paths and names are what the test asks for, so that hostile ones can be tried.
//!
//! Settings come as JSON in `WATCHED`; the first line on standard output is the origin.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Html;
use serde::Deserialize;
use tokio::net::TcpListener;

use tower_rum::Monitor;
use tower_rum::synthetic::{Client, Probe, Probes, Step};

/// What a test asks of the application.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    port: u16,
    /// Paths, and the templates that they are counted under.
    templates: BTreeMap<String, String>,
    goals: Vec<String>,
    interactions: Vec<String>,
    /// Probes by name, and the path that each asks for.
    probes: BTreeMap<String, String>,
    prometheus: Option<String>,
    /// Whether the monitor keeps one, and how often it takes a sample.
    history: bool,
    interval_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            port: 0,
            templates: BTreeMap::new(),
            goals: Vec::new(),
            interactions: Vec::new(),
            probes: BTreeMap::new(),
            prometheus: None,
            history: true,
            interval_ms: 500,
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings: Settings = serde_json::from_str(&std::env::var("WATCHED").unwrap_or_else(|_| "{}".to_owned()))?;
    let listener = TcpListener::bind(("127.0.0.1", settings.port)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let probes = Probes::new(settings.probes.iter().map(|(name, path)| {
        Probe::http(name.as_str(), [Step::get(format!("{origin}{path}"))]).interval(Duration::from_secs(1))
    }))?;
    let monitor = monitor(&settings, &probes)?;
    let app = Router::new()
        .fallback(async |query: Query<Asked>| query.answer().await)
        .layer(monitor.layer())
        .merge(monitor.public_routes()) // uncounted: whoever looks adds nothing to what is seen
        .merge(monitor.operator_routes());
    if settings.history {
        tokio::spawn(monitor.history());
    }
    println!("{origin}");
    tokio::spawn(probes.run(Client::new()));
    axum::serve(listener, app).await?;
    Ok(())
}

fn monitor(settings: &Settings, probes: &Probes) -> Result<Monitor, tower_rum::Error> {
    let templates = settings.templates.clone();
    let builder = Monitor::builder()
        .endpoint(move |request| templates.get(request.uri().path()).map(|template| Cow::Owned(template.clone())))
        .endpoints(settings.templates.values())
        .registry(prometheus::Registry::new())
        .collector(probes.collector())
        .robots(true)
        .history_interval(Duration::from_millis(settings.interval_ms))
        .goals(settings.goals.iter())
        .interaction_names(settings.interactions.iter());
    match &settings.prometheus {
        Some(url) => builder.prometheus_url(url),
        None => builder,
    }
    .build()
}

/// The query of any path.
#[derive(Deserialize)]
struct Asked {
    status: Option<u16>,
    /// Milliseconds that the answer takes.
    wait: Option<u64>,
}

impl Asked {
    async fn answer(&self) -> (StatusCode, Html<&'static str>) {
        tokio::time::sleep(Duration::from_millis(self.wait.unwrap_or_default())).await;
        (self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default(), Html(PAGE))
    }
}

const PAGE: &str = r#"<!doctype html><meta charset="utf-8"><title>watched</title><link rel="icon" href="data:,">
<script src="/rum.js" data-interval="1" async></script><h1>A title that is painted</h1><button data-rum="buy">buy</button>"#;
