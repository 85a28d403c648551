//! What a browser sends back is not believed.

use std::fmt::Write as _;

use http::HeaderValue;

use crate::support::metrics::Metrics;
use crate::support::random::Random;

use super::{by_cookie, cookie, head, monitor, navigation, page, walk};

const ID: &str = "0123456789abcdef0123456789abcdef";

#[tokio::test]
async fn a_page_that_the_server_does_not_know_is_unmatched() {
    let monitor = monitor();
    for claimed in ["/nowhere", "overflow", "unmatched", "/a%22%7D", "%C3%9F"] {
        let kept = format!("user_journey={ID}.{claimed}");
        let headers = head(&monitor, navigation("/").header("cookie", kept), page());
        assert_eq!(cookie(&headers).unwrap(), format!("user_journey={ID}./"));
    }
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="unmatched",to="/"}"#), 5.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 5.0);
}

#[tokio::test]
async fn what_is_not_well_formed_begins_a_journey() {
    let monitor = monitor();
    walk(&monitor, &["/"]);
    let (long, huge) = (format!("user_journey={ID}./{}", "a".repeat(256)), format!("user_journey={}", "a".repeat(1 << 20)));
    let not_ours = [
        "user_journey",
        "user_journey=",
        "user_journey=.",
        "user_journey=./",
        "user_journeys=0123456789abcdef0123456789abcdef./",
        "User_Journey=0123456789abcdef0123456789abcdef./",
        "user_journey=0123456789abcdef0123456789abcde./",
        "user_journey=0123456789ABCDEF0123456789ABCDEF./",
        "user_journey=+123456789abcdef0123456789abcdef./",
        "user_journey=0123456789abcdef0123456789abcdef.%",
        "user_journey=0123456789abcdef0123456789abcdef.%0D%0A",
        "user_journey=0123456789abcdef0123456789abcdef.%FF",
        "\"user_journey=0123456789abcdef0123456789abcdef./\"",
        &long,
        &huge,
    ];
    for value in not_ours {
        let headers = head(&monitor, navigation("/cart").header("cookie", value), page());
        let set = cookie(&headers).unwrap();
        assert!(set.ends_with("./cart") && !set.contains(ID), "{value:.100}: {set}");
    }
    assert_eq!(Metrics::of(&monitor).await.total("user_page_transitions_total"), 0.0);
}

#[tokio::test]
async fn it_is_found_among_many_and_behind_somebody_elses() {
    let monitor = monitor();
    let kept = walk(&monitor, &["/"]);
    let mut many = "user_journey=somebody's; ".to_owned();
    (0..10_000).for_each(|number| write!(many, "cookie{number}=; ").unwrap());
    let opaque = HeaderValue::from_bytes(b"a=\xff; user_journey=\xff").unwrap();
    let request = navigation("/cart").header("cookie", opaque).header("cookie", many + &kept);
    head(&monitor, request, page());
    assert_eq!(Metrics::of(&monitor).await.value(r#"user_page_transitions_total{from="/",to="/cart"}"#), 1.0);
}

#[tokio::test]
async fn no_cookie_makes_a_series_of_its_own() {
    const KNOWN: [&str; 4] = ["/", "/cart", "/users/{id}", "/thanks"];
    let monitor = by_cookie().endpoints(KNOWN).build().unwrap();
    let mut random = Random::seeded(0x6a_6f75_726e);
    for _ in 0..20_000 {
        let mut value = format!("user_journey={ID}.{}", KNOWN[random.below(KNOWN.len())]).into_bytes();
        for _ in 0..random.below(4) {
            let at = random.below(value.len());
            value[at] = random.below(256) as u8;
        }
        let Ok(value) = HeaderValue::from_bytes(&value) else { continue };
        let headers = head(&monitor, navigation(KNOWN[random.below(KNOWN.len())]).header("cookie", value), page());
        assert!(cookie(&headers).is_none_or(|set| KNOWN.iter().any(|known| set.ends_with(&format!(".{known}")))));
    }
    let metrics = Metrics::of(&monitor).await;
    let known = |value: &str| KNOWN.contains(&value) || value == "unmatched" || value == "overflow";
    for (series, _) in metrics.series("user_page_transitions_total") {
        let values: Vec<&str> = series.split('"').skip(1).step_by(2).collect();
        assert!(values.len() == 2 && values.into_iter().all(known), "{series}");
    }
}

#[tokio::test]
async fn pages_past_the_cap_count_under_its_overflow() {
    let monitor = by_cookie().http_series(16).build().unwrap();
    let paths: Vec<String> = (0..100).map(|number| format!("/{number}")).collect();
    walk(&monitor, &paths.iter().map(String::as_str).collect::<Vec<_>>());
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("user_journeys_total"), 100.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 99.0);
    assert!(metrics.value(r#"user_journeys_total{path="overflow"}"#) > 80.0);
    assert!(metrics.series("user_journeys_total").count() <= 16);
}
