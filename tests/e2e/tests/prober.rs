//! The prober example: scraped, pushed, ended, told what it cannot do, and beside a `blackbox_exporter`.

use std::collections::BTreeSet;

use crate::support::blackbox::Blackbox;
use crate::support::config_file::Reader;
use crate::support::probed::Targets;
use crate::support::prober::Prober;
use crate::support::prometheus::{Prometheus, Version};
use crate::support::pushgateway::Pushgateway;
use crate::support::samples::{Samples, labels};
use crate::support::wait;

const DOCUMENTATION: &str = include_str!("../../../src/synthetic/mod.rs");
const EXAMPLE: &str = include_str!("../../../examples/prober/prober.toml");

#[test]
fn what_it_finds_is_scraped_and_pushed_until_it_ends_in_prometheus_2() {
    assert_what_it_finds_is_scraped_and_pushed(&Version::two());
}

#[test]
fn what_it_finds_is_scraped_and_pushed_until_it_ends_in_prometheus_3() {
    if let Some(three) = Version::three() {
        assert_what_it_finds_is_scraped_and_pushed(&three);
    }
}

#[track_caller]
fn assert_what_it_finds_is_scraped_and_pushed(version: &Version) {
    let (targets, gateway) = (Targets::start(), Pushgateway::start());
    let pushed = format!(
        "[pushgateway]\naddress = \"http://{}\"\ninterval_seconds = 0.2\ngrouping = {{ instance = \"prober-1\" }}\n",
        gateway.address()
    );
    let prober = Prober::start("dev", &(pushed + &targets.told_prober(0.5, 0.0)), Some(targets.authority()));
    let jobs = SCRAPE_CONFIGS.replace("PROBER", prober.address()).replace("PUSHGATEWAY", gateway.address());
    let prometheus = Prometheus::configured(version, &jobs, &[]);

    let verdicts: Samples =
        targets.all.iter().map(|target| (labels([("probe", target.name)]), f64::from(u8::from(target.is_good)))).collect();
    for of in ["job='prober'", "job='synthetic_monitor',instance='prober-1'"] {
        let query = format!("synthetic_success{{{of}}}");
        wait::until(&query, || (prometheus.query(&query) == verdicts).then_some(()));
        for (probe, result) in
            [("ok", "success"), ("no text", "body"), ("no header", "header"), ("dead port", "connect"), ("slow", "timeout")]
        {
            let query = format!("synthetic_probes_total{{{of},probe='{probe}'}} > 0");
            let counted: Vec<_> = prometheus.query(&query).into_keys().collect();
            assert_eq!(counted, [labels([("probe", probe), ("result", result)])], "{query}");
        }
        assert_eq!(prometheus.query(&format!("network_latency_ms{{{of}}} > 0")).len(), 1, "of the destination that answers");
    }

    let quiet = DOCUMENTATION.split('`').find(|code| code.contains("rate(synthetic_probes_total")).unwrap();
    let running = quiet.replace(" == 0", " > 0");
    wait::until(&running, || (prometheus.query(&running).len() == targets.all.len()).then_some(()));
    assert_eq!(prometheus.query(quiet), Samples::new(), "{quiet}");

    let (status, said) = prober.end();
    assert!(status.success(), "{status}: {said}");
    assert!(said.contains("\nno text: body: no \"Sold out\"\n"), "{said}");
    wait::until("the group to be gone", || (!gateway.client().get("/metrics").body.contains("synthetic_")).then_some(()));
    wait::until("its end to be seen", || (prometheus.query("up{job='prober'}") == [(labels([]), 0.0)].into()).then_some(()));
}

#[test]
fn its_verdicts_phases_and_certificate_ends_are_those_of_blackbox_exporter() {
    let targets = Targets::start();
    let prober = Prober::start("dev", &targets.told_prober(60.0, 0.0), Some(targets.authority()));
    let blackbox = Blackbox::start(&targets);
    let ours = wait::until("a run of each probe", || {
        let exposition = prober.exposition();
        (exposition.samples("synthetic_success").len() == targets.all.len()).then_some(exposition)
    });
    let verdicts = ours.samples("synthetic_success");
    let names = |of: &Samples| of.keys().map(|labels| labels["phase"].clone()).collect::<Vec<_>>();
    for target in &targets.all {
        let (theirs, probe) = (blackbox.probe(target), labels([("probe", target.name)]));
        let of_probe = |family: &str| {
            let samples = ours.samples(family).into_iter();
            samples.filter(|(labels, _)| labels["probe"] == target.name).collect::<Samples>()
        };
        let (mine, good) = (verdicts[&probe] == 1.0, target.is_good);
        assert_eq!((mine, theirs.is_success()), (good, good), "{}", target.name);
        if target.place.contains("://") {
            assert_eq!(names(&of_probe("synthetic_phase_seconds")), names(&theirs.phases()), "{}", target.name);
        }
        if good {
            let end = of_probe("synthetic_ssl_earliest_cert_expiry_timestamp_seconds").into_values().next();
            assert_eq!(end, theirs.expiry(), "{}", target.name);
            assert_eq!(end.is_some(), target.name == "TLS");
        }
    }
}

#[test]
fn the_example_config_is_one_with_what_is_commented_out_and_without() {
    let gateway = Pushgateway::start();
    let (plain, commented) = EXAMPLE.split_once("# [pushgateway]\n").unwrap();
    let address = format!("http://{}", gateway.address());
    let pushed: Vec<_> = commented.lines().map(|line| line.strip_prefix("# ").unwrap()).collect();
    let pushed = format!("{plain}[pushgateway]\n{}", pushed.join("\n").replace("http://127.0.0.1:9091", &address));
    assert!(pushed.contains(&address));
    let started = |config: &str| {
        let own_port = config.replace("listen = \"127.0.0.1:9464\"", "");
        assert_ne!(own_port, config);
        let prober = Prober::start("dev", &own_port, None);
        let counted = prober.exposition().samples("synthetic_probes_total");
        let names: BTreeSet<_> = counted.keys().map(|labels| labels["probe"].as_str()).collect();
        assert_eq!(names, BTreeSet::from(["example", "example-port"]));
        prober
    };
    started(plain);
    let _pushing = started(&pushed);
    let of_group = "synthetic_probes_total{instance=\"prober-1\",job=\"synthetic_monitor\"";
    wait::until("a push", || gateway.client().get("/metrics").body.contains(of_group).then_some(()));
}

#[test]
fn what_cannot_work_is_an_error_with_its_line_that_says_what_can() {
    let reader = Reader::of("prober");
    let [step, tcp] = ["[[probe]]\nname = \"a\"\n[[probe.steps]]\n", "[[probe]]\nname = \"a\"\ntcp = \"db:1\"\n"];
    let push = |line: &str| format!("[pushgateway]\naddress = \"http://127.0.0.1:1\"\n{line}\n{tcp}");
    for (config, said) in [
        (String::new(), "1: there is nothing to probe: add a [[probe]]"),
        (format!("\nlisten = 9464\n{tcp}"), "2: invalid type: integer `9464`, expected a string"),
        (
            format!("\n\nlisten = \"9464\"\n{tcp}"),
            "3: `listen` takes an address and a port, such as 127.0.0.1:9464, not \"9464\"",
        ),
        (format!("{tcp}[[probe]\n"), "4: "),
        (format!("{tcp}timeout = 3\n"), "4: unknown field `timeout`, expected one of `name`, `tcp`, `steps`"),
        (format!("{tcp}timeout_seconds = -1\n"), "4: a number of seconds is 60 or 0.5, and not -1"),
        (format!("{tcp}timeout_seconds = nan\n"), "4: a number of seconds is 60 or 0.5, and not NaN"),
        (format!("{tcp}timeout_seconds = 0\n"), "2: probe \"a\" takes an interval and a timeout above 0"),
        (format!("{tcp}interval_seconds = 1\njitter_seconds = 1.5\n"), "2: probe \"a\" takes a jitter of at most its interval"),
        ("[[probe]]\nname = \"\"\ntcp = \"db:1\"\n".to_owned(), "2: probe \"\" takes a name of 1 to 128 bytes"),
        (
            "[[probe]]\nname = \"a\"\n\ntcp = \"db\"\n".to_owned(),
            "4: a destination is a host and a port, such as db.internal:5432",
        ),
        ("[[probe]]\nname = \"a\"\n".to_owned(), "2: probe \"a\" takes either `tcp = \"host:port\"` or `steps`"),
        (format!("{tcp}[[probe.steps]]\nurl = \"http://a.example/\"\n"), "2: probe \"a\" takes either"),
        (format!("{tcp}{step}url = \"http://a.example/\"\n"), "5: each probe takes a name of its own, and two have \"a\""),
        (format!("{step}method = \"GET\"\n"), "3: missing field `url`"),
        (format!("{step}url = \"http://a.example/\"\n[[probe.steps]]\nurl = \"/cart\"\n"), "6: a step takes an absolute URI"),
        (format!("{step}url = \"http://a.example/\"\nexpect_status = [99]\n"), "4: a status is from 100 to 999, not 99"),
        (format!("{step}url = \"http://a.example/\"\nmethod = \"get\"\n"), "5: a method is written in capitals, such as GET"),
        (format!("{step}url = \"http://a.example/\"\nheaders = {{ \"a b\" = \"c\" }}\n"), "4: \"a b\" is no name of a header"),
        (push("").replace("http://", ""), "2: a Pushgateway takes an absolute URI"),
        (push("interval_seconds = 0"), "3: a push takes an interval above 0"),
        (push("job = \"\""), "3: a job takes a name that is not empty"),
        (push("grouping = { job = \"x\" }"), "3: a grouping label takes a name of letters"),
        (push("headers = { a = \"b\\nc\" }"), "3: the value of header \"a\" is none"),
    ] {
        reader.assert_refuses(&config, said);
    }
    reader.assert_refuses_other_arguments();
    reader.assert_refuses_a_taken_address("listen", |taken| format!("listen = \"{taken}\"\n{tcp}"));
}

const SCRAPE_CONFIGS: &str = "\
scrape_configs:
  - job_name: prober
    static_configs:
      - targets: [PROBER]
  - job_name: pushgateway
    honor_labels: true
    static_configs:
      - targets: [PUSHGATEWAY]
";
