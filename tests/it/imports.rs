//! Imports run one way: a module uses only what stands before it in this order.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::tree::{files_below, project};

/// Modules of one line do not see each other.
const ORDER: [&[&str]; 11] = [
    &["error", "label", "clock", "collected", "inner"],
    &["exemplars"],
    &["config"],
    &["beacon", "address"],
    &["record", "replay"],
    &["encode", "serve"],
    &[
        "middleware",
        "grpc",
        "rum",
        "recordings",
        "exposition",
        "uptime",
        "system",
        "synthetic",
        "dashboard",
        "timer",
        "log_events",
    ],
    &["routes"],
    &["monitor"],
    &["axum", "actix"],
    &["guide"], // text alone
];

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (module, file) in sources() {
        let source = code(&fs::read_to_string(&file).unwrap());
        let Some(place) = place(&module) else {
            wrong.push(format!("{}: the module {module} has no place in the order", file.display()));
            continue;
        };
        for used in used(&source, is_top(&file)) {
            let allowed = used == module || self::place(&used).is_some_and(|used| used < place);
            if !allowed {
                wrong.push(format!("{}: {module} uses {used}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_architecture_in_the_docs_has_this_order() {
    let docs = include_str!("../../src/lib.rs").split_once("//! Imports run one way").unwrap().1;
    let block = docs.split("//! ```").nth(1).unwrap();
    let lines = block.lines().skip(1).map(|line| line.trim_start_matches("//! ").split(", ").collect::<Vec<_>>());
    assert_eq!(lines.collect::<Vec<_>>(), ORDER);
}

#[test]
fn every_way_to_write_an_import_is_seen() {
    let source = "
        // crate::comment
        use crate::a::X; // crate::comment
        use crate::{b::Y, c::{Z, inner::W}, d};
        pub(in crate::e) fn f(_: crate::g::H) { crate::i::j(\"https://x\"); }
        use super::k::L;
        use crate::RootItem;
    ";
    let seen = |top| used(&code(source), top);
    assert_eq!(seen(true), ["RootItem", "a", "b", "c", "d", "e", "g", "i", "k"]);
    assert_eq!(seen(false), ["RootItem", "a", "b", "c", "d", "e", "g", "i"]);
}

/// Each source file with the top-level module that it belongs to; the crate's root, which only names things, aside.
pub fn sources() -> Vec<(String, PathBuf)> {
    let root = project().join("src");
    let is_module = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs") && *path != root.join("lib.rs");
    let with_module = |path: PathBuf| {
        let top = path.strip_prefix(&root).unwrap().components().next().unwrap().as_os_str();
        (Path::new(top).file_stem().unwrap().to_str().unwrap().to_owned(), path)
    };
    let files: Vec<_> = files_below(&root).into_iter().filter(is_module).map(with_module).collect();
    assert!(files.len() > 20, "the sources were not found");
    files
}

/// Whether a file is a top-level module itself, so that its `super` is the crate.
fn is_top(file: &Path) -> bool {
    let src = project().join("src");
    file.parent() == Some(&src) || file.ends_with("mod.rs") && file.parent().and_then(Path::parent) == Some(&src)
}

fn place(module: &str) -> Option<usize> {
    ORDER.iter().position(|modules| modules.contains(&module))
}

/// A source without its comments and line breaks.
fn code(source: &str) -> String {
    let text = |line: &str| line.starts_with("//") || line.starts_with("#![cfg_attr(") && line.contains("doc = ");
    let lines = source.lines().map(str::trim).filter(|line| !text(line));
    lines.map(|line| line.split(" //").next().unwrap_or(line)).collect::<Vec<_>>().join(" ")
}

/// The first names of all paths from the crate's root, sorted.
fn used(source: &str, top: bool) -> Vec<String> {
    assert!(!source.contains("super::super"), "a path that climbs is written from the crate's root");
    let mut names = Vec::new();
    for (at, _) in source.match_indices("crate::") {
        let boundary = !source[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
        if boundary {
            names.extend(first_names(&source[at + "crate::".len()..]));
        }
    }
    if top {
        for (at, _) in source.match_indices("super::") {
            // The glob is that of a file's own tests.
            names.extend(first_names(&source[at + "super::".len()..]).into_iter().filter(|name| !name.is_empty()));
        }
    }
    names.sort();
    names.dedup();
    names
}

/// The name that a path starts with, or each of the names that a group's paths start with.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 1;
    let mut names = vec![name(group)];
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}
