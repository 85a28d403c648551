//! What the manifest promises.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

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

/// What crates.io and docs.rs show is the package, so what the guides name by its path has to lie in it.
#[test]
fn the_package_holds_what_the_guides_name() {
    let packaged = packaged();
    let guides = packaged
        .iter()
        .filter(|file| file.starts_with("src/guide/") && Path::new(file).extension().is_some_and(|end| end == "md"));
    let mut named = 0;

    for guide in guides {
        let text = fs::read_to_string(root().join(guide)).unwrap();
        let words = text.split(|of: char| !of.is_ascii_alphanumeric() && !"/._-".contains(of));
        for path in words.filter(|word| word.starts_with("examples/")) {
            let path = Path::new(path.trim_end_matches('.'));
            assert!(
                packaged.iter().any(|file| Path::new(file).starts_with(path)),
                "{guide} names {}, which is not in the package",
                path.display()
            );
            named += 1;
        }
    }

    assert!(named > 0);
}

#[test]
fn the_package_holds_no_tests_and_no_tools() {
    const FOLDERS: [&str; 2] = ["examples", "src"];
    const FILES: [&str; 8] = [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "Cargo.toml.orig",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "SECURITY.md",
    ];
    const OF_TOOLS: [&str; 3] = [".mjs", ".d.ts", "package.json"];
    let mut packaged = packaged();

    packaged.retain(|file| {
        let folder = file.split_once('/').map(|(folder, _)| folder);
        let is_expected = folder.map_or(FILES.contains(&file.as_str()), |folder| FOLDERS.contains(&folder));
        !is_expected || OF_TOOLS.iter().any(|end| file.ends_with(end))
    });

    assert_eq!(packaged, [""; 0]);
}

/// Of what an application builds because of us, on Linux.
#[test]
fn readme_says_how_many_crates_each_feature_brings() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let rows =
        readme.lines().skip_while(|line| !line.ends_with("| crates in all |")).skip(2).take_while(|line| line.starts_with('|'));
    let said: Vec<Vec<&str>> = rows.map(|row| row.trim_matches(['|', ' ']).split(" | ").collect()).collect();
    assert!(said.len() > 5, "{said:?}");
    for row in said {
        let feature = row[0].trim_matches('`');
        let chosen = if feature == "none" { "" } else { feature };
        let tree = ["tree", "--locked", "--prefix", "none", "--edges", "normal", "--target", "x86_64-unknown-linux-gnu"];
        let crates = cargo::in_root(&[&tree[..], &["--features", chosen]].concat());
        let crates: BTreeSet<&str> = crates.lines().map(|line| line.trim_end_matches(" (*)")).collect();
        assert_eq!(row[2], (crates.len() - 1).to_string(), "{feature}: its own crate aside");
    }
}

/// What goes over the bound is to be worth its weight to everyone who builds the crate.
#[test]
fn the_package_is_small() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().to_str().unwrap();

    cargo::in_root(&["package", "--quiet", "--no-verify", "--locked", "--allow-dirty", "--target-dir", place]);

    let mut packages = fs::read_dir(folder.path().join("package")).unwrap().map(|entry| entry.unwrap().path());
    let package = packages.find(|path| path.extension().is_some_and(|end| end == "crate")).unwrap();
    let size = fs::metadata(package).unwrap().len();
    assert!(size < 500_000, "{size} bytes");
}

/// The name of each file; that of the commit is not there where there is no repository.
fn packaged() -> Vec<String> {
    let list = cargo::in_root(&["package", "--list", "--locked", "--allow-dirty"]);
    list.lines().filter(|file| *file != ".cargo_vcs_info.json").map(str::to_owned).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
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
