use std::time::Duration;

use crate::memory::Memory;
use crate::stage::{Stage, Turn};
use crate::tally::Tally;

/// What there is to say of a soak.
pub struct Figures<'a> {
    pub whole: Duration,
    pub stage: &'a Stage,
    /// Sorted, as the scrapes' times are.
    pub ratios: &'a [f64],
    pub tally: &'a Tally,
    pub memory: &'a Memory,
    pub scrapes: &'a [Duration],
}

impl Figures<'_> {
    pub fn print(&self) {
        let Self { ratios, memory, scrapes, tally, .. } = self;
        let build = if cfg!(debug_assertions) { ", a debug build: its ratio says little" } else { "" };
        let half = self.whole.as_secs_f64() / 2.0;
        let rate = |turn| self.stage.served(turn) as f64 / half;
        println!("Soak of {} s{build}", self.whole.as_secs());
        println!(
            "requests: {} bare, {:.0} a second; {} with the layer, {:.0} a second",
            self.stage.served(Turn::Bare),
            rate(Turn::Bare),
            self.stage.served(Turn::Layered),
            rate(Turn::Layered)
        );
        println!(
            "throughput with the layer to bare: {:.3} in the middle of {} pairs of turns, from {:.3} to {:.3}",
            ratios[ratios.len() / 2],
            ratios.len(),
            ratios[0],
            ratios[ratios.len() - 1]
        );
        println!("counted by the clients: {} requests, {} beacons", tally.requests(), tally.beacons());
        for (labels, times) in tally.refused() {
            println!("  refused, {}: {times}", labels["reason"]);
        }
        println!(
            "scrapes: {}, {:.1} ms in the middle, {:.1} ms the longest",
            scrapes.len(),
            milliseconds(scrapes[scrapes.len() / 2]),
            milliseconds(scrapes[scrapes.len() - 1])
        );
        println!(
            "resident memory: {:.1} MiB at the start, {:.1} at the end, {:.1} at the most; {:+.2} MiB over the last two thirds",
            memory.start(),
            memory.end(),
            memory.most(),
            memory.growth()
        );
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
