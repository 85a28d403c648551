//! The page and what it loads, as they are served under every framework.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use http::Request;
use tower_rum::Monitor;

use crate::support::mount::{Answer, Mount, whole};

use super::get;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[tokio::test]
async fn everything_is_served_under_guards_and_checked_anew_each_time() {
    let monitor = Monitor::new();
    for mount in Mount::operators(&monitor) {
        for (path, content_type, cache) in [
            ("/dashboard", "text/html; charset=utf-8", "no-cache"),
            ("/dashboard/dashboard.css", "text/css; charset=utf-8", "no-cache"),
            ("/dashboard/dashboard.js", "text/javascript; charset=utf-8", "no-cache"),
            ("/dashboard/data", "application/json", "no-store"),
        ] {
            let answer = get(&mount, path).await;
            let told = [answer.header("content-type"), answer.header("cache-control")];
            assert_eq!((answer.status, told), (200, [Some(content_type), Some(cache)]), "{}: {path}", mount.name);
            assert_guarded(&answer);
            let refused = mount.ask(Request::post(path).body(whole("")).unwrap()).await;
            assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")), "{}: {path}", mount.name);
            assert_guarded(&refused);
            let head = mount.ask(Request::head(path).body(whole("")).unwrap()).await;
            assert_eq!((head.status, head.header("content-type")), (200, Some(content_type)), "{}: {path}", mount.name);
        }
        let tag = get(&mount, "/dashboard").await.header("etag").unwrap().to_owned();
        let unchanged = mount.ask(Request::get("/dashboard").header("if-none-match", tag).body(whole("")).unwrap()).await;
        assert_eq!((unchanged.status, unchanged.text.as_str()), (304, ""));
        assert_guarded(&unchanged);
    }
}

fn assert_guarded(answer: &Answer) {
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value));
    }
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn all_that_the_page_loads_is_there_wherever_the_page_is() {
    for (prefix, path) in [("", "/dashboard"), ("/internal", "/ops"), ("", "/a/b.c")] {
        let monitor = Monitor::builder().path_prefix(prefix).dashboard_path(path).build().unwrap();
        let mount = Mount::tower(&monitor);
        let page = format!("{prefix}{path}");
        let folder = &page[..=page.rfind('/').unwrap()];
        let mut seen = BTreeSet::new();
        let mut wanted: Vec<String> =
            links(&get(&mount, &page).await.text).iter().map(|link| format!("{folder}{link}")).collect();
        assert!(wanted.iter().all(|file| file.starts_with(&format!("{page}/"))), "{wanted:?}");
        while let Some(file) = wanted.pop() {
            let answer = get(&mount, &file).await;
            assert_eq!(answer.status, 200, "{file}");
            let beside = &file[..=file.rfind('/').unwrap()];
            let imported = imports(&answer.text).into_iter().map(|name| format!("{beside}{name}"));
            wanted.extend(imported.filter(|file| seen.insert(file.clone())));
            seen.insert(file);
        }
        assert!(seen.contains(&format!("{page}/dashboard.css")) && seen.contains(&format!("{page}/dashboard.js")), "{seen:?}");
        let in_the_folder = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboard/page")).unwrap();
        for file in in_the_folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
            let is_script_or_style = Path::new(&file).extension().is_some_and(|ending| ending == "js" || ending == "css");
            let is_loaded = seen.contains(&format!("{page}/{file}"));
            assert!(is_loaded || !is_script_or_style || file.ends_with(".test.js"), "{file} is not served, or nobody loads it");
        }
    }
}

/// What a document loads, as it says.
fn links(html: &str) -> Vec<&str> {
    let attributes = ["href=\"", "src=\""].into_iter().flat_map(|attribute| html.split(attribute).skip(1));
    let links = attributes.map(|rest| rest.split_once('"').unwrap().0);
    links.filter(|link| !link.starts_with('#') && !link.starts_with("data:")).collect()
}

/// The modules beside it that a module imports.
fn imports(script: &str) -> Vec<&str> {
    let behind = ["from './", "import './", "import('./"].into_iter().flat_map(|before| script.split(before).skip(1));
    behind.map(|rest| rest.split_once('\'').unwrap().0).collect()
}

#[tokio::test]
async fn nothing_in_the_page_runs_or_looks_inline_and_nothing_comes_from_elsewhere() {
    let html = get(&Mount::tower(&Monitor::new()), "/dashboard").await.text.to_lowercase();
    assert!(html.starts_with("<!doctype html>"));
    for inline in ["<style", " style=", "javascript:", " onclick=", " onload=", "{{", "http://", "https://", "<base"] {
        assert!(!html.contains(inline), "{inline}");
    }
    for script in html.split("<script").skip(1) {
        let (attributes, rest) = script.split_once('>').unwrap();
        assert!(attributes.contains("src=\"") && rest.starts_with("</script>"), "{script}");
    }
}
