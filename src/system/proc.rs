//! What Linux says of the machine and of this process.

use std::cell::OnceCell;

use procfs::process::{LimitValue, Process, Stat};
use procfs::{Current, LoadAverage, Meminfo};

use super::Source;

/// Of one scrape: what several values come from is read once, and only where one of them is asked for.
#[derive(Default)]
pub(super) struct Reading {
    process: OnceCell<Option<(Process, Stat)>>,
}

impl Reading {
    pub(super) fn value(&self, source: Source) -> Option<f64> {
        match source {
            Source::Load => load(),
            Source::MemoryUsage => memory_usage(),
            Source::Cpu => self.stat().map(|stat| seconds(stat.utime + stat.stime)),
            Source::ResidentMemory => self.stat().map(|stat| (stat.rss * procfs::page_size()) as f64),
            Source::VirtualMemory => self.stat().map(|stat| stat.vsize as f64),
            Source::OpenFds => self.process()?.0.fd_count().ok().map(|count| count as f64),
            Source::MaxFds => self.process()?.0.limits().ok().map(|limits| match limits.max_open_files.soft_limit {
                LimitValue::Unlimited => f64::INFINITY,
                LimitValue::Value(most) => most as f64,
            }),
            Source::Threads => self.stat().map(|stat| stat.num_threads as f64),
            Source::StartTime => Some(procfs::boot_time_secs().ok()? as f64 + seconds(self.stat()?.starttime)),
        }
    }

    fn stat(&self) -> Option<&Stat> {
        self.process().map(|(_, stat)| stat)
    }

    fn process(&self) -> Option<&(Process, Stat)> {
        let read = || {
            let process = Process::myself().ok()?;
            let stat = process.stat().ok()?;
            Some((process, stat))
        };
        self.process.get_or_init(read).as_ref()
    }
}

/// Two decimals, as the kernel writes them: in between is an `f32`.
fn load() -> Option<f64> {
    let load = LoadAverage::current().ok()?;
    Some((f64::from(load.one) * 100.0).round() / 100.0)
}

fn memory_usage() -> Option<f64> {
    let memory = Meminfo::current().ok()?;
    Some(memory.mem_total.saturating_sub(memory.mem_available?) as f64)
}

fn seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}
