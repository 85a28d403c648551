//! A million beacons of a hostile sender: the series stay where they were, memory too, and each is counted as the sender's own tally says.

mod attack;
mod batches;
mod events;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::process::Command;

use bytes::Bytes;
use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::Full;
use prometheus::Registry;
use tower::{Layer, Service, service_fn};
use tower_rum::{ClientCounter, ClientHistogram, Monitor, Unit};

use crate::support::block_on;
use crate::support::metrics::Metrics;
use crate::support::random::Random;

use attack::{Attack, Attacker};

#[test]
fn a_million_hostile_beacons_leave_series_memory_and_totals_where_the_rules_put_them() {
    // Memory is a process's, and other tests may run in this one.
    if std::env::var_os(ALONE).is_some() {
        return attacked();
    }
    let test = std::thread::current().name().unwrap().to_owned();
    let alone = Command::new(std::env::current_exe().unwrap()).args(["--exact", &test, "--nocapture"]).env(ALONE, "").output();
    let alone = alone.unwrap();
    let said = [alone.stdout, alone.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    println!("{said}");
    assert!(alone.status.success() && said.contains("1 passed"));
}

fn attacked() {
    let monitor = monitor();
    let mut attacker = Attacker::new(Random::seeded(7));
    for attack in attack::one_of_each_event() {
        send(&monitor, attack);
    }
    let before = block_on(Metrics::of(&monitor));
    let mut tally = BTreeMap::<&str, f64>::new();
    let mut resident = resident_kib();
    for number in 0..BEACONS {
        if number == WARM {
            resident = resident_kib();
        }
        let attack = attacker.next();
        for &(series, times) in &attack.moves {
            *tally.entry(series).or_default() += times;
        }
        send(&monitor, attack);
    }
    let grown = resident_kib().saturating_sub(resident);
    let after = block_on(Metrics::of(&monitor));
    println!("{BEACONS} beacons: resident {resident} KiB after the first {WARM}, {grown} KiB more after the last");
    println!("{} series, {:?}", after.samples().count(), tally);

    let names = |metrics: &Metrics| metrics.samples().map(|(series, _)| series.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after), "series came or went");
    assert!(after.samples().all(|(_, value)| value.is_finite() && value >= 0.0));
    let was: BTreeMap<&str, f64> = before.samples().collect();
    let counted = after.samples().filter(|(series, _)| !series.contains("_bucket{") && !series.contains("_sum"));
    let moved: BTreeMap<&str, f64> =
        counted.map(|(series, is)| (series, is - was[series])).filter(|&(_, by)| by != 0.0).collect();
    assert_eq!(moved, tally);
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB");
}

/// Sends it, and asks for the answer that it is to have.
fn send(monitor: &Monitor, attack: Attack) {
    let not_ours = service_fn(async |_: Request<Full<Bytes>>| Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())));
    let mut request = Request::post(attack.path);
    for (name, value) in attack.headers {
        request = request.header(name, value);
    }
    let shown = attack.body.clone();
    let mut service = monitor.routes_layer().layer(not_ours);
    let answer = service.call(request.body(Full::from(attack.body)).unwrap()).now_or_never().unwrap().unwrap();
    let start = || String::from_utf8_lossy(&shown[..shown.len().min(200)]).into_owned();
    assert_eq!(answer.status(), attack.status, "{} {}", attack.path, start());
}

fn monitor() -> Monitor {
    Monitor::builder()
        .registry(Registry::new())
        .beacons_per_second(u32::MAX)
        .interaction_names(["buy"])
        .journeys(["start"])
        .goals(["signup"])
        .client_counter(ClientCounter::new("votes_total", "Votes.").label("choice", ["yes", "no"]))
        .client_histogram(ClientHistogram::new("search_duration_seconds", "Search.", Unit::Seconds))
        .build()
        .unwrap()
}

/// What this process holds in memory (proc(5)).
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

const ALONE: &str = "TOWER_RUM_TEST_ALONE";
const BEACONS: u32 = 1_000_000;
/// By then the memory of batch numbers is full, and every kind of attack was there.
const WARM: u32 = 50_000;
/// What the allocator may hold in other places than before; one byte a beacon would be less, but a label or a number kept of each is far more.
const MOST_GROWTH_KIB: u64 = 4 * 1024;
