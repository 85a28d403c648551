//! What a request costs more than without a layer, in nanoseconds on a core: all beds, or those named, one route and a mix, one thread and more.

use tower_rum_benches::beds::{Traffic, Worker};
use tower_rum_benches::measure::{added, on_core, threads};
use tower_rum_benches::peers;
use tower_rum_benches::report::{figure, rounds};

fn main() {
    let wanted: Vec<_> = std::env::args().skip(1).collect();
    for (bed, variants) in
        peers::by_bed().into_iter().filter(|&(bed, _)| wanted.is_empty() || wanted.iter().any(|name| name == bed))
    {
        let names: Vec<_> = variants.iter().map(|&(name, _)| name).collect();
        let mut workers: Vec<Worker> = variants.iter().map(|(_, bed)| bed(Traffic::Mix)).collect();
        workers.iter_mut().for_each(|worker| worker(1_000));
        let alone = added(&names, rounds(45), |variant| {
            let cost = on_core(|| workers[variant](ALONE)) / ALONE as f64;
            peers::upkeep();
            cost
        });
        print(&format!("{bed}, 1 thread"), &alone);
        for (count, traffic, label) in [
            (1, Traffic::Same, "1 thread, one route"),
            (2, Traffic::Same, "2 threads, one route"),
            (2, Traffic::Mix, "2 threads"),
            (8, Traffic::Same, "8 threads, one route"),
            (8, Traffic::Mix, "8 threads"),
        ] {
            let together = added(&names, rounds(15), |variant| {
                let cost = threads(&variants[variant].1, traffic, count, TOGETHER / count);
                peers::upkeep();
                cost
            });
            print(&format!("{bed}, {label}"), &together);
        }
    }
}

fn print(bench: &str, costs: &[(&str, f64)]) {
    for (variant, cost) in costs {
        figure(bench, variant, *cost);
    }
}

const ALONE: usize = 10_000;
const TOGETHER: usize = 40_000;
