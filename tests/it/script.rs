//! The browser script as it is served.

use std::io::Read as _;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_rum::Monitor;

use crate::support::beacon::send;

async fn get(monitor: &Monitor, path: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let request = headers.iter().fold(Request::get(path), |request, &(name, value)| request.header(name, value));
    send(monitor, request.body(Full::default()).unwrap()).await
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn the_script_is_javascript_with_a_strong_tag_and_no_sniffing() {
    let monitor = Monitor::new();
    let response = get(&monitor, "/rum.js", &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header(&response, "x-content-type-options"), "nosniff");
    assert_eq!(header(&response, "cache-control"), "public, max-age=600");
    assert!(header(&response, "etag").starts_with('"'));

    let unchanged = get(&monitor, "/rum.js", &[("if-none-match", header(&response, "etag"))]).await;
    assert_eq!(unchanged.status(), 304);
    assert!(unchanged.body().is_empty());
    assert_eq!(header(&unchanged, "etag"), header(&response, "etag"));

    let changed = get(&monitor, "/rum.js", &[("if-none-match", "\"another\"")]).await;
    assert_eq!(changed.status(), 200);
}

#[tokio::test]
async fn the_hashed_path_holds_the_same_bytes_for_ever() {
    let monitor = Monitor::new();
    let path = monitor.script().hashed_path();
    let hash = path.strip_prefix("/rum-").and_then(|rest| rest.strip_suffix(".js")).unwrap();
    assert!(hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let hashed = get(&monitor, path, &[]).await;
    assert_eq!(header(&hashed, "cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(hashed.body(), get(&monitor, monitor.script().path(), &[]).await.body());

    let other = Monitor::builder().beacon_path("/other").build().unwrap();
    assert_ne!(other.script().hashed_path(), path, "another script has another path");
}

#[tokio::test]
async fn the_hash_goes_before_the_ending_of_the_name_if_it_has_one() {
    for (prefix, path, before, behind) in [
        ("", "/rum.js", "/rum-", ".js"),
        ("", "/rum", "/rum-", ""),
        ("/v1.2", "/rum", "/v1.2/rum-", ""),
        ("/v1.2", "/a.b/rum.js", "/v1.2/a.b/rum-", ".js"),
    ] {
        let monitor = Monitor::builder().path_prefix(prefix).script_path(path);
        let monitor = monitor.build().unwrap();
        let hashed = monitor.script().hashed_path();
        let hash = hashed.strip_prefix(before).unwrap_or_else(|| panic!("{hashed}"));
        assert_eq!(hash.strip_suffix(behind).map(str::len), Some(16), "{hashed}");
        assert_eq!(get(&monitor, hashed, &[]).await.status(), 200);
    }
}

#[tokio::test]
async fn the_integrity_hash_is_that_of_the_served_bytes() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let monitor = Monitor::new();
    let response = get(&monitor, "/rum.js", &[]).await;
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha384::digest(response.body()));
    assert_eq!(monitor.script().integrity(), format!("sha384-{digest}"));
}

#[tokio::test]
async fn compressed_variants_hold_the_same_script_under_tags_of_their_own() {
    let monitor = Monitor::new();
    let plain = get(&monitor, "/rum.js", &[]).await;
    let gzip = get(&monitor, "/rum.js", &[("accept-encoding", "gzip")]).await;
    let brotli = get(&monitor, "/rum.js", &[("accept-encoding", "gzip, br")]).await;
    assert_eq!((header(&gzip, "content-encoding"), header(&brotli, "content-encoding")), ("gzip", "br"));
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&gzip.body()[..]).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body()[..]);
    text.clear();
    brotli::Decompressor::new(&brotli.body()[..], 4096).read_to_end(&mut text).unwrap();
    assert_eq!(text, plain.body()[..]);
    for response in [&plain, &gzip, &brotli] {
        assert_eq!(header(response, "vary"), "accept-encoding");
    }
    assert!(header(&plain, "etag") != header(&gzip, "etag") && header(&gzip, "etag") != header(&brotli, "etag"));
}

#[tokio::test]
async fn the_served_script_is_within_its_budget() {
    const BUDGET: usize = 3_072;
    let gzip = get(&Monitor::new(), "/rum.js", &[("accept-encoding", "gzip")]).await;
    assert!(gzip.body().len() <= BUDGET, "{} bytes", gzip.body().len());
}

#[tokio::test]
async fn what_the_host_declares_reaches_the_script() {
    let monitor = Monitor::builder()
        .path_prefix("/internal")
        .beacon_path("/tell")
        .script_path("/page.js")
        .third_party("firebase", "https://firestore.googleapis.com")
        .interaction_types(["tap"])
        .privacy_signals(false)
        .build()
        .unwrap();
    let response = get(&monitor, "/internal/page.js", &[]).await;
    let script = std::str::from_utf8(response.body()).unwrap();
    let (_, configuration) = script.rsplit_once("})(").unwrap();
    for declared in [r#""/internal/tell",false,"#, r#""https://firestore.googleapis.com":"firebase""#, r#""tap""#] {
        assert!(configuration.contains(declared), "{configuration}");
    }
    assert!(!script.contains("__RUM_CONFIG__"));
}

#[tokio::test]
async fn other_methods_are_told_what_the_script_takes() {
    let request = Request::post("/rum.js").body(Full::default()).unwrap();
    let response = send(&Monitor::new(), request).await;
    assert_eq!((response.status().as_u16(), header(&response, "allow")), (405, "GET, HEAD"));
}
