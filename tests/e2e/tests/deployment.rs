//! What `examples/deploy` holds: rules that say what they should of series made up for the purpose, and an alert on its whole way.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use axum::Router;
use axum::routing::post;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_rum::Monitor;

use crate::support::alertmanager::Alertmanager;
use crate::support::process;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::wait::PATIENCE;

#[test]
fn prometheus_configuration_and_rules_are_valid() {
    let mut promtool = process::installed("promtool", "prometheus");
    let (succeeded, said) = process::run(promtool.args(["check", "config"]).arg(deploy("prometheus/prometheus.yml")), "");
    assert!(succeeded, "{said}");
}

#[test]
fn alertmanager_configuration_is_valid() {
    let mut amtool = process::installed("amtool", "prometheus-alertmanager");
    let (succeeded, said) = process::run(amtool.arg("check-config").arg(deploy("alertmanager/alertmanager.yml")), "");
    assert!(succeeded, "{said}");
}

#[test]
fn rules_say_of_made_up_series_what_they_should() {
    let mut promtool = process::installed("promtool", "prometheus");
    let (succeeded, said) = process::run(promtool.args(["test", "rules"]).args(files("prometheus/tests")), "");
    assert!(succeeded, "{said}");
}

/// Its test would be as long as the caps: one series for each label set.
#[test]
fn label_sets_near_the_cap_are_an_alert() {
    let folder = TempDir::new().unwrap();
    let mut series = String::new();
    for (instance, family, count) in [
        ("a", "page_load_time_seconds_count", 161),
        ("b", "user_page_transitions_total", 401),
        ("c", "http_requests_total", 1601),
        ("far", "page_load_time_seconds_count", 160),
        ("far", "user_page_transitions_total", 400),
        ("far", "http_requests_total", 1600),
    ] {
        for number in 0..count {
            let name = format!("{family}{{job='app', instance='{instance}', number='{number}'}}");
            writeln!(series, "      - {{ series: \"{name}\", values: 1x30 }}").unwrap();
        }
    }
    let rules = deploy("prometheus/rules/ingest.yml");
    let test = format!(
        "rule_files: ['{}']\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n{series}{NEAR_THE_CAP}",
        rules.display()
    );
    let path = folder.path().join("near_the_cap.yml");
    fs::write(&path, test).unwrap();
    let mut promtool = process::installed("promtool", "prometheus");
    let (succeeded, said) = process::run(promtool.args(["test", "rules"]).arg(path), "");
    assert!(succeeded, "{said}");
}

/// Read as text: a line with `alertname`, and whether one with `exp_alerts` follows before the next.
#[test]
fn each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() {
    let mut seen: BTreeMap<String, BTreeSet<bool>> = BTreeMap::new();
    for text in texts("prometheus/tests") {
        for case in text.split("- alertname: ").skip(1) {
            let name = case.lines().next().unwrap().to_owned();
            seen.entry(name).or_default().insert(case.contains("exp_alerts:"));
        }
    }
    seen.entry("SeriesNearCap".to_owned()).or_default().insert(NEAR_THE_CAP.contains("exp_alerts:"));
    let rules = texts("prometheus/rules").concat();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    assert!(alerts.len() > 10, "{alerts:?}");
    for alert in alerts {
        assert_eq!(seen.get(alert), Some(&BTreeSet::from([false, true])), "{alert}");
    }
}

#[test]
fn an_application_that_goes_away_is_told_to_slack() {
    let (runtime, elsewhere) = (Runtime::new().unwrap(), Runtime::new().unwrap());
    let (messages, slack) = slack(&elsewhere);
    let url = format!("api_url: http://{slack}/services/T0/B0/secret");
    let configuration = read("alertmanager/alertmanager.yml");
    let alertmanager = Alertmanager::start(&replaced(
        &configuration,
        &[("api_url_file: /etc/alertmanager/slack.url", &url), ("group_wait: 30s", "group_wait: 1s")],
    ));

    let application = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = application.local_addr().unwrap().to_string();
    let monitor = Monitor::builder().registry(prometheus::Registry::new()).build().unwrap();
    let app: Router = monitor.public_routes();
    runtime.spawn(async move { axum::serve(application, app).await });

    let folder = TempDir::new().unwrap();
    let rules = folder.path().join("probes.yml");
    // The prober that is not there has its alert too; here it comes too late.
    let changes = [("for: 2m", "for: 0s"), ("for: 5m", "for: 1h")];
    fs::write(&rules, replaced(&read("prometheus/rules/probes.yml"), &changes)).unwrap();
    let configuration = replaced(
        &read("prometheus/prometheus.yml"),
        &[
            ("scrape_interval: 15s", "scrape_interval: 1s"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"),
            ("rules/*.yml", &rules.display().to_string()),
            ("alertmanager:9093", alertmanager.address()),
            ("app:3000", &address),
        ],
    );
    let arguments = ["--rules.alert.resend-delay=1s"];
    let prometheus = Prometheus::of_file(&Version::two(), &configuration, &arguments);
    prometheus.wait_for("up{job='app-uptime'} == 1");

    runtime.shutdown_background();
    let message = messages.recv_timeout(PATIENCE).unwrap();
    assert_eq!(message["channel"], "#operations");
    let told = &message["attachments"][0];
    assert_eq!(told["title"], "FIRING: ApplicationNotReady");
    assert_eq!(told["text"], format!("{address} is down, or says that it is not ready\n"));
}

/// Takes what an incoming webhook of Slack's takes.
fn slack(runtime: &Runtime) -> (mpsc::Receiver<Value>, std::net::SocketAddr) {
    let (sender, messages) = mpsc::channel();
    let take = async move |body: String| {
        let _ = sender.send(serde_json::from_str(&body).unwrap());
        "ok"
    };
    let app = Router::new().route("/services/T0/B0/secret", post(take));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, app).await });
    (messages, address)
}

fn texts(folder: &str) -> Vec<String> {
    files(folder).iter().map(|path| fs::read_to_string(path).unwrap()).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let files: Vec<_> = fs::read_dir(deploy(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    files
}

/// A text with each of these put in another's place, so that nothing is tested which is no longer there.
#[track_caller]
fn replaced(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        text.replace(from, to)
    })
}

fn read(file: &str) -> String {
    fs::read_to_string(deploy(file)).unwrap()
}

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deploy").join(file)
}

const NEAR_THE_CAP: &str = "    \
    alert_rule_test:
      - alertname: SeriesNearCap
        eval_time: 25m
        exp_alerts:
          - exp_labels: { severity: ticket, job: app, instance: a, family: page_load_time_seconds }
            exp_annotations:
              summary: page_load_time_seconds of a has 161 label sets; past its cap all count as overflow
          - exp_labels: { severity: ticket, job: app, instance: b, family: user_page_transitions_total }
            exp_annotations:
              summary: user_page_transitions_total of b has 401 label sets; past its cap all count as overflow
          - exp_labels: { severity: ticket, job: app, instance: c, family: http_requests_total }
            exp_annotations:
              summary: http_requests_total of c has 1601 label sets; past its cap all count as overflow
";
