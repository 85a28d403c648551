//! What a scrape costs per sample, gathering and text, at 1 000, 10 000 and 100 000 samples.

use tower_rum_benches::measure::{median, on_core};
use tower_rum_benches::report::{figure, rounds};
use tower_rum_benches::scraped::{self, samples};

fn main() {
    for library in scraped::all(1) {
        let per_label_set = library.samples_per_label_set();
        for (label, wanted) in [("1 k", 1_000), ("10 k", 10_000), ("100 k", 100_000)] {
            (library.fill)(wanted / per_label_set);
            let count = samples(&(library.text)());
            let rounds = rounds(if wanted > 10_000 { 9 } else { 30 });
            let times = (0..rounds).map(|_| on_core(|| drop((library.text)())) / count as f64).collect();
            figure(&format!("scrape, {label} samples, per sample"), library.name, median(times));
        }
    }
}
