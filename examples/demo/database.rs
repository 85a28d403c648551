//! A real database in this process, and how long its queries take: `db_query_duration_seconds{query}`.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use rusqlite::{Connection, params};
use tokio::task::spawn_blocking;
use tower_rum::Monitor;
use tower_rum::timer::TimerHandle;

use crate::BoxError;

/// By name, the label's values.
pub(crate) const QUERIES: [&str; 2] = [PRODUCTS, ORDER];
pub(crate) const PRODUCTS: &str = "products";
pub(crate) const ORDER: &str = "order";

#[derive(Clone)]
pub(crate) struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub(crate) fn open() -> rusqlite::Result<Self> {
        let mut connection = Connection::open_in_memory()?;
        connection.execute_batch(TABLES)?;
        let stocking = connection.transaction()?;
        {
            let mut insert = stocking.prepare("INSERT INTO products (category, price) VALUES (?1, ?2)")?;
            for number in 0..STOCK {
                insert.execute(params![CATEGORIES[number as usize % CATEGORIES.len()], f64::from(number % 90) + 0.5])?;
            }
        }
        stocking.commit()?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Off the async worker: a query blocks its thread.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, BoxError> {
        let connection = Arc::clone(&self.0);
        let asked = spawn_blocking(move || query(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(asked.await??)
    }

    /// What `/healthz` asks.
    pub(crate) async fn answers(self) -> Result<(), BoxError> {
        self.ask(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }
}

pub(crate) fn routes(database: &Database, monitor: &Monitor) -> Result<Router, tower_rum::Error> {
    let products = monitor.timer("db_query_duration_seconds")?.with_label_values([PRODUCTS]);
    Ok(Router::new().route("/db-query", get(query)).with_state((database.clone(), products)))
}

async fn query(State((database, timer)): State<(Database, TimerHandle)>) -> (StatusCode, String) {
    let search = |connection: &Connection| {
        let mut dearest = connection.prepare("SELECT category, count(*), max(price) FROM products GROUP BY category")?;
        let lines = dearest.query_map([], |row| {
            Ok(format!("{}: {} products, up to {}\n", row.get::<_, String>(0)?, row.get::<_, u32>(1)?, row.get::<_, f64>(2)?))
        })?;
        lines.collect::<rusqlite::Result<String>>()
    };
    // Waiting for the connection and for a thread is part of what a query takes here.
    match timer.time(database.ask(search)).await {
        Ok(lines) => (StatusCode::OK, lines),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error}\n")),
    }
}

const TABLES: &str = "
    CREATE TABLE products (id INTEGER PRIMARY KEY, category TEXT NOT NULL, price REAL NOT NULL);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, amount REAL NOT NULL);
";
const CATEGORIES: [&str; 4] = ["books", "games", "music", "tools"];
const STOCK: u32 = 5_000;
