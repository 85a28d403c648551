//! What is declared is checked before anything runs.

use std::time::Duration;

use prometheus::core::Collector as _;
use tower_rum::synthetic::{Probe, Probes, Step};

#[test]
fn what_cannot_work_is_an_error_that_says_what_it_takes() {
    let step = |step: Step| Probe::http("it", [step]);
    let good = || Step::get("http://a.example/");
    let tcp = |to: &str| Probe::tcp("it", to);
    for (probe, said) in [
        (Probe::tcp("", "a:1"), "a name of 1 to 128 bytes"),
        (Probe::tcp("x".repeat(129), "a:1"), "a name of 1 to 128 bytes"),
        (Probe::http("it", []), "at least one step"),
        (step(Step::get("/cart")), "an absolute URI"),
        (step(Step::get("ftp://a.example/")), "an absolute URI"),
        (step(Step::get("http://a.example:0/")), "an absolute URI"),
        (step(Step::get("http://a.example:65616/")), "an absolute URI"),
        (step(Step::get("http://a.example:8o/")), "an absolute URI"),
        (step(Step::get("http://me:secret@a.example/")), "without user and password"),
        (step(Step::new(http::Method::CONNECT, "http://a.example/")), "any method but CONNECT"),
        (step(good().header("a b", "c")), "no name of a header"),
        (step(good().header("a", "b\nc")), "the value of header \"a\""),
        (step(good().expect_header("a b", "c")), "no name of a header"),
        (step(good().expect_status(1000)), "from 100 to 999"),
        (tcp("db"), "a host and a port"),
        (tcp(":80"), "a host and a port"),
        (tcp("db:0"), "a host and a port"),
        (tcp("me@db:80"), "a host and a port"),
        (tcp("db:80/x"), "a host and a port"),
        (tcp("db:80").interval(Duration::ZERO), "above 0"),
        (tcp("db:80").timeout(Duration::ZERO), "above 0"),
        (tcp("db:80").interval(Duration::MAX), "at most a year"),
        (tcp("db:80").interval(Duration::from_secs(1)).jitter(Duration::from_secs(2)), "at most its interval"),
    ] {
        let error = Probes::new([probe.clone()]).expect_err(said).to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn uris_with_every_kind_of_host_and_port_are_taken() {
    for uri in [
        "http://a.example",
        "http://a.example:/",
        "http://a.example:65535/x?y",
        "https://[::1]/",
        "https://[::1]:8443/",
        "HTTP://A.example",
    ] {
        assert!(Probes::new([Probe::http("it", [Step::get(uri)])]).is_ok(), "{uri}");
    }
}

#[test]
fn secrets_are_in_no_debug_output() {
    let step = Step::post("http://a.example/", "s3cret").header("authorization", "s3cret").header("x-api-key", "s3cret");
    let probe = Probe::http("it", [step.clone()]);
    for debug in [format!("{step:?}"), format!("{probe:?}"), format!("{:?}", Probes::new([probe.clone()]).unwrap())] {
        assert!(debug.contains("http://a.example/") && !debug.contains("s3cret") && !debug.contains("115, 51"), "{debug}");
    }
}

#[test]
fn two_probes_share_no_series() {
    let same_name = [Probe::tcp("a", "db:1"), Probe::tcp("a", "db:2")];
    assert!(Probes::new(same_name).unwrap_err().to_string().contains("a name of its own"));
    let same_destination = [Probe::tcp("a", "db:1"), Probe::tcp("b", "db:1")];
    assert!(Probes::new(same_destination).unwrap_err().to_string().contains("a destination of its own"));
    assert!(Probes::new([Probe::tcp("a", "[::1]:1"), Probe::tcp("db:1", "db:1")]).is_ok());
}

#[test]
fn before_the_first_run_there_are_counters_alone() {
    let probes = Probes::new([Probe::tcp("a", "db:1"), Probe::http("b", [Step::get("http://a.example/")])]).unwrap();
    let families = probes.collector().collect();
    let there: Vec<_> = families.iter().filter(|family| !family.get_metric().is_empty()).collect();
    assert_eq!(there.len(), 1);
    assert_eq!(there[0].name(), "synthetic_probes_total");
    assert_eq!(there[0].get_metric().len(), 5 + 13, "every result that can be, at 0");
    let text = prometheus::TextEncoder::new().encode_to_string(&[there[0].clone()]).unwrap();
    assert!(text.lines().all(|line| line.starts_with('#') || line.ends_with(" 0")), "{text}");
}
