//! The machine and this process, as gauges that a scrape reads from `/proc`.
//!
//! ```
//! use tower_rum::system::SystemCollector;
//!
//! let monitor = tower_rum::Monitor::builder().collector(SystemCollector::new()).build()?; // system_load, memory_usage_bytes, process_…
//! # Ok::<(), tower_rum::Error>(())
//! ```
//!
//! | metric | type | is |
//! |---|---|---|
//! | `system_load` | gauge | the machine's load average over one minute: processes that run or wait for a processor or a disk |
//! | `memory_usage_bytes` | gauge | the machine's memory that is not available to a new process without swapping: `MemTotal` less `MemAvailable` |
//! | `process_cpu_seconds_total` | counter | processor time that this process has used, its own and the kernel's for it |
//! | `process_resident_memory_bytes` | gauge | its memory that is in RAM |
//! | `process_virtual_memory_bytes` | gauge | its address space |
//! | `process_open_fds`, `process_max_fds` | gauge | its file descriptors, and its soft limit on them; `+Inf` where there is none |
//! | `process_threads` | gauge | its threads |
//! | `process_start_time_seconds` | gauge | when it was started, in seconds since 1970 |
//!
//! The machine is what `/proc` says it is: in most containers the host, not the container's share. Names that begin with `process_` are those of
//! [Prometheus's client libraries](https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics). What cannot be read is left out of the
//! scrape. All this is Linux's: elsewhere there are no samples.
//!
//! Nothing is read but at a scrape, and nothing is kept: under 0.1 ms, and on a kernel before 6.2 the time that it takes to list the
//! process's file descriptors.
//!
//! # Beside a collector of the host's
//!
//! The prometheus crate has a collector of the same `process_` families, which its feature `process` puts into the default registry. Beside that, take
//! [`SystemCollector::machine`], which has the first two alone; else the host's are left out, and counted in `rum_exposition_conflicts_total`.
//!
//! With [`Builder::namespace`](crate::Builder::namespace) these families bear it as ours do. Dashboards know them without: then register the collector
//! with the host's own registry instead.
//!
//! ```
//! let registry = prometheus::Registry::new();
//! registry.register(Box::new(tower_rum::system::SystemCollector::new())).unwrap();
//! let monitor = tower_rum::Monitor::builder().namespace("shop").registry(registry).build()?; // process_threads, not shop_process_threads
//! # Ok::<(), tower_rum::Error>(())
//! ```

#[cfg(target_os = "linux")]
mod proc;

use std::collections::HashMap;

use prometheus::core::{Collector, Desc};
use prometheus::proto::{MetricFamily, MetricType};

use crate::collected;

/// Reads the machine's gauges and this process's. See the [module](self).
#[derive(Debug, Clone)]
pub struct SystemCollector {
    families: Vec<Family>,
}

#[derive(Debug, Clone)]
struct Family {
    description: Desc,
    kind: MetricType,
    source: Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Load,
    MemoryUsage,
    Cpu,
    ResidentMemory,
    VirtualMemory,
    OpenFds,
    MaxFds,
    Threads,
    StartTime,
}

impl SystemCollector {
    /// The machine and this process.
    #[must_use]
    pub fn new() -> Self {
        Self { families: MACHINE.iter().chain(PROCESS).map(Family::new).collect() }
    }

    /// The machine alone, where the host has a collector of the `process_` families already.
    #[must_use]
    pub fn machine() -> Self {
        Self { families: MACHINE.iter().map(Family::new).collect() }
    }
}

impl Default for SystemCollector {
    fn default() -> Self {
        Self::new()
    }
}

impl Collector for SystemCollector {
    fn desc(&self) -> Vec<&Desc> {
        self.families.iter().map(|family| &family.description).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let read = Reading::default();
        self.families.iter().filter_map(|family| Some(family.of(read.value(family.source)?))).collect()
    }
}

impl Family {
    fn new(&(name, help, kind, source): &Described) -> Self {
        // Refused are names that are none, and labels.
        let description = Desc::new(name.to_owned(), help.to_owned(), Vec::new(), HashMap::new()).expect("a name without labels");
        Self { description, kind, source }
    }

    fn of(&self, value: f64) -> MetricFamily {
        let Desc { fq_name, help, .. } = &self.description;
        collected::family(fq_name, help, self.kind, vec![collected::sample(self.kind, Vec::new(), value)])
    }
}

#[cfg(target_os = "linux")]
use proc::Reading;

#[cfg(not(target_os = "linux"))]
#[derive(Default)]
struct Reading;

#[cfg(not(target_os = "linux"))]
impl Reading {
    fn value(&self, _: Source) -> Option<f64> {
        None
    }
}

/// Name, help, type, and where it is read.
type Described = (&'static str, &'static str, MetricType, Source);

const MACHINE: &[Described] = &[
    ("system_load", "Load average of the machine over one minute.", MetricType::GAUGE, Source::Load),
    ("memory_usage_bytes", "Memory of the machine that is not available.", MetricType::GAUGE, Source::MemoryUsage),
];

const PROCESS: &[Described] = &[
    ("process_cpu_seconds_total", "Processor time used, user and system.", MetricType::COUNTER, Source::Cpu),
    ("process_resident_memory_bytes", "Memory that is in RAM.", MetricType::GAUGE, Source::ResidentMemory),
    ("process_virtual_memory_bytes", "Size of the address space.", MetricType::GAUGE, Source::VirtualMemory),
    ("process_open_fds", "Open file descriptors.", MetricType::GAUGE, Source::OpenFds),
    ("process_max_fds", "Soft limit on open file descriptors.", MetricType::GAUGE, Source::MaxFds),
    ("process_threads", "Threads.", MetricType::GAUGE, Source::Threads),
    ("process_start_time_seconds", "Start of the process, in seconds since 1970.", MetricType::GAUGE, Source::StartTime),
];
