//! The guide's table of what a thing costs in series is what a scrape shows.

use std::collections::BTreeMap;

use crate::support::beacon::batch;
use crate::support::change::moved;
use crate::support::layered::{raw_paths, request, respond};
use crate::support::metrics::Metrics;

const GUIDE: &str = include_str!("../../src/guide/cost.md");

#[tokio::test]
async fn each_row_of_the_table_is_what_a_scrape_shows() {
    let mut seen = BTreeMap::new();

    let monitor = raw_paths().endpoints(["/"]).build().unwrap();
    let nothing = Metrics::of(&monitor).await;
    let scrapes = 1; // which this reading leaves out
    seen.insert("from the start, with nothing declared", nothing.samples().count() + scrapes);
    request(&monitor, "GET", "/", "");
    let first = Metrics::of(&monitor).await;
    seen.insert("a method of an endpoint, with its first status", moved(&nothing, &first).len());
    respond(&monitor, http::Request::get("/").body(()).unwrap(), failed());
    let second = Metrics::of(&monitor).await;
    let new = second.samples().count() - first.samples().count();
    seen.insert("each further status of it", new);

    for (name, event) in [
        ("loads of an endpoint", r#"{"event":"page_load","endpoint":"/","load_time":1500}"#),
        (
            "Web Vitals of an endpoint",
            r#"{"event":"web_vitals","endpoint":"/","lcp":2500,"inp":200,"fcp":1800,"ttfb":800,"cls":0.1,"blocking_time":50}"#,
        ),
        ("errors of an endpoint, each kind", r#"{"event":"error","endpoint":"/","kind":"rejection"}"#),
        ("page views of an endpoint", r#"{"event":"page_view","endpoint":"/"}"#),
        ("a way from one endpoint to another", r#"{"event":"page_view","endpoint":"/","from":"/"}"#),
        ("requests of pages to an endpoint", r#"{"event":"request","endpoint":"/","duration":34.5}"#),
    ] {
        let before = Metrics::of(&monitor).await;
        assert_eq!(batch(&monitor, &format!("[{event}]")).await.status(), 204);
        let after = Metrics::of(&monitor).await;
        seen.insert(name, after.samples().count() - before.samples().count());
    }
    assert_eq!(seen, rows());
}

/// What stands in the first two columns.
fn rows() -> BTreeMap<&'static str, usize> {
    let lines = GUIDE.lines().skip_while(|line| *line != "| what | series |").skip(2);
    let cells = lines.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    cells.map(|(what, series)| (what, series.parse().unwrap())).collect()
}

fn failed() -> http::Response<http_body_util::Full<bytes::Bytes>> {
    http::Response::builder().status(500).body(http_body_util::Full::default()).unwrap()
}
