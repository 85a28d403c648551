//! How long the prober example and a `blackbox_exporter` say that the same targets take them, by turns:
//! `cargo bench --manifest-path tests/e2e/Cargo.toml --bench prober`. It prints a table, and stops where the two do not agree on a verdict.

#[path = "../tests/support/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod support;

use support::blackbox::Blackbox;
use support::probed::Targets;
use support::prober::Prober;
use support::samples::{Exposition, labels};
use support::wait;

fn main() {
    let targets = Targets::start();
    // Each run begins somewhere within its interval: runs that all begin at once would wait for each other.
    let prober = Prober::start("release", &targets.told_prober(INTERVAL_SECONDS, INTERVAL_SECONDS), Some(targets.authority()));
    let blackbox = Blackbox::start(&targets);
    let mut figures: Vec<Figures> = targets.all.iter().map(|_| Figures::default()).collect();
    for _ in 0..ROUNDS {
        for (target, figures) in targets.all.iter().zip(&mut figures) {
            let found = blackbox.probe(target);
            assert_eq!(found.is_success(), target.is_good, "{}", target.name);
            figures.theirs.push(found.value("probe_duration_seconds").unwrap());
            figures.ours.push(next_run(&prober, target.name, target.is_good, &mut figures.runs));
        }
    }
    println!("| target | verdict of both | prober, ms | blackbox_exporter, ms | times |\n|---|---|---:|---:|---:|");
    for (target, Figures { ours, theirs, .. }) in targets.all.iter().zip(figures) {
        let verdict = if target.is_good { "success" } else { "failure" };
        let (ours, theirs) = (median(ours), median(theirs));
        println!("| {} | {verdict} | {:.2} | {:.2} | {:.2} |", target.name, ours * 1e3, theirs * 1e3, theirs / ours);
    }
}

#[derive(Default)]
struct Figures {
    ours: Vec<f64>,
    theirs: Vec<f64>,
    /// Those of the prober that were seen.
    runs: f64,
}

/// How many seconds the prober's next run takes, or its last one if that was not seen yet.
fn next_run(prober: &Prober, probe: &str, is_good: bool, seen: &mut f64) -> f64 {
    let of_probe = labels([("probe", probe)]);
    wait::until("a run", || {
        let exposition = prober.exposition();
        let runs = runs(&exposition, probe);
        (runs > *seen).then(|| {
            *seen = runs;
            assert_eq!(exposition.samples("synthetic_success")[&of_probe] == 1.0, is_good, "{probe}");
            exposition.samples("synthetic_latency_seconds")[&of_probe]
        })
    })
}

fn runs(exposition: &Exposition, probe: &str) -> f64 {
    let counted = exposition.samples("synthetic_probes_total").into_iter();
    counted.filter(|(labels, _)| labels["probe"] == probe).map(|(_, runs)| runs).sum()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const ROUNDS: usize = 51;

const INTERVAL_SECONDS: f64 = 0.5;
