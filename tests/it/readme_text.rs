//! README is short, and what its tables say was printed by the programs that it names.

use std::collections::BTreeSet;

const README: &str = include_str!("../../README.md");
const BENCHES: &str = include_str!("../../benches/README.md");

#[test]
fn readme_is_at_most_150_lines() {
    assert!(README.lines().count() <= 150, "{} lines", README.lines().count());
}

#[test]
fn its_tables_of_alternatives_are_as_the_benches_printed_them() {
    let section = README.split("\n## ").find(|section| section.starts_with("Beside the alternatives")).unwrap();
    let printed: Vec<&str> = BENCHES.lines().collect();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 12, "{rows:#?}");
    let others: Vec<_> = rows.into_iter().filter(|row| !printed.contains(row)).collect();
    assert!(others.is_empty(), "benches/README.md does not have\n{}", others.join("\n"));
}

#[test]
fn its_features_are_those_of_the_manifest() {
    let manifest = include_str!("../../Cargo.toml").split("[features]").nth(1).unwrap().split("\n[").next().unwrap();
    let declared = manifest.lines().filter_map(|line| line.split_once(" = [")).map(|(feature, _)| feature);
    let section = README.split("\n## ").find(|section| section.starts_with("Features")).unwrap();
    let listed = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    assert_eq!(listed.collect::<BTreeSet<_>>(), declared.filter(|&feature| feature != "default").collect());
}
