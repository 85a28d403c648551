//! Links from one file of the project to another lead somewhere, headings included.

use std::fs;

use crate::support::tree::{files_below, project};

#[test]
fn links_between_files_lead_somewhere() {
    let mut seen = 0;
    let mut broken = Vec::new();
    for file in files_below(project()).into_iter().filter(|file| file.extension().is_some_and(|end| end == "md")) {
        let text = fs::read_to_string(&file).unwrap();
        for link in links(&text) {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { file.clone() } else { file.parent().unwrap().join(path) };
            seen += 1;
            if !target.exists()
                || !heading.is_empty() && !anchors(&fs::read_to_string(&target).unwrap()).any(|anchor| anchor == heading)
            {
                broken.push(format!("{}: {link}", file.strip_prefix(project()).unwrap().display()));
            }
        }
    }
    assert!(seen > 30, "only {seen} links were found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_way_to_write_a_link_is_seen() {
    let text = "[a](b.md) and ![c](d/e.png), [`f`](g.md#h-i)\n[j](https://k) [l](crate::M) [n](#o) [`P`](q::R::s)";
    assert_eq!(links(text).collect::<Vec<_>>(), ["b.md", "d/e.png", "g.md#h-i", "#o"]);
    assert_eq!(anchors("# A `b`, c-d\ntext\n### E f").collect::<Vec<_>>(), ["a-b-c-d", "e-f"]);
}

/// To files and headings; addresses of the web and of rustdoc's items are others' to check.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("::") && !target.contains("://"))
}

/// As a forge and rustdoc make them from headings.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| line.strip_prefix('#')).map(|heading| {
        let kept =
            heading.trim_start_matches('#').trim().chars().filter(|&c| c.is_alphanumeric() || c == '-' || c == '_' || c == ' ');
        kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
    })
}
