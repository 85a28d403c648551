//! Simulated visitors: a bounded stream of programs that do over real HTTP what users and their browsers do, and say that they are simulated.
//!
//! How long their pages took to load is made up, as nothing is rendered. What the server sees of them is real.

mod batch;
mod client;
mod tally;
mod visitor;

use std::fmt;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use tokio::time::{MissedTickBehavior, interval};

use crate::BoxError;

use client::Client;
use tally::Tally;

#[derive(Clone, Copy)]
pub(crate) struct Traffic {
    pub(crate) visitors: u32,
    pub(crate) a_second: u32,
}

impl Traffic {
    pub(crate) const VISITORS: u32 = 500;
    pub(crate) const A_SECOND: u32 = 2;

    /// What all of them did.
    pub(crate) async fn run(self, address: String) -> Result<Tally, BoxError> {
        let client = Client::of(address);
        let mut all = Tally::default();
        let mut under_way = JoinSet::new();
        let mut pace = interval(Duration::from_secs(1) / self.a_second);
        pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for number in 0..self.visitors {
            pace.tick().await;
            if under_way.len() == AT_ONE_TIME {
                all.add_up(ended(under_way.join_next().await)?);
            }
            under_way.spawn(visitor::visit(client.clone(), number));
        }
        while !under_way.is_empty() {
            all.add_up(ended(under_way.join_next().await)?);
        }
        Ok(all)
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} simulated visitors, {} a second", self.visitors, self.a_second)
    }
}

fn ended(visit: Option<Result<Result<Tally, BoxError>, JoinError>>) -> Result<Tally, BoxError> {
    visit.map_or(Ok(Ok(Tally::default())), |visit| visit)?
}

const AT_ONE_TIME: usize = 16;
