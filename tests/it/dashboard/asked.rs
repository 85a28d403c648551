//! What a page may ask for, and what it is told that asks for something else.

use std::time::Duration;

use http::Request;
use serde_json::Value;
use tokio::time::sleep;

use crate::support::layered::{raw_paths, request};
use crate::support::metrics::Metrics;
use crate::support::mount::{Mount, whole};

use super::{data, get};

/// A mount whose history has the samples 2 to 5, and its generation.
async fn with_history() -> (Mount, String) {
    let monitor = raw_paths().history_length(Duration::from_secs(30)).build().unwrap();
    let mount = Mount::tower(&monitor);
    tokio::spawn(monitor.history());
    for round in 0..6 {
        request(&monitor, "GET", &format!("/{round}"), "");
        sleep(Duration::from_secs(if round == 5 { 5 } else { 10 })).await;
    }
    let generation = data(&mount, "").await["generation"].as_str().unwrap().to_owned();
    (mount, generation)
}

fn numbers(told: &Value) -> Vec<u64> {
    told["samples"].as_array().unwrap().iter().map(|sample| sample["number"].as_u64().unwrap()).collect()
}

/// How many series the first sample tells of, or that of now where there is no other.
fn told_first(told: &Value) -> usize {
    let first = told["samples"].get(0).unwrap_or(&told["now"]);
    first["values"].as_object().unwrap().len()
}

#[tokio::test(start_paused = true)]
async fn who_has_a_sample_is_told_what_followed_and_everyone_else_everything() {
    let (mount, generation) = with_history().await;
    let all = data(&mount, "").await;
    let series = all["series"].as_array().unwrap().len();
    assert_eq!((numbers(&all), told_first(&all)), (vec![2, 3, 4, 5], all_of_the_first(&all)));
    for (after, wanted) in [(1, vec![2, 3, 4, 5]), (2, vec![3, 4, 5]), (4, vec![5]), (5, vec![])] {
        let told = data(&mount, &format!("?generation={generation}&after={after}&series={series}")).await;
        assert_eq!((numbers(&told), told["series"].as_array().map(Vec::len)), (wanted, Some(0)), "after {after}");
        assert_eq!(told["first_series"], series);
        if after > 1 {
            assert!(told_first(&told) < 20, "only what changed: {told}");
        }
    }
    // What lies before the oldest is gone, and what lies ahead was never there.
    for after in ["0", "6", "7", "18446744073709551615"] {
        let told = data(&mount, &format!("?generation={generation}&after={after}")).await;
        assert_eq!((numbers(&told), told_first(&told)), (vec![2, 3, 4, 5], told_first(&all)), "after {after}");
    }
    for other in ["", "&generation=0000000000000000"] {
        let told = data(&mount, &format!("?after=5&series=3{other}")).await;
        assert_eq!((numbers(&told), told_first(&told)), (vec![2, 3, 4, 5], told_first(&all)), "{other}");
        assert_eq!((told["first_series"].as_u64(), told["series"].as_array().map(Vec::len)), (Some(0), Some(series)), "{other}");
    }
}

/// Of the series that there are, those that were there at the first sample told.
fn all_of_the_first(told: &Value) -> usize {
    let later = told["samples"].as_array().unwrap().iter().skip(1);
    let numbers =
        later.flat_map(|sample| sample["values"].as_object().unwrap().keys().map(|number| number.parse::<usize>().unwrap()));
    let first: Vec<usize> =
        told["samples"][0]["values"].as_object().unwrap().keys().map(|number| number.parse().unwrap()).collect();
    let new = numbers.filter(|number| !first.contains(number)).collect::<std::collections::BTreeSet<_>>().len();
    told["series"].as_array().unwrap().len() - new
}

#[tokio::test(start_paused = true)]
async fn only_series_that_the_page_does_not_know_are_described() {
    let (mount, generation) = with_history().await;
    let all = data(&mount, "").await["series"].as_array().unwrap().clone();
    for known in [0, 1, all.len() - 1, all.len()] {
        let told = data(&mount, &format!("?generation={generation}&series={known}")).await;
        assert_eq!(
            (told["first_series"].as_u64(), told["series"].as_array().unwrap()),
            (Some(known as u64), &all[known..].to_vec())
        );
    }
    for known in [all.len() + 1, usize::MAX] {
        let told = data(&mount, &format!("?generation={generation}&series={known}")).await;
        assert_eq!((told["first_series"].as_u64(), told["series"].as_array().unwrap()), (Some(0), &all));
    }
}

#[tokio::test]
async fn a_query_that_the_page_does_not_send_is_refused_and_moves_nothing() {
    let monitor = raw_paths().build().unwrap();
    let before = Metrics::of(&monitor).await.text;
    let wrong = [
        "after=x",
        "after=-1",
        "after=1&after=2",
        "after=18446744073709551616",
        "series=1e3",
        "series=",
        "generation=%3Cscript%3E",
        "generation=../../../../../",
        "limit=1000000",
        "after=%00",
        "after=%ff%fe",
        "&&=&",
    ];
    let long = format!("generation={}", "a".repeat(8_000));
    for mount in Mount::operators(&monitor) {
        for query in wrong.into_iter().chain([&*long]) {
            let answer = get(&mount, &format!("/dashboard/data?{query}")).await;
            assert_eq!((answer.status, answer.text.lines().count()), (400, 1), "{}: {query}", mount.name);
            assert!(!answer.text.contains("script") && answer.header("content-type").unwrap().starts_with("text/plain"));
        }
        for right in ["", "?", "?after=0", "?series=0&generation=00000000000000aA"] {
            assert_eq!(get(&mount, &format!("/dashboard/data{right}")).await.status, 200, "{}: {right}", mount.name);
        }
    }
    assert_eq!(Metrics::of(&monitor).await.text, before);
}

#[tokio::test]
async fn who_takes_gzip_is_told_the_same_in_fewer_bytes() {
    let monitor = raw_paths().build().unwrap();
    let request = |encoding: &str| {
        let request = Request::get("/dashboard/data").header("accept-encoding", encoding);
        crate::support::beacon::send(&monitor, request.body(http_body_util::Full::default()).unwrap())
    };
    let plain = request("identity").await;
    let gzip = request("gzip, deflate, br").await;
    assert_eq!((plain.headers().get("content-encoding"), gzip.headers()["content-encoding"].as_bytes()), (None, &b"gzip"[..]));
    assert!(gzip.body().len() * 4 < plain.body().len(), "{} and {} bytes", gzip.body().len(), plain.body().len());
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&gzip.body()[..]), &mut text).unwrap();
    let [plain, gzip]: [Value; 2] = [serde_json::from_slice(plain.body()).unwrap(), serde_json::from_str(&text).unwrap()];
    assert_eq!((&plain["series"], &plain["now"]["values"]), (&gzip["series"], &gzip["now"]["values"]));
}

#[tokio::test]
async fn data_is_told_without_a_runtime_too() {
    let monitor = raw_paths().build().unwrap();
    let answer = std::thread::spawn(move || {
        let mount = Mount::tower(&monitor);
        crate::support::block_on(mount.ask(Request::get("/dashboard/data").body(whole("")).unwrap()))
    });
    assert_eq!(answer.join().unwrap().status, 200);
}
