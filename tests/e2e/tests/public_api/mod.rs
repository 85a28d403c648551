//! What the crate promises to compile against: `baseline.txt` lists every public item with its signature, and changes with the API or not at all.

mod listing;
mod rustdoc;
mod signature;

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

use serde_json::Value;

use listing::Listing;

const REWRITE: &str = "REWRITE_PUBLIC_API";

/// Crates whose types or traits stand in signatures, each under the name by which the guide on upgrades lists it.
const FOREIGN: [(&str, &str, &str); 18] = [
    ("actix_http", "actix-web", "MessageBody, of responses"),
    ("actix_service", "actix-web", "Service and Transform, which its middleware are"),
    ("actix_web", "actix-web", "ServiceConfig, ServiceRequest and FromRequest, which its applications are made of"),
    ("axum", "axum", "Router, to be merged"),
    ("axum_core", "axum", "FromRequestParts, of extractors"),
    ("bytes", "bytes", "what bodies consist of"),
    ("http", "http", "requests, responses and their parts"),
    ("http_body", "http-body", "Body, of what layers pass on"),
    ("http_body_util", "http-body-util", "Full, the body of a probe's request"),
    ("prometheus", "prometheus", "the host's registry and collectors"),
    ("serde_core", "serde", "Serialize and Deserialize, of what stores of sessions keep"),
    ("tower_layer", "tower-layer", "Layer"),
    ("tower_service", "tower-service", "Service"),
    ("tracing_core", "tracing-core", "Subscriber, which a layer of log events stands on"),
    ("tracing_subscriber", "tracing-subscriber", "Layer, of log events"),
    ("core", "", "the standard library"),
    ("alloc", "", "the standard library"),
    ("std", "", "the standard library"),
];

const DOZEN: usize = 12;

/// Types that are not both Send and Sync, whatever is in them, and why.
const OF_ONE_THREAD: [(&str, &str); 3] = [
    ("actix::HttpMetricsMiddleware", "actix's workers keep to their threads, and share by Rc"),
    ("actix::ResponseFuture", "the same"),
    ("routes::ResponseFuture", "is Send; it holds an answer in a box, and whoever polls has it alone"),
];

/// In one test, as making the JSON takes seconds and each test is a process of its own.
#[test]
fn the_public_api_is_the_one_that_is_written_down() {
    let json = rustdoc::json();
    let listing = Listing::of(&json);
    let wrong = [
        changed(&listing),
        not_meant(&listing),
        not_told(),
        bound_to_a_thread(&listing),
        unable_to_grow(&listing),
        unpaved(&json),
    ];
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn changed(listing: &Listing) -> Vec<String> {
    let listed = listing.lines.join("\n") + "\n";
    let baseline = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/public_api/baseline.txt");
    if env::var_os(REWRITE).is_some() {
        fs::write(&baseline, &listed).unwrap();
    }
    let changes = changes(&fs::read_to_string(&baseline).unwrap_or_default(), &listed);
    let told = (!changes.is_empty())
        .then(|| format!("The public API has changed. If that is meant, {REWRITE}=1 writes it down, and CHANGELOG.md says it."));
    told.into_iter().chain(changes).collect()
}

fn not_meant(listing: &Listing) -> Vec<String> {
    let meant: BTreeSet<&str> = FOREIGN.iter().map(|&(name, ..)| name).collect();
    let foreign = listing.foreign.iter().filter(|(name, _)| !meant.contains(name.as_str()));
    let foreign = foreign.map(|(name, items)| {
        format!("{name} stands in the signatures of {items:?}: hide it, or say why here and in the guide on upgrades.")
    });
    let unused = meant.iter().filter(|name| !listing.foreign.contains_key(**name));
    foreign.chain(unused.map(|name| format!("Nothing of {name} stands in a signature any more."))).collect()
}

fn not_told() -> Vec<String> {
    let guide = include_str!("../../../../src/guide/upgrades.md");
    let section =
        guide.split("# Other crates in this one's API").nth(1).and_then(|section| section.split("\n# ").next()).unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `").and_then(|row| row.split(" | ").next()));
    let told: BTreeSet<&str> =
        rows.flat_map(|crates| crates.split(['`', '(', ')', ',', ' '])).filter(|name| !name.is_empty()).collect();
    let known_as: BTreeSet<&str> = FOREIGN.iter().map(|&(_, known_as, _)| known_as).filter(|name| !name.is_empty()).collect();
    told.symmetric_difference(&known_as).map(|name| format!("The guide on upgrades and this test differ on {name}.")).collect()
}

fn bound_to_a_thread(listing: &Listing) -> Vec<String> {
    assert!(listing.types > 50, "only {} types were looked at", listing.types);
    let expected: BTreeSet<&str> = OF_ONE_THREAD.iter().map(|&(name, _)| name).collect();
    let found: BTreeSet<&str> = listing.of_one_thread.iter().map(String::as_str).collect();
    expected
        .symmetric_difference(&found)
        .map(|name| format!("{name} is Send and Sync, or is not, against what stands here."))
        .collect()
}

fn unable_to_grow(listing: &Listing) -> Vec<String> {
    listing.closed.iter().map(|name| format!("{name} lacks #[non_exhaustive].")).collect()
}

/// A newcomer meets a dozen settings, and all others under the headline of a topic.
fn unpaved(json: &Value) -> Vec<String> {
    let items = json["index"].as_object().unwrap();
    let builder = items.values().find(|item| item["name"] == "Builder" && item["inner"]["struct"].is_object()).unwrap();
    let blocks = builder["inner"]["struct"]["impls"].as_array().unwrap().iter().map(|id| &items[&id.to_string()]);
    let blocks: Vec<_> = blocks.filter(|block| block["inner"]["impl"]["trait"].is_null()).collect();
    let methods = |block: &Value| block["inner"]["impl"]["items"].as_array().unwrap().len();
    let is_headed = |block: &Value| block["docs"].as_str().is_some_and(|docs| docs.starts_with("# "));

    assert!(blocks.len() > 10, "only {} blocks of the builder were looked at", blocks.len());
    let is_paved = blocks[0]["docs"] == "# The paved path" && (8..=DOZEN).contains(&methods(blocks[0]));
    let paved = (!is_paved)
        .then(|| format!("The builder's first block is to be the paved path, {DOZEN} methods at most: {}.", blocks[0]["docs"]));
    let others = blocks.iter().filter(|block| methods(block) > 0 && !is_headed(block));
    paved.into_iter().chain(others.map(|block| format!("A block of the builder's has no headline: {}.", block["span"]))).collect()
}

/// The lines that only one of the two has.
fn changes(written: &str, listed: &str) -> Vec<String> {
    let [before, after] = [written, listed].map(|text| text.lines().collect::<BTreeSet<_>>());
    let gone = before.difference(&after).map(|line| format!("- {line}"));
    gone.chain(after.difference(&before).map(|line| format!("+ {line}"))).collect()
}
