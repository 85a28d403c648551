//! Reads figures of all processes from standard input, and prints the medians as one table with ratios to ours.

use std::io::Read;

use tower_rum_benches::measure::{BARE, median};
use tower_rum_benches::peers::OURS;

fn main() {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).expect("figures");
    let mut benches: Vec<(&str, Vec<(&str, Vec<f64>)>)> = Vec::new();
    for line in text.lines() {
        let mut fields = line.split('\t');
        let (Some(bench), Some(variant), Some(value)) = (fields.next(), fields.next(), fields.next()) else { continue };
        let Ok(value) = value.parse() else { continue };
        entry(entry(&mut benches, bench), variant).push(value);
    }
    for (bench, variants) in benches {
        println!("\n### {}\n\n| variant | median | times ours | spread |\n|---|---:|---:|---:|", capitalized(bench));
        let ours = variants.iter().find(|(variant, _)| *variant == OURS).map(|(_, values)| median(values.clone()));
        for (variant, values) in &variants {
            let middle = median(values.clone());
            let ratio = ours.filter(|&ours| ours != 0.0 && *variant != BARE && *variant != OURS).map(|ours| middle / ours);
            let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.1}"));
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            println!("| {variant} | {} | {ratio} | {} to {} |", number(middle), number(least), number(most));
        }
    }
}

fn entry<'a, 'm, T: Default>(entries: &'m mut Vec<(&'a str, T)>, name: &'a str) -> &'m mut T {
    let place = entries.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
        entries.push((name, T::default()));
        entries.len() - 1
    });
    &mut entries[place].1
}

fn number(value: f64) -> String {
    match value.abs() {
        ..10.0 => format!("{value:.2}"),
        _ => format!("{value:.0}"),
    }
}

fn capitalized(text: &str) -> String {
    text[..1].to_uppercase() + &text[1..]
}
