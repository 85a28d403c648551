//! A file is one thought: what is longer is parted.

use std::fs;
use std::path::Path;

use crate::support::tree::{files_below, project};

/// Lines that are neither blank nor comment.
const MOST: usize = 300;

#[test]
fn no_file_is_longer_than_one_thought() {
    let written = files_below(project()).into_iter().filter_map(|file| Some((style(&file)?, file)));
    let counted = written.map(|(style, file)| (code_lines(&fs::read_to_string(&file).unwrap(), &style), file));
    let counted: Vec<_> = counted.collect();
    for kind in [".rs", ".js", ".mjs", ".css", ".html", "run"] {
        let of_this_kind = counted.iter().filter(|(_, file)| file.to_str().unwrap().ends_with(kind)).count();
        assert!(of_this_kind > 1, "files {kind} were not found");
    }
    let long: Vec<String> =
        counted.iter().filter(|(lines, _)| *lines > MOST).map(|(lines, file)| format!("{}: {lines}", file.display())).collect();
    assert!(long.is_empty(), "over {MOST} lines of code:\n{}", long.join("\n"));
}

#[test]
fn comments_and_blank_lines_are_no_code() {
    let count = |name: &str, text: &str| code_lines(text, &style(Path::new(name)).unwrap());
    assert_eq!(count("a.rs", "//! Docs.\n\n/// More.\nfn f() { // why\n    1\n}\n/* one\n   two */\nfn g() {}\n"), 4);
    assert_eq!(count("a.mjs", "/** one line */\nconst a = 1;\n/**\n * two\n */\nconst b = 2; /* and\n"), 2);
    assert_eq!(count("a.css", "/* why */\na {\n  color: red;\n}\n"), 3);
    assert_eq!(count("a.html", "<!-- why\n  so -->\n<p>\n</p>\n"), 2);
    assert_eq!(count("a.lua", "-- why\nreturn 1\n"), 1);
    assert_eq!(count("run", "#!/bin/sh\n\n# why\nexit 1\n"), 1);
    for (name, read) in [("a.min.js", false), ("a.json", false), ("run", true), ("runs", false), ("a.py", true)] {
        assert_eq!(style(Path::new(name)).is_some(), read, "{name}");
    }
}

/// What begins a line of comment, and what a comment of several lines stands in.
#[derive(Debug)]
struct Style {
    line: Option<&'static str>,
    block: Option<(&'static str, &'static str)>,
}

/// That of files which people write as code; none of others.
fn style(file: &Path) -> Option<Style> {
    let slashes = Some(("/*", "*/"));
    let from_the_end: Vec<&str> = file.file_name()?.to_str()?.rsplit('.').collect();
    let (line, block) = match from_the_end[..] {
        [_, "min", ..] => return None, // made of others
        ["rs" | "js" | "mjs" | "ts", ..] => (Some("//"), slashes),
        ["css", ..] => (None, slashes),
        ["html", ..] => (None, Some(("<!--", "-->"))),
        ["lua", ..] => (Some("--"), None),
        ["py", ..] | ["run"] => (Some("#"), None),
        _ => return None,
    };
    Some(Style { line, block })
}

fn code_lines(text: &str, style: &Style) -> usize {
    let mut in_comment = false;
    let mut is_code = |line: &str| {
        let line = line.trim();
        let opened = style.block.is_some_and(|(open, _)| line.starts_with(open));
        if in_comment || opened {
            in_comment = !style.block.is_some_and(|(_, close)| line.ends_with(close));
            return false;
        }
        !line.is_empty() && !style.line.is_some_and(|mark| line.starts_with(mark))
    };
    text.lines().filter(|line| is_code(line)).count()
}
