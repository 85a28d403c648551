//! The guide from nothing to an alert, done as it says: every file and command is taken from its text. What is changed is ports, the time that its
//! reader would wait, and that cargo's commands are not run: the application is an example of this package with the guide's words.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use axum::Router;
use axum::routing::post;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::support::alertmanager::Alertmanager;
use crate::support::cargo;
use crate::support::http::Client;
use crate::support::process::{self, Process};
use crate::support::prometheus::{Prometheus, Version};
use crate::support::wait::{self, PATIENCE};

const GUIDE: &str = include_str!("../../../src/guide/first_alert.md");
const EXAMPLE: &str = include_str!("../../../examples/first_alert.rs");

#[test]
fn its_reader_is_told_of_what_fails_by_prometheus_2() {
    assert_its_reader_is_told(&Version::two());
}

#[test]
fn its_reader_is_told_of_what_fails_by_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_its_reader_is_told(&three);
    }
}

#[test]
fn its_application_is_the_example() {
    let (about, code) = EXAMPLE.split_once("\n\n").unwrap();
    assert!(about.starts_with("//! ") && about.lines().count() == 1, "{about}");
    assert_eq!(block("rust,ignore", "axum::serve"), code);
}

#[track_caller]
fn assert_its_reader_is_told(version: &Version) {
    let mut process = Process::start(Command::new(cargo::example("first_alert", "full")).env("LISTEN", "127.0.0.1:0"));
    let application = process.word_after("http://");
    let runtime = Runtime::new().unwrap();
    let (messages, receiver) = receiver(&runtime);

    let page = Client::of(&application).get("/").body;
    assert!(page.contains(r#"<script src="/rum.js" async></script>"#), "{page}");
    let visit = Client::of(&application).post("/log-page-load", "application/json", r#"{"load_time":900,"endpoint":"/"}"#);
    assert_eq!(visit.status, 204);
    let exposed = command("curl -s http", "/metrics").replace("127.0.0.1:3000", &application);
    let (succeeded, exposed) = shell(&exposed, Path::new("."));
    assert!(succeeded, "{exposed}");
    let series: Vec<_> = GUIDE.split('`').filter(|code| code.ends_with(r#"="/"}"#) || code.ends_with(r#"="200"}"#)).collect();
    assert_eq!(series.len(), 2);
    for series in series {
        assert!(exposed.contains(&format!("\n{series} 1\n")), "{series} is not in\n{exposed}");
    }

    let folder = written();
    for (checked, started) in [
        ("promtool check config", "\nprometheus --config.file=prometheus.yml\n"),
        ("amtool check-config", "\nalertmanager --config.file=alertmanager.yml\n"),
    ] {
        let (succeeded, said) = shell(command(checked, "").lines().next().unwrap(), folder.path());
        assert!(succeeded, "{said}");
        assert!(GUIDE.contains(started));
    }

    let alertmanager = block("yaml", "# alertmanager.yml");
    let alertmanager = Alertmanager::start(&replaced(alertmanager, &[("127.0.0.1:5001", &receiver), ("10s", "1s")]));
    let rules = folder.path().join("rules.yml");
    fs::write(&rules, replaced(block("yaml", "# rules.yml"), &[("for: 1m", "for: 1s")])).unwrap();
    let configuration = replaced(
        block("yaml", "# prometheus.yml"),
        &[
            ("15s", "1s"),
            ("rules.yml\"", &format!("{}\"", rules.display())),
            ("127.0.0.1:9093", alertmanager.address()),
            ("127.0.0.1:3000", &application),
        ],
    );
    let prometheus = Prometheus::of_file(version, &configuration, &["--rules.alert.resend-delay=1s"]);
    prometheus.wait_for("up{job='shop'} == 1");
    assert!(prometheus.query("ALERTS").is_empty());

    let failing = command("for i in ", "/checkout").replace("127.0.0.1:3000", &application);
    let _failing = Process::start(Command::new("sh").args(["-c", &failing]));
    let message = messages.recv_timeout(PATIENCE).unwrap();
    assert_eq!(message["receiver"], "us");
    assert_eq!(message["commonLabels"]["alertname"], "RequestsFail");
    assert_eq!(message["commonLabels"]["endpoint"], "/checkout");
    assert_eq!(message["alerts"][0]["annotations"]["summary"], "/checkout fails in 100% of requests");

    let asked = command("amtool alert", "RequestsFail").replace("127.0.0.1:9093", alertmanager.address());
    wait::until("the alert to be shown", || {
        let (succeeded, said) = shell(&asked, folder.path());
        (succeeded && said.contains("RequestsFail") && said.contains("/checkout fails in 100% of requests")).then_some(())
    });
}

/// A folder with the guide's files as they are.
fn written() -> TempDir {
    let folder = TempDir::new().unwrap();
    for name in ["prometheus.yml", "rules.yml", "alertmanager.yml"] {
        fs::write(folder.path().join(name), block("yaml", &format!("# {name}\n"))).unwrap();
    }
    folder
}

/// What takes the POST.
fn receiver(runtime: &Runtime) -> (mpsc::Receiver<Value>, String) {
    let (sender, messages) = mpsc::channel();
    let take = async move |body: String| drop(sender.send(serde_json::from_str(&body).unwrap()));
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    runtime.spawn(async move { axum::serve(listener, Router::new().route("/", post(take))).await });
    (messages, address)
}

/// The only block of a language that has this text in it.
fn block(language: &str, text: &str) -> &'static str {
    let opening = format!("```{language}\n");
    let blocks = GUIDE.split(&opening as &str).skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block);
    let found: Vec<_> = blocks.filter(|block| block.contains(text)).collect();
    let [only] = found[..] else { panic!("{text:?} is in {} blocks of {language}", found.len()) };
    only
}

/// The commands of the block that begins so, and has this in it.
fn command(begins: &str, text: &str) -> String {
    let block = block("sh", begins);
    assert!(block.starts_with(begins) && block.contains(text), "{block}");
    block.to_owned()
}

fn shell(command: &str, folder: &Path) -> (bool, String) {
    let program = command.split(' ').next().unwrap();
    process::installed(
        program,
        match program {
            "amtool" => "prometheus-alertmanager",
            "promtool" => "prometheus",
            other => other,
        },
    );
    process::run(Command::new("sh").args(["-c", command]).current_dir(folder), "")
}

/// A text with each of these put in another's place, so that nothing is tested which is no longer there.
#[track_caller]
fn replaced(text: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from:?} is not in\n{text}");
        text.replace(from, to)
    })
}
