use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use super::http::{Client, Reply};
use super::process::{self, Process};
use super::samples::{Exposition, Labels, Samples};
use super::wait;

/// A Prometheus that scrapes every second and keeps what it reads in a folder of its own.
pub struct Prometheus {
    client: Client,
    _process: Process,
    _folder: TempDir,
}

/// A line of Prometheus.
pub struct Version {
    program: PathBuf,
    /// What it prints before the address that it listens on.
    listening: &'static str,
}

impl Version {
    pub fn is_two(&self) -> bool {
        self.listening == TWO_LISTENING
    }

    /// The distribution's.
    pub fn two() -> Self {
        let program = process::installed("prometheus", "prometheus").get_program().into();
        Self { program, listening: TWO_LISTENING }
    }

    /// The one that `PROMETHEUS_3` names. Without it there is none, and the test says that it has not run; one that is named and does
    /// not start fails it.
    pub fn three() -> Option<Self> {
        let Some(program) = env::var_os("PROMETHEUS_3").filter(|program| !program.is_empty()) else {
            eprintln!("NOT RUN: PROMETHEUS_3 names no Prometheus 3; tests/run fetches one where it can be had.");
            return None;
        };
        let program = PathBuf::from(program);
        assert!(program.is_file(), "PROMETHEUS_3 names {}, where no program is", program.display());
        let (_, said) = process::run(Command::new(&program).arg("--version"), "");
        assert!(said.contains("version 3."), "PROMETHEUS_3 names {}, which says {said:?}", program.display());
        Some(Self { program, listening: "msg=\"Listening on\" component=web address=" })
    }
}

impl Prometheus {
    pub fn scraping(target: &str) -> Self {
        Self::with(&Version::two(), target, &[], "")
    }

    /// One of this version with some of its features on, and a line more about its only job.
    pub fn with(version: &Version, target: &str, features: &[&str], job: &str) -> Self {
        Self::configured(version, &ONE_TARGET.replace("TARGET", target).replace("JOB", job), features)
    }

    /// One of this version with these `scrape_configs` and some of its features on.
    pub fn configured(version: &Version, scrape_configs: &str, features: &[&str]) -> Self {
        let configuration = format!("global:\n  scrape_interval: 1s\n{scrape_configs}");
        let features = (!features.is_empty()).then(|| format!("--enable-feature={}", features.join(",")));
        Self::of_file(version, &configuration, features.as_slice())
    }

    /// One of this version with this configuration and further arguments.
    pub fn of_file(version: &Version, configuration: &str, arguments: &[impl AsRef<OsStr>]) -> Self {
        Self::over(TempDir::new().unwrap(), version, configuration, arguments)
    }

    /// One that has read this text with its timestamps, and scrapes nothing.
    pub fn knowing(version: &Version, openmetrics: &str) -> Self {
        Self::of_file_knowing(version, "", openmetrics)
    }

    /// One with this configuration that has read this text with its timestamps.
    pub fn of_file_knowing(version: &Version, configuration: &str, openmetrics: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let text = folder.path().join("history.txt");
        fs::write(&text, openmetrics).unwrap();
        let mut promtool = process::installed("promtool", "prometheus");
        let create = promtool.args(["tsdb", "create-blocks-from", "openmetrics"]).args([&text, &folder.path().join("data")]);
        let (succeeded, said) = process::run(create, "");
        assert!(succeeded, "{said}");
        Self::over(folder, version, configuration, &[""; 0])
    }

    fn over(folder: TempDir, version: &Version, configuration: &str, arguments: &[impl AsRef<OsStr>]) -> Self {
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, configuration).unwrap();
        let mut command = Command::new(&version.program);
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(arguments);
        let mut process = Process::start(&mut command);
        let client = Client::of(&process.word_after(version.listening));
        wait::until("Prometheus to be ready", || (client.get("/-/ready").status == 200).then_some(()));
        Self { client, _process: process, _folder: folder }
    }

    /// How many scrapes have succeeded. The first comes some seconds after the start, whatever the interval.
    pub fn scrapes(&self) -> f64 {
        self.query("sum_over_time(up[10m])").into_values().sum()
    }

    pub fn wait_for_scrapes(&self, count: f64) {
        wait::until("scrapes", || (self.scrapes() >= count).then_some(()));
    }

    /// Until a query answers something.
    pub fn wait_for(&self, promql: &str) {
        wait::until(promql, || (!self.query(promql).is_empty()).then_some(()));
    }

    /// Its own clock, in Unix seconds.
    pub fn now(&self) -> f64 {
        self.query("vector(time())").into_values().sum()
    }

    /// Until each of its targets has been scraped after now.
    pub fn wait_for_a_scrape_of_all(&self) {
        let now = self.now();
        // It may write a scrape's time a few milliseconds off, so that they lie evenly.
        self.wait_for(&format!("min(timestamp(up)) > {now:.3} + 0.1 and min(up) == 1"));
    }

    /// Evaluations of rules that it had no time for.
    pub fn missed_evaluations(&self) -> f64 {
        let said = Exposition { text: self.client.get("/metrics").body };
        said.samples("prometheus_rule_group_iterations_missed_total").into_values().sum()
    }

    /// The instant vector that a query answers now, without the labels that say which target it is from.
    pub fn query(&self, promql: &str) -> Samples {
        self.answer(promql).iter().map(sample).collect()
    }

    /// The same, at a moment in Unix seconds.
    pub fn query_at(&self, promql: &str, time: f64) -> Samples {
        Self::read(promql, &self.client.query(&format!("/api/v1/query?time={time:.3}"), "query", promql))
            .iter()
            .map(sample)
            .collect()
    }

    /// The samples that a range selector finds at a moment in Unix seconds, by series: their milliseconds since 1970 and values.
    pub fn points_at(&self, selector: &str, time: f64) -> BTreeMap<Labels, Vec<(f64, f64)>> {
        let answer = Self::read(selector, &self.client.query(&format!("/api/v1/query?time={time:.3}"), "query", selector));
        let point = |point: &Value| {
            let milliseconds = (point[0].as_f64().unwrap() * 1e3).round();
            (milliseconds, point[1].as_str().unwrap().parse().unwrap())
        };
        let series =
            |series: &Value| (own_labels(&series["metric"]), series["values"].as_array().unwrap().iter().map(point).collect());
        answer.iter().map(series).collect()
    }

    /// The addresses that it scrapes, in order.
    pub fn targets(&self) -> Vec<String> {
        let reply = self.client.get("/api/v1/targets?state=active");
        assert_eq!(reply.status, 200, "{}", reply.body);
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        let active = answer["data"]["activeTargets"].as_array().unwrap().iter();
        let mut urls: Vec<_> = active.map(|target| target["scrapeUrl"].as_str().unwrap().to_owned()).collect();
        urls.sort();
        urls
    }

    /// The values that a label has on the series of a selector.
    pub fn label_values(&self, selector: &str, label: &str) -> Vec<String> {
        let reply = self.client.query(&format!("/api/v1/label/{label}/values"), "match[]", selector);
        assert_eq!(reply.status, 200, "{selector}: {}", reply.body);
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        answer["data"].as_array().unwrap().iter().map(|value| value.as_str().unwrap().to_owned()).collect()
    }

    /// All series of the target with their names, but those that Prometheus adds about the scrape.
    pub fn everything(&self) -> BTreeMap<(String, Labels), f64> {
        let named = |series: &Value| {
            let name = series["metric"]["__name__"].as_str().unwrap().to_owned();
            let (labels, value) = sample(series);
            ((name, labels), value)
        };
        let of_target = |name: &str| name != "up" && !name.starts_with("scrape_");
        self.answer("{job='demo'}").iter().map(named).filter(|((name, _), _)| of_target(name)).collect()
    }

    /// What is known of each family, by its name.
    pub fn metadata(&self) -> Value {
        let reply = self.client.get("/api/v1/metadata");
        assert_eq!(reply.status, 200, "{}", reply.body);
        let mut answer: Value = serde_json::from_str(&reply.body).unwrap();
        answer["data"].take()
    }

    /// The exemplars kept of all series that match.
    pub fn exemplars(&self, promql: &str) -> Vec<Exemplar> {
        let path = "/api/v1/query_exemplars?start=2001-09-09T00:00:00Z&end=2286-11-20T00:00:00Z";
        let reply = self.client.query(path, "query", promql);
        assert_eq!(reply.status, 200, "{promql}: {}", reply.body);
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        let series = answer["data"].as_array().unwrap().iter();
        let of_series = |series: &Value| {
            let labels = own_labels(&series["seriesLabels"]);
            let exemplars = series["exemplars"].as_array().unwrap().clone();
            exemplars.into_iter().map(move |exemplar| Exemplar {
                series: labels.clone(),
                labels: own_labels(&exemplar["labels"]),
                value: exemplar["value"].as_str().unwrap().parse().unwrap(),
                timestamp: exemplar["timestamp"].as_f64().unwrap(),
            })
        };
        series.flat_map(of_series).collect()
    }

    fn answer(&self, promql: &str) -> Vec<Value> {
        Self::read(promql, &self.client.query("/api/v1/query", "query", promql))
    }

    fn read(promql: &str, reply: &Reply) -> Vec<Value> {
        assert_eq!(reply.status, 200, "{promql}: {}", reply.body);
        let mut answer: Value = serde_json::from_str(&reply.body).unwrap();
        match answer["data"]["result"].take() {
            Value::Array(series) => series,
            other => panic!("{promql}: {other}"),
        }
    }
}

/// One exemplar as a Prometheus has kept it.
#[derive(Debug)]
pub struct Exemplar {
    pub series: Labels,
    pub labels: Labels,
    pub value: f64,
    pub timestamp: f64,
}

fn sample(series: &Value) -> (Labels, f64) {
    (own_labels(&series["metric"]), series["value"][1].as_str().unwrap().parse().unwrap())
}

/// All but those that say which target they are from.
fn own_labels(labels: &Value) -> Labels {
    let labels = labels.as_object().unwrap().iter();
    let own = labels.filter(|(name, _)| !["__name__", "instance", "job"].contains(&name.as_str()));
    own.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect()
}

const TWO_LISTENING: &str = "msg=\"Listening on\" address=";
const ONE_TARGET: &str = "\
scrape_configs:
  - job_name: demo
    JOB
    static_configs:
      - targets: [TARGET]
";
