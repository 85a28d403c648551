//! What the manifest promises.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::cargo;

/// Only one toolchain may be at hand to test with: what the dependencies declare is the part of `rust-version` that can be checked on any.
#[test]
fn no_dependency_needs_a_newer_rust_than_the_manifest_promises() {
    let metadata = cargo::in_root(&["metadata", "--format-version", "1", "--locked", "--all-features"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let root = metadata["resolve"]["root"].as_str().unwrap();
    let mut needed = BTreeSet::new();
    let mut promised = None;

    for package in users_tree(&metadata, root) {
        let package = by_id(&metadata["packages"], package);
        let Some(version) = package["rust_version"].as_str() else { continue };
        if package["id"] == root {
            promised = Some(triple(version));
        } else {
            needed.insert((triple(version), package["name"].as_str().unwrap()));
        }
    }

    let promised = promised.expect("the manifest has a rust-version");
    let newer: Vec<_> = needed.iter().filter(|(version, _)| *version > promised).collect();
    assert!(!needed.is_empty() && newer.is_empty(), "rust-version promises {promised:?}, but {newer:?}");
}

/// Every package that an application builds because of us: the development dependencies are ours alone.
fn users_tree<'a>(metadata: &'a Value, root: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![root];
    while let Some(package) = open.pop() {
        if !reached.insert(package) {
            continue;
        }
        let dependencies = by_id(&metadata["resolve"]["nodes"], package)["deps"].as_array().unwrap();
        let used = dependencies
            .iter()
            .filter(|dependency| dependency["dep_kinds"].as_array().unwrap().iter().any(|usage| usage["kind"] != "dev"));
        open.extend(used.map(|dependency| dependency["pkg"].as_str().unwrap()));
    }
    reached
}

fn by_id<'a>(list: &'a Value, id: &str) -> &'a Value {
    list.as_array().unwrap().iter().find(|entry| entry["id"] == id).unwrap()
}

fn triple(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    numbers.resize(3, 0);
    numbers
}
