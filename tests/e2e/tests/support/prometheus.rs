use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::http::Client;
use super::process::{self, Process};
use super::samples::{Labels, Samples};
use super::wait;

/// A Prometheus that scrapes one target every second and keeps what it reads in a folder of its own.
pub struct Prometheus {
    client: Client,
    _process: Process,
    _folder: TempDir,
}

impl Prometheus {
    pub fn scraping(target: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("prometheus.yml");
        fs::write(&config, CONFIG.replace("TARGET", target)).unwrap();
        let mut process = Process::start(
            process::installed("prometheus", "prometheus")
                .arg(format!("--config.file={}", config.display()))
                .arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()))
                .arg("--web.listen-address=127.0.0.1:0"),
        );
        let client = Client::of(&process.word_after("msg=\"Listening on\" address="));
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

    /// The instant vector that a query answers now, without the labels that say which target it is from.
    pub fn query(&self, promql: &str) -> Samples {
        let reply = self.client.query("/api/v1/query", "query", promql);
        assert_eq!(reply.status, 200, "{promql}: {}", reply.body);
        let answer: Value = serde_json::from_str(&reply.body).unwrap();
        answer["data"]["result"].as_array().unwrap().iter().map(sample).collect()
    }
}

fn sample(series: &Value) -> (Labels, f64) {
    let labels = series["metric"].as_object().unwrap().iter();
    let own = labels.filter(|(name, _)| !["__name__", "instance", "job"].contains(&name.as_str()));
    let own = own.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    (own.collect(), series["value"][1].as_str().unwrap().parse().unwrap())
}

const CONFIG: &str = "\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: demo
    static_configs:
      - targets: [TARGET]
";
