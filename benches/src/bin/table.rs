//! Reads the figures of all processes from standard input and prints their medians: a table per bed, a row per variant, a column per bench.
//!
//! Beside each figure of a peer stands how many times ours it is.

use std::io::Read;

use tower_rum_benches::measure::{BARE, median};
use tower_rum_benches::peers::{OURS, OURS_BY_COUNTER};

/// Things by name, in the order in which they first came.
type Named<'a, T> = Vec<(&'a str, T)>;

/// A variant's figures by bench.
type Rows<'a> = Named<'a, Named<'a, Vec<f64>>>;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("figures");
    let mut tables: Named<(Vec<&str>, Rows)> = Vec::new();
    for line in text.lines() {
        let mut fields = line.split('\t');
        let (Some(bench), Some(variant), Some(value)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let Ok(value) = value.parse() else { continue };
        let (bed, bench) = bench.split_once(", ").unwrap_or((bench, "ns"));
        let (columns, rows) = of(&mut tables, bed);
        if !columns.contains(&bench) {
            columns.push(bench);
        }
        of(of(rows, variant), bench).push(value);
    }
    in_short(&tables);
    for (bed, (columns, rows)) in tables {
        println!("\n| {bed} | {} |\n|---|{}", columns.join(" | "), "---:|".repeat(columns.len()));
        for (variant, _) in &rows {
            let cells: Vec<_> = columns.iter().map(|bench| cell(&rows, variant, bench)).collect();
            println!("| {variant} | {} |", cells.join(" | "));
        }
    }
}

/// README's table: what a request costs more, beside the middlewares that are used most.
fn in_short(tables: &[(&str, (Vec<&str>, Rows))]) {
    let columns = [&[OURS, OURS_BY_COUNTER], &PEERS[..]].concat();
    println!("\n| added to a request of | {} |\n|---|{}", columns.join(" | "), "---|".repeat(columns.len()));
    for (bed, (_, rows)) in tables.iter().filter(|(bed, _)| BEDS.contains(bed)) {
        let Some(ours) =
            [TIME, INSTRUCTIONS, ALLOCATIONS].map(|bench| figure(rows, OURS, bench)).into_iter().collect::<Option<Vec<_>>>()
        else {
            continue;
        };
        let peers = PEERS.map(|peer| match (figure(rows, peer, TIME), figure(rows, peer, INSTRUCTIONS)) {
            (Some(time), Some(instructions)) => format!("{:.1} ×, {:.1} ×", time / ours[0], instructions / ours[1]),
            _ => String::new(),
        });
        let ours: Vec<_> = ours.into_iter().map(number).collect();
        let by_counter = figure(rows, OURS_BY_COUNTER, TIME).map(|time| number(time) + " ns").unwrap_or_default();
        let peers = peers.join(" | ");
        println!("| {bed} | {} ns, {} instructions, {} allocations | {by_counter} | {peers} |", ours[0], ours[1], ours[2]);
    }
}

const BEDS: [&str; 3] = ["tower", "axum", "actix"];
const PEERS: [&str; 3] =
    ["axum-prometheus (B)", "otel-instrumentation-tower (A + sizes)", "actix-web-prom (A, at the end of the body)"];
const TIME: &str = "1 thread";
const INSTRUCTIONS: &str = "instructions";
const ALLOCATIONS: &str = "allocations";

fn cell(rows: &Rows, variant: &str, bench: &str) -> String {
    let Some(value) = figure(rows, variant, bench) else { return String::new() };
    match figure(rows, OURS, bench).filter(|&ours| ours >= 1.0 && !bench.contains("times") && ![BARE, OURS].contains(&variant)) {
        Some(ours) if value >= ours / 10.0 => format!("{} ({:.1} ×)", number(value), value / ours),
        _ => number(value),
    }
}

/// The median over processes.
fn figure(rows: &Rows, variant: &str, bench: &str) -> Option<f64> {
    let (_, benches) = rows.iter().find(|(known, _)| *known == variant)?;
    benches.iter().find(|(known, _)| *known == bench).map(|(_, values)| median(values.clone()))
}

fn of<'a, 'm, T: Default>(entries: &'m mut Named<'a, T>, name: &'a str) -> &'m mut T {
    let place = entries.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        entries.push((name, T::default()));
        entries.len() - 1
    });
    &mut entries[place].1
}

fn number(value: f64) -> String {
    match value.abs() {
        ..0.05 => "0".to_owned(),
        ..2.0 => format!("{value:.2}"),
        ..20.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
