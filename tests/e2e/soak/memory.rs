//! The application's memory: resident bytes, as the kernel counts them.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::stage::Stage;

pub struct Memory {
    /// Seconds, and MiB.
    samples: Vec<(f64, f64)>,
    /// Until then every cache, arena and table may still be on its way to its size.
    warm: f64,
}

impl Memory {
    pub async fn watch(process: u32, whole: Duration, stage: Arc<Stage>) -> Self {
        let (start, mut samples) = (Instant::now(), Vec::new());
        while !stage.is_over() {
            samples.push((start.elapsed().as_secs_f64(), resident_mebibytes(process)));
            tokio::time::sleep(whole / 200).await;
        }
        Self { samples, warm: whole.as_secs_f64() / 3.0 }
    }

    pub fn start(&self) -> f64 {
        self.samples[0].1
    }

    pub fn end(&self) -> f64 {
        self.samples[self.samples.len() - 1].1
    }

    pub fn most(&self) -> f64 {
        self.samples.iter().map(|&(_, resident)| resident).fold(0.0, f64::max)
    }

    /// MiB by which the straight line closest to the warm samples rises from the first of them to the last.
    pub fn growth(&self) -> f64 {
        let warm: Vec<_> = self.samples.iter().filter(|&&(seconds, _)| seconds >= self.warm).collect();
        let mean = |of: fn(&(f64, f64)) -> f64| warm.iter().map(|&sample| of(sample)).sum::<f64>() / warm.len() as f64;
        let (middle, level) = (mean(|sample| sample.0), mean(|sample| sample.1));
        let slope = warm.iter().map(|(x, y)| (x - middle) * (y - level)).sum::<f64>()
            / warm.iter().map(|(x, _)| (x - middle).powi(2)).sum::<f64>();
        slope * (warm[warm.len() - 1].0 - warm[0].0)
    }

    pub fn assert_flat(&self) {
        assert!(self.growth() < MOST_GROWTH, "memory grew by {:.1} MiB and was to stay within {MOST_GROWTH} MiB", self.growth());
    }
}

/// An allocator's unrest, however long; a request that left 16 bytes behind would be past it after 262 144.
const MOST_GROWTH: f64 = 4.0;

fn resident_mebibytes(process: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("the application runs, under Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    kibibytes / 1024.0
}
