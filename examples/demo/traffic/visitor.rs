//! One visitor: what it does follows from its number alone.

use std::time::Instant;

use axum::http::StatusCode;

use crate::BoxError;

use super::batch::Batch;
use super::client::{CRAWLER, Client, VISITOR};
use super::tally::Tally;

pub(crate) async fn visit(client: Client, number: u32) -> Result<Tally, BoxError> {
    let mut visit = Visit { client, number, batch: Batch::default(), at: None, tally: Tally::default() };
    visit.arrive().await?;
    if !visit.every(3, 2) {
        visit.look_around().await?;
        if !visit.every(3, 1) {
            visit.check_out().await?;
        }
    }
    visit.try_what_is_there().await?;
    visit.leave().await
}

struct Visit {
    client: Client,
    number: u32,
    batch: Batch,
    /// The page that is open.
    at: Option<&'static str>,
    tally: Tally,
}

impl Visit {
    async fn arrive(&mut self) -> Result<(), BoxError> {
        self.batch.session();
        self.open("/", "/").await?;
        for asset in ["/demo.css", "/demo.js"] {
            self.get(asset, asset).await?;
        }
        self.client.load_script().await?;
        self.batch.journey("start");
        self.batch.interactions("click", "", 1 + self.number % 3);
        self.batch.interactions("scroll", "", 2);
        self.batch.vote(if self.every(3, 0) { "no" } else { "yes" });
        self.call("/simulate-load").await?;
        Ok(())
    }

    async fn look_around(&mut self) -> Result<(), BoxError> {
        self.open("/shop", "/shop").await?;
        self.batch.journey("shop");
        self.batch.search(f64::from(self.number % 9) * 40.0 + 15.0);
        self.batch.engaged(8_000 + self.number % 11 * 4_000);
        self.call("/db-query").await?;
        let password = if self.every(4, 3) { "byron" } else { "lovelace" };
        let reply = self.client.post("/login", &format!("user=ada&password={password}"), &mut self.tally).await?;
        let status = if reply.status == StatusCode::OK { "success" } else { "failure" };
        self.tally.count("login_attempts_total", &[("status", status)]);
        if reply.status == StatusCode::OK {
            self.open("/users/{id}", &format!("/users/{}", self.number)).await?;
        }
        Ok(())
    }

    async fn check_out(&mut self) -> Result<(), BoxError> {
        self.open("/checkout", "/checkout").await?;
        self.batch.journey("checkout");
        self.batch.interactions("click", "buy", 1);
        self.batch.third_party("payments", f64::from(120 + self.number % 13 * 30), self.every(9, 0));
        let amount = f64::from(5 + self.number % 40) + 0.25;
        let asked = if self.every(12, 3) { -amount } else { amount };
        let reply = self.client.post("/purchase", &format!("amount={asked}"), &mut self.tally).await?;
        if reply.status == StatusCode::OK {
            self.tally.add("purchase_amount_total", &[], amount);
            self.queried("order");
            self.batch.conversion("signup");
        }
        Ok(())
    }

    async fn try_what_is_there(&mut self) -> Result<(), BoxError> {
        let number = self.number;
        match number % 8 {
            1 => drop(self.get("/events", "/events?ticks=2").await?),
            3 => self.client.talk("/socket", &mut self.tally).await?,
            5 => drop(self.get("/download", "/download").await?),
            6 => drop(self.get("/network-check", "/network-check").await?),
            7 => drop(self.get("unmatched", &format!("/nowhere/{number}")).await?),
            _ => {}
        }
        if self.every(4, 2) && self.call("/simulate-error").await? == StatusCode::INTERNAL_SERVER_ERROR {
            self.error("rejection");
        }
        if self.every(10, 4) {
            self.error("exception");
        }
        if self.every(6, 2) {
            self.get("/log-test", "/log-test").await?;
            for level in ["info", "warn", "error"] {
                self.tally.count("log_events_total", &[("level", level)]);
            }
        }
        Ok(())
    }

    async fn leave(mut self) -> Result<Tally, BoxError> {
        self.close();
        self.batch.heartbeat();
        let agent = if self.every(12, 11) { CRAWLER } else { VISITOR };
        self.client.beacon(agent, self.batch, &mut self.tally).await?;
        Ok(self.tally)
    }

    async fn open(&mut self, endpoint: &'static str, path: &str) -> Result<(), BoxError> {
        self.close();
        self.get(endpoint, path).await?;
        self.batch.page_load(endpoint, self.load());
        self.batch.page_view(endpoint, self.at.replace(endpoint));
        Ok(())
    }

    /// What the page that is open has felt.
    fn close(&mut self) {
        if let Some(endpoint) = self.at {
            let (shift, interaction) = (f64::from(self.number % 7) * 0.02, f64::from(40 + self.number % 17 * 12));
            self.batch.vitals(endpoint, shift, interaction, interaction / 2.0);
        }
    }

    /// By the script of the page.
    async fn call(&mut self, endpoint: &'static str) -> Result<StatusCode, BoxError> {
        let asked = Instant::now();
        let status = self.get(endpoint, endpoint).await?;
        self.batch.request(endpoint, asked.elapsed().as_secs_f64() * 1e3 + NETWORK);
        if endpoint == "/db-query" && status == StatusCode::OK {
            self.queried("products");
        }
        Ok(status)
    }

    async fn get(&mut self, endpoint: &str, path: &str) -> Result<StatusCode, BoxError> {
        Ok(self.client.get(endpoint, path, &mut self.tally).await?.status)
    }

    fn queried(&mut self, query: &str) {
        self.tally.count("db_query_duration_seconds_count", &[("query", query)]);
    }

    fn error(&mut self, kind: &str) {
        let endpoint = self.at.unwrap_or("unmatched");
        self.batch.error(endpoint, kind);
    }

    /// Milliseconds; one page in fourteen is slow.
    fn load(&self) -> f64 {
        let load = f64::from(350 + self.number % 23 * 45);
        if self.every(14, 13) { load * 4.0 } else { load }
    }

    fn every(&self, cycle: u32, place: u32) -> bool {
        self.number % cycle == place
    }
}

/// Milliseconds that a request to a server far away takes longer than one to this machine.
const NETWORK: f64 = 20.0;
