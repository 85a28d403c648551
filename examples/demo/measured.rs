//! What is measured beside the requests: all names that the tour declares.

use std::time::Duration;

use prometheus::Registry;
use tower_rum::synthetic::Probes;
use tower_rum::system::SystemCollector;
use tower_rum::{ClientCounter, ClientHistogram, Error, Monitor, Sizes, Timer, Unit};

use crate::database::{Database, QUERIES};

pub(crate) fn monitor(registry: &Registry, database: &Database, probes: &Probes) -> Result<Monitor, Error> {
    let database = database.clone();
    Monitor::builder()
        .registry(registry.clone()) // login_attempts_total, purchase_amount_total, network_latency_ms
        .timer(Timer::new("db_query_duration_seconds", "Queries to the tour's database, by name.").label("query", QUERIES))
        .collector(SystemCollector::new()) // system_load, memory_usage_bytes, process_…
        .collector(probes.collector()) // synthetic_…
        .readiness("database", move || database.clone().answers()) // /healthz
        .sizes(Sizes::Summary) // http_response_size_bytes{quantile="0.9"}
        .response_duration(true) // also how long event streams are open
        .interaction_names(["buy"])
        .journeys(["start", "shop", "checkout"])
        .goals(["signup"])
        .client_counter(ClientCounter::new("votes_total", "Votes cast on a page.").label("choice", ["yes", "no"]))
        .client_histogram(ClientHistogram::new("search_duration_seconds", "Searches, as the page's users waited.", Unit::Seconds))
        .third_party("payments", "https://payments.example")
        .history_interval(Duration::from_secs(2))
        .build()
}
