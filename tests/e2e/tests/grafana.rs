//! The dashboards of `examples/deploy/grafana`: what Grafana reads of them, and what a real Prometheus answers to them. Grafana itself does not run.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::net::TcpStream;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::support::demo::Demo;
use crate::support::exporters::Exporter;
use crate::support::pip;
use crate::support::postgres::Postgres;
use crate::support::probed::Targets;
use crate::support::prober::Prober;
use crate::support::process;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::pushgateway::Pushgateway;
use crate::support::wait::{self, PATIENCE};

#[test]
fn dashboards_hold_nothing_that_grafana_does_not_know() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("grafana");
    let mut python = process::installed("python3", "python3");
    python.env("PYTHONPATH", pip::packages(&folder.join("requirements.txt"))).arg(folder.join("schema.py")).args(files());
    let (succeeded, said) = process::run(&mut python, "");
    assert!(succeeded, "{said}");
}

#[test]
fn dashboards_have_names_of_their_own_and_panels_that_say_what_they_are() {
    let mut uids = BTreeSet::new();
    for Dashboard { file, json } in dashboards() {
        assert!(uids.insert(json["uid"].as_str().unwrap().to_owned()), "{file}: another has its uid");
        assert_eq!(json["templating"]["list"][0]["type"], "datasource", "{file}");
        let (mut ids, mut taken) = (BTreeSet::new(), BTreeMap::new());
        for panel in json["panels"].as_array().unwrap() {
            let title = panel["title"].as_str().unwrap();
            assert!(ids.insert(panel["id"].as_u64()), "{file}: {title}: another has its id");
            for cell in cells(&panel["gridPos"]) {
                assert!(cell.0 < 24, "{file}: {title} is wider than the page");
                assert_eq!(taken.insert(cell, title), None, "{file}: {title} covers another");
            }
            if panel["type"] == "row" {
                continue;
            }
            assert!(panel["description"].as_str().unwrap().ends_with('.'), "{file}: {title} has no description");
            // The node graph prints a unit's id as it stands.
            let unit = &panel["fieldConfig"]["defaults"]["unit"];
            assert!(unit.is_string() || panel["type"] == "nodeGraph", "{file}: {title} has no unit");
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{file}: {title}");
            let series = panel["targets"].as_array().unwrap();
            let shows_legend = panel["type"] != "table" && panel["type"] != "nodeGraph" && panel["type"] != "stat";
            let is_named = |target: &Value| !target["legendFormat"].as_str().unwrap().is_empty();
            assert!(!shows_legend || series.iter().all(is_named), "{file}: {title} has a series without a name");
        }
    }
}

/// Of the demo with its simulated visitors, and of all that stands beside it.
#[test]
fn every_expression_of_every_dashboard_is_answered() {
    let demo = Demo::with_visitors();
    let (node, postgres) = (Exporter::of_node(), Postgres::start());
    let database = Exporter::of_postgres(&postgres);
    let (targets, gateway) = (Targets::start(), Pushgateway::start());
    let prober = Prober::start("dev", &probes(&targets, &gateway), Some(targets.authority()));

    let mut configuration = fs::read_to_string(deploy("prometheus/prometheus.yml")).unwrap();
    for (from, to) in [
        ("scrape_interval: 15s", "scrape_interval: 1s"),
        ("evaluation_interval: 15s", "evaluation_interval: 1s"),
        ("rules/*.yml", &deploy("prometheus/rules/*.yml").display().to_string()),
        ("alertmanager:9093", "127.0.0.1:9"),
        ("app:3000", demo.address()),
        ("prober:9465", prober.address()),
        ("pushgateway:9091", gateway.address()),
        ("node-exporter:9100", node.address()),
        ("postgres-exporter:9187", database.address()),
    ] {
        assert!(configuration.contains(from), "{from}");
        configuration = configuration.replace(from, to);
    }
    let versions = [Some(Version::two()), Version::three()].into_iter().flatten();
    let all: Vec<_> = versions.map(|version| Prometheus::of_file_knowing(&version, &configuration, &last_week())).collect();
    for prometheus in &all {
        assert_all_is_answered(prometheus, demo.address());
        for (dashboard, panel, expected) in KNOWN {
            let lies_in = |promql: &String| prometheus.query(promql).values().all(|value| expected.contains(value));
            let asked = expressions(prometheus, dashboard, panel);
            wait::until(panel, || asked.iter().all(lies_in).then_some(()));
        }
    }
}

/// Whatever the visitors do.
const KNOWN: [(&str, &str, RangeInclusive<f64>); 12] = [
    ("server.json", "Failed", 0.0001..=0.5),
    ("server.json", "Apdex", 0.1..=1.0),
    ("server.json", "Ready", 1.0..=1.0),
    ("users.json", "Bounced", 0.05..=0.95),
    ("users.json", "Converted", 0.05..=0.95),
    ("synthetic.json", "Failing now", 1.0..=1.0), // what is nowhere
    ("synthetic.json", "First certificate ends in", 1e8..=1e10),
    ("infrastructure.json", "Processors busy", -5.0..=105.0), // scrapes are not a second apart to the millisecond
    ("infrastructure.json", "Memory used", 0.1..=99.9),
    ("infrastructure.json", "Disk used", 0.0..=100.0),
    ("database.json", "Server", 1.0..=1.0),
    ("database.json", "Connections taken", 0.001..=0.5),
];

fn assert_all_is_answered(prometheus: &Prometheus, app: &str) {
    let deadline = Instant::now() + PATIENCE * 2;
    let mut silent = all_panels();
    assert!(silent.len() > 60, "{}", silent.len());
    loop {
        leave_early(app);
        silent.retain(|(dashboard, panel)| {
            let answered = |promql: &String| prometheus.query(promql).values().any(|value| value.is_finite());
            !expressions(prometheus, dashboard, panel).iter().all(answered)
        });
        if silent.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "without an answer: {silent:#?}");
        sleep(Duration::from_millis(200));
    }
}

/// File and title of each.
fn all_panels() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for Dashboard { file, json } in dashboards() {
        let panels = json["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row");
        all.extend(panels.map(|panel| (file.clone(), panel["title"].as_str().unwrap().to_owned())));
    }
    all
}

/// What the panels of a title ask, with the variables as they are when the dashboard is opened. One that has no values yet is left: what asks by
/// it then has no answer.
fn expressions(prometheus: &Prometheus, file: &str, title: &str) -> Vec<String> {
    let json = dashboards().into_iter().find(|dashboard| dashboard.file == file).unwrap().json;
    let mut values = vec![("$__rate_interval".to_owned(), "1m".to_owned()), ("$__range".to_owned(), "1h".to_owned())];
    for variable in &json["templating"]["list"].as_array().unwrap()[1..] {
        let query = replaced(variable["query"]["query"].as_str().unwrap(), &values);
        let (selector, label) =
            query.strip_prefix("label_values(").unwrap().strip_suffix(')').unwrap().rsplit_once(", ").unwrap();
        if let Some(first) = prometheus.label_values(selector, label).first() {
            let value = variable["allValue"].as_str().unwrap_or(first);
            values.push((format!("${}", variable["name"].as_str().unwrap()), value.to_owned()));
        }
    }
    let panels = json["panels"].as_array().unwrap().iter().filter(|panel| panel["title"] == title && panel["type"] != "row");
    let targets = panels.flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: Vec<_> = targets.map(|target| replaced(target["expr"].as_str().unwrap(), &values)).collect();
    assert!(!asked.is_empty(), "{title} of {file}");
    asked
}

fn replaced(text: &str, values: &[(String, String)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
}

/// A client that goes away in the middle of a large answer.
fn leave_early(app: &str) {
    let mut stream = TcpStream::connect(app).unwrap();
    write!(stream, "GET /download HTTP/1.1\r\nhost: {app}\r\n\r\n").unwrap();
    stream.read_exact(&mut [0; 64]).unwrap();
}

/// Two that work and one that cannot, also pushed.
fn probes(targets: &Targets, gateway: &Pushgateway) -> String {
    let place = |name| &targets.all.iter().find(|target| target.name == name).unwrap().place;
    let pushed = format!("[pushgateway]\naddress = \"http://{}\"\ninterval_seconds = 1\n", gateway.address());
    let of = |name, task: String| format!("[[probe]]\nname = \"{name}\"\ninterval_seconds = 1\njitter_seconds = 0\n{task}\n");
    let steps = |url| format!("[[probe.steps]]\nurl = {url:?}");
    let all =
        [of("shop", steps(place("TLS"))), of("port", format!("tcp = {:?}", place("TCP"))), of("nowhere", steps(place("404")))];
    pushed + &all.concat()
}

/// What was recorded a week ago, half an hour to either side.
fn last_week() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let mut history = "# TYPE job:http_requests:rate1h gauge\n".to_owned();
    for minute in 0..60 {
        let time = now - 7 * 86_400 - 1_800 + minute * 60;
        writeln!(history, "job:http_requests:rate1h{{job=\"app\"}} 1 {time}").unwrap();
    }
    history + "# EOF\n"
}

struct Dashboard {
    file: String,
    json: Value,
}

fn dashboards() -> Vec<Dashboard> {
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let read = |path: PathBuf| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let all: Vec<_> = files().into_iter().map(|path| Dashboard { file: name(&path), json: read(path) }).collect();
    assert_eq!(all.len(), 6);
    all
}

fn files() -> Vec<PathBuf> {
    fs::read_dir(deploy("grafana/dashboards")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// The places that a panel covers.
fn cells(place: &Value) -> impl Iterator<Item = (u64, u64)> {
    let [x, y, width, height] = ["x", "y", "w", "h"].map(|name| place[name].as_u64().unwrap());
    (x..x + width).flat_map(move |x| (y..y + height).map(move |y| (x, y)))
}

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deploy").join(file)
}
