//! The operator example, read by a real Prometheus that is told what the guide tells it.

use std::fs;

use tempfile::TempDir;

use crate::support::operator::Operator;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::samples::{Samples, labels};
use crate::support::wait;

const GUIDE: &str = include_str!("../../../src/guide/operator.md");

#[test]
fn prometheus_reads_the_second_port_and_the_public_one_has_no_metrics() {
    let example = Operator::start(&[]);
    assert_eq!(example.statuses(), [200, 404, 200]);
    let prometheus = Prometheus::configured(&Version::two(), &scrape_configs("job_name", &example.metrics), &[]);
    assert_read(&prometheus);
}

#[test]
fn prometheus_reads_with_the_bearer_token_of_its_file_and_with_no_other() {
    let example = Operator::start(&[("METRICS_TOKEN", "5ecret")]);
    assert_read_with_the_secret_alone(&example, "credentials_file", "shop.token");
}

#[test]
fn prometheus_reads_with_basic_auth_and_with_no_other_password() {
    let example = Operator::start(&[("METRICS_USER", "prometheus"), ("METRICS_PASSWORD", "5ecret")]);
    assert_read_with_the_secret_alone(&example, "basic_auth", "shop.password");
}

#[track_caller]
fn assert_read_with_the_secret_alone(example: &Operator, key: &str, file: &str) {
    assert_eq!(example.statuses(), [200, 404, 401]);
    let etc = TempDir::new().unwrap();
    let secret = etc.path().join(file);
    // A line break at the end, as a shell writes it, is none of the secret.
    fs::write(&secret, "wrong\n").unwrap();
    let configs = scrape_configs(key, &example.metrics);
    let configs = configs.replace(&format!("/etc/prometheus/{file}"), secret.to_str().unwrap());
    assert!(!configs.contains("/etc/"), "{configs}");

    let prometheus = Prometheus::configured(&Version::two(), &configs, &[]);
    wait::until("up to be 0", || (prometheus.query("up") == Samples::from([(labels([]), 0.0)])).then_some(()));
    assert_eq!(prometheus.query("user_sessions_total"), Samples::new());
    fs::write(&secret, "5ecret\n").unwrap();
    assert_read(&prometheus);
}

#[track_caller]
fn assert_read(prometheus: &Prometheus) {
    prometheus.wait_for_scrapes(1.0);
    assert_eq!(prometheus.query("user_sessions_total"), Samples::from([(labels([]), 0.0)]));
}

/// The guide's configuration that has this key, for a target of the test's; the first that has it.
fn scrape_configs(key: &str, target: &str) -> String {
    let mut blocks = GUIDE.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0);
    let block = blocks.find(|block| block.contains(key)).unwrap();
    let configs = block.replace("127.0.0.1:9464", target);
    assert_ne!(configs, block);
    configs
}
