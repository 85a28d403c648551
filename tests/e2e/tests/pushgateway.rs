//! A real Pushgateway takes what is pushed, and a real Prometheus scrapes it there with the documentation's scrape job.

use std::collections::BTreeSet;

use prometheus::core::Collector as _;
use prometheus::{Histogram, HistogramOpts, IntCounterVec, IntGauge, Opts, Registry};
use tokio::runtime::Runtime;
use tower_rum::Monitor;
use tower_rum::synthetic::{Client, Probe, Probes, PushError};

use crate::support::prometheus::{Prometheus, Version};
use crate::support::pushgateway::Pushgateway;
use crate::support::samples::{Exposition, Samples, labels};
use crate::support::wait;

const DOCUMENTATION: &str = include_str!("../../../src/synthetic/pushgateway/mod.rs");

#[test]
fn what_is_pushed_is_scraped_under_its_job_and_group_in_prometheus_2() {
    assert_what_is_pushed_is_scraped(&Version::two());
}

#[test]
fn what_is_pushed_is_scraped_under_its_job_and_group_in_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_what_is_pushed_is_scraped(&three);
    }
}

#[track_caller]
fn assert_what_is_pushed_is_scraped(version: &Version) {
    let (runtime, gateway) = (Runtime::new().unwrap(), Pushgateway::start());
    let registry = Registry::new();
    registry.register(Box::new(probes(&runtime, gateway.address()))).unwrap();
    let pushing = pushing(&gateway).grouping("instance", "prober/1").unwrap().grouping("zone", "").unwrap();
    runtime.block_on(pushing.put(&registry.gather())).unwrap();

    let prometheus = Prometheus::configured(version, &scrape_configs(gateway.address()), &[]);
    let of_group = "{job='synthetic_monitor',instance='prober/1'}";
    let success = || prometheus.query(&format!("synthetic_success{of_group}"));
    let expected = Samples::from([(labels([("probe", "gateway")]), 1.0)]);
    wait::until("the probe to be scraped", || (success() == expected).then_some(()));
    assert_eq!(
        prometheus.query(&format!("synthetic_probes_total{of_group} > 0")),
        Samples::from([(labels([("probe", "gateway"), ("result", "success")]), 1.0)])
    );
    let age = prometheus.query(&format!("time() - push_time_seconds{of_group}"));
    assert!(age.len() == 1 && age.values().all(|&seconds| seconds < 60.0), "{age:?}");

    runtime.block_on(pushing.delete()).unwrap();
    wait::until("the group to be gone", || success().is_empty().then_some(()));
}

#[test]
fn every_kind_of_metric_arrives_as_it_was() {
    let (runtime, gateway) = (Runtime::new().unwrap(), Pushgateway::start());
    let monitor = Monitor::builder().registry(Registry::new()).build().unwrap();
    let (hostile, registry) = ("a\"b\\c\nd,}{", Registry::new());
    registry.register(Box::new(monitor.collector())).unwrap();
    let jobs = IntCounterVec::new(Opts::new("jobs_total", "Jobs, \\ and\nso on."), &["queue"]).unwrap();
    jobs.with_label_values(&[hostile]).inc_by(3);
    let times = Histogram::with_opts(HistogramOpts::new("job_seconds", "Time.").buckets(vec![0.5, 2.0])).unwrap();
    times.observe(1.0);
    registry.register(Box::new(jobs)).unwrap();
    registry.register(Box::new(times)).unwrap();
    runtime.block_on(pushing(&gateway).job("nightly").unwrap().put(&registry.gather())).unwrap();

    let shown = shown(&gateway);
    let group = |own: &str| format!("{{instance=\"\",job=\"nightly\",{own}}}");
    for line in [
        &format!("jobs_total{} 3", group(r#"queue="a\"b\\c\nd,}{""#)),
        "# TYPE jobs_total counter",
        &format!("job_seconds_bucket{} 0", group(r#"le="0.5""#)),
        &format!("job_seconds_bucket{} 1", group(r#"le="+Inf""#)),
        "job_seconds_sum{instance=\"\",job=\"nightly\"} 1",
    ] {
        assert!(shown.text.lines().any(|shown| shown == line), "{line} in\n{}", shown.text);
    }
    let types: BTreeSet<_> = shown.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    for family in registry.gather() {
        let kind = format!("{:?}", family.get_field_type()).to_lowercase();
        assert!(types.contains(format!("{} {kind}", family.name()).as_str()), "{}", family.name());
    }
}

#[test]
fn put_replaces_the_group_post_what_has_its_name_and_delete_all_of_it() {
    let (runtime, gateway) = (Runtime::new().unwrap(), Pushgateway::start());
    let (a, b) = (gauge("a", 1), gauge("b", 2));
    let other = pushing(&gateway).grouping("instance", "other").unwrap();
    let mine = pushing(&gateway).grouping("instance", "mine").unwrap();
    let shown = || shown_of(&gateway, "mine");
    runtime.block_on(other.put(&a.gather())).unwrap();

    runtime.block_on(mine.put(&a.gather())).unwrap();
    runtime.block_on(mine.post(&b.gather())).unwrap();
    assert_eq!(shown(), ["a", "b", "push_failure_time_seconds", "push_time_seconds"]);
    runtime.block_on(mine.put(&b.gather())).unwrap();
    assert_eq!(shown(), ["b", "push_failure_time_seconds", "push_time_seconds"]);
    runtime.block_on(mine.put(&[])).unwrap();
    assert_eq!(shown(), ["push_failure_time_seconds", "push_time_seconds"]);
    runtime.block_on(mine.delete()).unwrap();
    wait::until("the group to be gone", || shown().is_empty().then_some(()));
    runtime.block_on(mine.delete()).unwrap();
    assert_eq!(shown_of(&gateway, "other"), ["a", "push_failure_time_seconds", "push_time_seconds"]);
}

#[test]
fn what_the_pushgateway_refuses_is_an_error_that_says_why_and_changes_nothing() {
    let (runtime, gateway) = (Runtime::new().unwrap(), Pushgateway::start());
    let mine = pushing(&gateway).grouping("instance", "mine").unwrap();
    runtime.block_on(mine.put(&gauge("a", 1).gather())).unwrap();

    let mut stamped = gauge("a", 2).gather();
    let mut metric = stamped[0].get_metric()[0].clone();
    metric.set_timestamp_ms(1_700_000_000_000);
    stamped[0].set_metric(vec![metric]);
    assert_refused(&runtime.block_on(mine.put(&stamped)), "must not have timestamps");

    let counter = Registry::new();
    let instances = IntCounterVec::new(Opts::new("b_total", "B."), &["instance"]).unwrap();
    instances.with_label_values(&["x"]).inc();
    instances.with_label_values(&["y"]).inc();
    counter.register(Box::new(instances)).unwrap();
    assert_refused(&runtime.block_on(mine.put(&counter.gather())), "was collected before with the same name and label values");

    let group = r#"{instance="mine",job="synthetic_monitor"}"#;
    let shown = shown(&gateway);
    assert!(shown.text.contains(&format!("\na{group} 1\n")), "{}", shown.text);
    let at = |family: &str| *shown.samples(family).values().next().unwrap();
    assert!(at("push_failure_time_seconds") > at("push_time_seconds"));
}

#[track_caller]
fn assert_refused(result: &Result<(), PushError>, said: &str) {
    let error = result.as_ref().unwrap_err();
    assert_eq!(error.status().unwrap(), 400);
    assert!(error.to_string().contains(said), "{error}");
}

fn pushing(gateway: &Pushgateway) -> tower_rum::synthetic::Pushgateway<Client> {
    tower_rum::synthetic::Pushgateway::new(Client::new(), format!("http://{}", gateway.address())).unwrap()
}

/// What a probe of the Pushgateway itself has found out in its first run; it goes on.
fn probes(runtime: &Runtime, address: &str) -> tower_rum::synthetic::ProbeCollector {
    let probe = Probe::tcp("gateway", address).jitter(std::time::Duration::ZERO);
    let probes = Probes::new([probe]).unwrap();
    let collector = probes.collector();
    runtime.spawn(probes.run(Client::new()));
    let has_run =
        || collector.collect().iter().any(|family| family.name() == "synthetic_success" && !family.get_metric().is_empty());
    wait::until("the first run", || has_run().then_some(()));
    collector
}

fn gauge(name: &str, value: i64) -> Registry {
    let (registry, gauge) = (Registry::new(), IntGauge::new(name, "A gauge.").unwrap());
    gauge.set(value);
    registry.register(Box::new(gauge)).unwrap();
    registry
}

/// What the Pushgateway shows to a scrape.
fn shown(gateway: &Pushgateway) -> Exposition {
    Exposition { text: gateway.client().get("/metrics").body }
}

/// The names of all samples of a group that have no labels of their own.
fn shown_of(gateway: &Pushgateway, instance: &str) -> Vec<String> {
    let group = format!("{{instance=\"{instance}\",job=\"synthetic_monitor\"}} ");
    shown(gateway).text.lines().filter_map(|line| Some(line.split_once(&group)?.0.to_owned())).collect()
}

/// The documentation's, for a target of the test's.
fn scrape_configs(target: &str) -> String {
    let (_, rest) = DOCUMENTATION.split_once("/// ```yaml\n").unwrap();
    let block = rest.split_once("/// ```").unwrap().0.replace("/// ", "");
    let configs = block.replace("127.0.0.1:9091", target);
    assert_ne!(configs, block);
    configs
}
