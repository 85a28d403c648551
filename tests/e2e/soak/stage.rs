//! Whose turn it is, with a monitor or without, and how much was served in each.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Bare,
    Layered,
    Over,
}

#[derive(Default)]
pub struct Stage {
    turn: AtomicU8,
    served: [AtomicU64; 2],
}

impl Stage {
    pub fn turn(&self) -> Turn {
        [Turn::Bare, Turn::Layered, Turn::Over][usize::from(self.turn.load(Ordering::Relaxed))]
    }

    pub fn is_over(&self) -> bool {
        self.turn() == Turn::Over
    }

    pub fn serves(&self, turn: Turn) {
        self.served[turn as usize].fetch_add(1, Ordering::Relaxed);
    }

    pub fn served(&self, turn: Turn) -> u64 {
        self.served[turn as usize].load(Ordering::Relaxed)
    }

    /// Takes turns until the time is over; the ratio of each pair of turns, sorted. The pairs change sides, so that a machine that grows busier
    /// favours neither.
    pub async fn alternate(&self, whole: Duration) -> Vec<f64> {
        let pairs = (whole.as_secs() / 6).clamp(2, 30) as u32;
        let each = whole / (2 * pairs);
        let mut ratios = Vec::new();
        for pair in 0..pairs {
            let mut turns = [Turn::Bare, Turn::Layered];
            if pair % 2 == 1 {
                turns.reverse();
            }
            let mut rates = [0.0; 2];
            for turn in turns {
                rates[turn as usize] = self.rate(turn, each).await;
            }
            ratios.push(rates[Turn::Layered as usize] / rates[Turn::Bare as usize]);
        }
        self.turn.store(Turn::Over as u8, Ordering::Relaxed);
        ratios.sort_by(f64::total_cmp);
        ratios
    }

    async fn rate(&self, turn: Turn, long: Duration) -> f64 {
        self.turn.store(turn as u8, Ordering::Relaxed);
        let (start, before) = (Instant::now(), self.served(turn));
        tokio::time::sleep(long).await;
        (self.served(turn) - before) as f64 / start.elapsed().as_secs_f64()
    }
}
