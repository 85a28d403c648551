//! Reads the figures of all processes from standard input and prints their medians: a table per bed, a row per variant, a column per bench.
//!
//! Beside each figure of a peer stands how many times ours it is.

use std::io::Read;

use tower_rum_benches::measure::{BARE, median};
use tower_rum_benches::peers::OURS;

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
    for (bed, (columns, rows)) in tables {
        println!("\n| {bed} | {} |\n|---|{}", columns.join(" | "), "---:|".repeat(columns.len()));
        for (variant, _) in &rows {
            let cells: Vec<_> = columns.iter().map(|bench| cell(&rows, variant, bench)).collect();
            println!("| {variant} | {} |", cells.join(" | "));
        }
    }
}

fn cell(rows: &Rows, variant: &str, bench: &str) -> String {
    let figure = |variant: &str| {
        let (_, benches) = rows.iter().find(|(known, _)| *known == variant)?;
        benches.iter().find(|(known, _)| *known == bench).map(|(_, values)| median(values.clone()))
    };
    let Some(value) = figure(variant) else { return String::new() };
    match figure(OURS).filter(|&ours| ours >= 1.0 && !bench.contains("times") && ![BARE, OURS].contains(&variant)) {
        Some(ours) if value >= ours / 10.0 => format!("{} ({:.1} ×)", number(value), value / ours),
        _ => number(value),
    }
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
