//! Log events, counted as they pass by: `log_events_total{level}`.

use axum::{Router, routing::get};
use tower_rum::Monitor;
use tracing::subscriber::{SetGlobalDefaultError, set_global_default};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

/// An application has a layer beside this one that writes them somewhere.
pub(crate) fn count(monitor: &Monitor) -> Result<(), SetGlobalDefaultError> {
    set_global_default(tracing_subscriber::registry().with(monitor.log_events_layer().with_filter(LevelFilter::INFO)))
}

pub(crate) fn routes() -> Router {
    Router::new().route("/log-test", get(log))
}

async fn log() -> &'static str {
    tracing::info!("somebody tests the log");
    tracing::warn!("and goes on");
    tracing::error!("up to here");
    "logged an info, a warning and an error\n"
}
