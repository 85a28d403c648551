//! SECURITY.md's table of bounds against the code that sets them.

use std::fs;

use crate::imports::sources;

const PAGE: &str = include_str!("../../SECURITY.md");

#[test]
fn every_bound_on_the_page_is_the_codes() {
    let sources: Vec<String> = sources().into_iter().map(|(_, file)| fs::read_to_string(file).unwrap()).collect();
    let bounds = PAGE.split_once("## Bounds").unwrap().1;
    let rows: Vec<&str> = bounds.lines().filter(|line| line.starts_with('|')).skip(2).collect();
    assert!(rows.len() > 10, "the table was not found");
    for row in rows {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let &[_, what, bound, name, _] = &cells[..] else { panic!("{row}") };
        let name = name.trim_matches('`');
        let in_the_code: Vec<f64> = sources.iter().flat_map(|source| settings(source, name)).collect();
        assert_eq!(in_the_code, [bound.replace(' ', "").parse::<f64>().unwrap()], "{what}: {name}");
    }
}

/// What a source sets a constant or a default to.
fn settings(source: &str, name: &str) -> Vec<f64> {
    let (constant, default) = (format!("const {name}: "), format!("{name}: "));
    let value = |line: &str| match line.split_once(&constant) {
        Some((_, typed)) => product(typed.split_once(" = ")?.1),
        None => product(line.trim_start().strip_prefix(&default)?),
    };
    source.lines().filter_map(value).collect()
}

/// Of the numbers in an expression: `64 * 1024`.
fn product(text: &str) -> Option<f64> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.'));
    let numbers: Vec<f64> = words.filter_map(|word| word.replace('_', "").parse().ok()).collect();
    (!numbers.is_empty()).then(|| numbers.iter().product())
}
