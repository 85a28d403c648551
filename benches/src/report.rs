//! One figure a line, tab separated: bench, variant, value. `table` reads them back.

/// Prints a figure.
pub fn figure(bench: &str, variant: &str, value: f64) {
    println!("{bench}\t{variant}\t{value}");
}

/// Whether this is the five-minute version.
pub fn quick() -> bool {
    std::env::var_os("BENCHES_QUICK").is_some()
}

/// A number of rounds, fewer where it must be quick.
pub fn rounds(full: usize) -> usize {
    if quick() { (full / 3).max(3) } else { full }
}
