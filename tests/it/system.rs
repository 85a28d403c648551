//! The machine and this process, against what `/proc` says of them.

use std::fs;
use std::time::Instant;

use prometheus::{IntGauge, Registry};
use tower_rum::Monitor;
use tower_rum::system::SystemCollector;

use crate::support::metrics::Metrics;
use crate::support::watch::PATIENCE;

#[tokio::test]
async fn what_stands_still_is_what_proc_says() {
    let monitor = monitor(SystemCollector::new());
    // Other tests may be threads of this process: what they move stands still between two readings sooner or later.
    agree(&monitor, "system_load", || first(&read("loadavg"))).await;
    agree(&monitor, "process_threads", || of_status("Threads:")).await;
    agree(&monitor, "process_virtual_memory_bytes", || of_status("VmSize:") * 1024.0).await;
    agree(&monitor, "process_max_fds", || first(after(&read("self/limits"), "Max open files"))).await;
    agree(&monitor, "process_start_time_seconds", || stat(21) / TICKS + first(after(&read("stat"), "btime"))).await;
    // The directory that is being read is open, here as there.
    agree(&monitor, "process_open_fds", || fs::read_dir("/proc/self/fd").unwrap().count() as f64).await;
}

#[tokio::test]
async fn what_moves_is_near_what_proc_says() {
    let monitor = monitor(SystemCollector::new());
    let used = || {
        let memory = read("meminfo");
        (first(after(&memory, "MemTotal:")) - first(after(&memory, "MemAvailable:"))) * 1024.0
    };
    near(&monitor, "memory_usage_bytes", used).await;
    near(&monitor, "process_resident_memory_bytes", || of_status("VmRSS:") * 1024.0).await;
}

#[tokio::test]
async fn memory_and_files_that_the_process_takes_show() {
    let monitor = monitor(SystemCollector::new());
    let before = Metrics::of(&monitor).await;
    let taken = vec![1_u8; 256 << 20];
    let open: Vec<_> = (0..500).map(|_| fs::File::open("/proc/self/stat").unwrap()).collect();
    let after = Metrics::of(&monitor).await;
    let grown = |series| after.value(series) - before.value(series);
    assert!(grown("process_resident_memory_bytes") > 0.9 * taken.len() as f64);
    assert!(grown("process_virtual_memory_bytes") >= taken.len() as f64);
    assert!(grown("process_open_fds") > 0.9 * open.len() as f64);
}

#[tokio::test]
async fn processor_time_is_a_counter_of_seconds() {
    let monitor = monitor(SystemCollector::new());
    let start = Instant::now();
    let ticks = || (stat(13) + stat(14)) / TICKS;
    let began = ticks();
    while ticks() < began + 0.2 {
        assert!(start.elapsed() < PATIENCE);
    }
    let before = ticks();
    let metrics = Metrics::of(&monitor).await;
    let after = ticks();
    assert!((before..=after).contains(&metrics.value("process_cpu_seconds_total")), "{before} to {after}\n{}", metrics.text);
    assert!(metrics.text.contains("# TYPE process_cpu_seconds_total counter\n"));
    assert!(metrics.text.contains("# TYPE process_threads gauge\n"));
}

#[tokio::test]
async fn its_families_are_exposed_as_ours_or_as_the_hosts() {
    let builder = Monitor::builder().namespace("shop").const_label("region", "eu").registry(Registry::new());
    let metrics = Metrics::of(&builder.collector(SystemCollector::new()).build().unwrap()).await;
    assert_eq!(names(&metrics, |name| name.starts_with("shop_system_") || name.starts_with("shop_process_")).len(), 8);
    assert!(metrics.value(r#"shop_memory_usage_bytes{region="eu"}"#) > 0.0);

    let registry = Registry::new();
    registry.register(Box::new(SystemCollector::new())).unwrap();
    let metrics = Metrics::of(&Monitor::builder().namespace("shop").registry(registry).build().unwrap()).await;
    assert!(metrics.value("process_threads") > 0.0);
}

#[tokio::test]
async fn beside_a_process_collector_of_the_hosts_the_machine_alone_conflicts_with_nothing() {
    for (collector, conflicts, threads) in [(SystemCollector::new(), 1.0, None), (SystemCollector::machine(), 0.0, Some(-1.0))] {
        let registry = Registry::new();
        let theirs = IntGauge::new("process_threads", "The host's.").unwrap();
        theirs.set(-1);
        registry.register(Box::new(theirs)).unwrap();
        let monitor = Monitor::builder().registry(registry).collector(collector).build().unwrap();
        Metrics::of(&monitor).await;
        let metrics = Metrics::of(&monitor).await;
        assert_eq!(metrics.value("rum_exposition_conflicts_total"), conflicts);
        assert_eq!(metrics.get("process_threads").filter(|threads| *threads < 0.0), threads);
        let others = names(&metrics, |name| name.starts_with("process_") && name != "process_threads");
        assert_eq!(others.len(), if threads.is_some() { 0 } else { 6 });
        assert!(metrics.value("memory_usage_bytes") > 0.0);
    }
}

async fn agree(monitor: &Monitor, series: &str, said: impl Fn() -> f64) {
    let start = Instant::now();
    loop {
        let (there, expected) = (Metrics::of(monitor).await.value(series), said());
        if there == expected {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{series} is {there}, and /proc says {expected}");
    }
}

/// Within a tenth: the kernel counts memory by the batch, and whoever else runs takes and gives some.
async fn near(monitor: &Monitor, series: &str, said: impl Fn() -> f64) {
    let start = Instant::now();
    loop {
        let (there, expected) = (Metrics::of(monitor).await.value(series), said());
        if (there / expected - 1.0).abs() < 0.1 {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{series} is {there}, and /proc says {expected}");
    }
}

fn names(metrics: &Metrics, wanted: impl Fn(&str) -> bool) -> Vec<&str> {
    metrics.samples().map(|(series, _)| series.split('{').next().unwrap()).filter(|name| wanted(name)).collect()
}

fn monitor(collector: SystemCollector) -> Monitor {
    Monitor::builder().registry(Registry::new()).collector(collector).build().unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(format!("/proc/{file}")).unwrap()
}

fn of_status(field: &str) -> f64 {
    first(after(&read("self/status"), field))
}

/// A field of `/proc/self/stat`, counted from 0 as proc(5) counts them from 1.
fn stat(field: usize) -> f64 {
    let text = read("self/stat");
    // The name may hold spaces.
    let (_, rest) = text.rsplit_once(") ").unwrap();
    rest.split(' ').nth(field - 2).unwrap().parse().unwrap()
}

fn after<'a>(text: &'a str, word: &str) -> &'a str {
    text.split_once(word).unwrap().1
}

fn first(text: &str) -> f64 {
    text.split_whitespace().next().unwrap().parse().unwrap()
}

/// A second, on every Linux that Rust's tests run on.
const TICKS: f64 = 100.0;
