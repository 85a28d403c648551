//! Purchases: `purchase_amount_total`, a counter of currency, and an order in the database.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Form, Router, routing::post};
use prometheus::{Counter, Registry, register_counter_with_registry};
use rusqlite::params;
use serde::Deserialize;
use tower_rum::Monitor;
use tower_rum::timer::TimerHandle;

use crate::BoxError;
use crate::database::{Database, ORDER};

pub(crate) fn routes(registry: &Registry, database: &Database, monitor: &Monitor) -> Result<Router, BoxError> {
    let sold = register_counter_with_registry!("purchase_amount_total", "Money that was spent, in euros.", registry)?;
    let timer = monitor.timer("db_query_duration_seconds")?.with_label_values([ORDER]);
    Ok(Router::new().route("/purchase", post(buy)).with_state(Shop { sold, database: database.clone(), timer }))
}

#[derive(Clone)]
struct Shop {
    sold: Counter,
    database: Database,
    timer: TimerHandle,
}

#[derive(Deserialize)]
struct Purchase {
    amount: String,
}

async fn buy(State(shop): State<Shop>, Form(Purchase { amount }): Form<Purchase>) -> (StatusCode, String) {
    let Some(amount) = price(&amount) else {
        return (StatusCode::BAD_REQUEST, format!("an amount is above 0 and at most {DEAREST} euros, not {amount}\n"));
    };
    let insert = move |connection: &rusqlite::Connection| {
        connection.prepare("INSERT INTO orders (amount) VALUES (?1)")?.execute(params![amount])
    };
    match shop.timer.time(shop.database.ask(insert)).await {
        Ok(_) => {
            shop.sold.inc_by(amount);
            (StatusCode::OK, format!("bought for {amount} euros\n"))
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

/// A counter takes no negative amount, and would be NaN or infinite for ever after one that is.
fn price(amount: &str) -> Option<f64> {
    amount.trim().parse().ok().filter(|&amount| amount > 0.0 && amount <= DEAREST)
}

const DEAREST: f64 = 10_000.0;
