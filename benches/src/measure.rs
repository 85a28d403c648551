//! How a difference of nanoseconds is seen through noise: all variants in each round, in shuffled order, each against the bare one of that round.
//!
//! What is measured is the time that the thread spent on a core, so other work on the machine counts little.

use std::sync::Barrier;

use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

use crate::beds::{Bed, Traffic};

/// The name of the variant that the others are compared with.
pub const BARE: &str = "bare";

/// Nanoseconds that the calling thread has spent on a core.
pub fn thread_nanoseconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// Nanoseconds on a core that `work` took.
pub fn on_core(work: impl FnOnce()) -> f64 {
    let before = thread_nanoseconds();
    work();
    thread_nanoseconds() - before
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        len if len % 2 == 1 => values[len / 2],
        len => (values[len / 2 - 1] + values[len / 2]) / 2.0,
    }
}

/// What each of `names` costs more than the bare one: the median over rounds of the difference within a round. `run` gives one variant's cost.
///
/// The bare one comes first, with its own cost.
pub fn added(names: &[&'static str], rounds: usize, mut run: impl FnMut(usize) -> f64) -> Vec<(&'static str, f64)> {
    let bare = names.iter().position(|&name| name == BARE).expect("a bare variant");
    let mut shuffle = Shuffle(std::process::id().into());
    let mut costs = vec![Vec::new(); names.len()];
    for _ in 0..rounds {
        let mut round = vec![0.0; names.len()];
        for variant in shuffle.order(names.len()) {
            round[variant] = run(variant);
        }
        for (variant, cost) in round.iter().enumerate() {
            costs[variant].push(if variant == bare { *cost } else { cost - round[bare] });
        }
    }
    names.iter().copied().zip(costs.into_iter().map(median)).collect()
}

/// Nanoseconds per request on a core, over `threads` threads at once, spread over the cores.
pub fn threads(bed: &Bed, traffic: Traffic, threads: usize, requests: usize) -> f64 {
    let barrier = Barrier::new(threads);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let total: f64 = std::thread::scope(|scope| {
        let thread = |number: usize| {
            let barrier = &barrier;
            scope.spawn(move || {
                pin(number % cores);
                let mut worker = bed(traffic);
                worker(WARM_UP);
                barrier.wait();
                on_core(|| worker(requests))
            })
        };
        let all: Vec<_> = (0..threads).map(thread).collect();
        all.into_iter().map(|thread| thread.join().expect("a worker")).sum()
    });
    total / (threads * requests) as f64
}

/// Keeps the calling thread on one core.
pub fn pin(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    // A container may forbid it: the figures are noisier then.
    let _ = sched_setaffinity(None, &set);
}

const WARM_UP: usize = 256;

/// Deterministic per process; enough to keep one order from favouring a variant.
struct Shuffle(u64);

impl Shuffle {
    fn order(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for last in (1..len).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            order.swap(last, (self.0 >> 33) as usize % (last + 1));
        }
        order
    }
}
