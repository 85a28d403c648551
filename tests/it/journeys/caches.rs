//! No cache gives one user's cookie to another.

use crate::support::metrics::Metrics;

use super::{Fields, answer, cookie, head, monitor, navigation, walk};

#[tokio::test]
async fn an_answer_with_a_cookie_is_kept_from_caches_between() {
    let cases: [(Fields, Option<&[&str]>); 16] = [
        (&[], Some(&["private"])),
        (&[("cache-control", "max-age=60")], Some(&["max-age=60", "private"])),
        (&[("cache-control", "no-cache")], Some(&["no-cache", "private"])),
        (&[("cache-control", "max-age=60, private=\"x-user\"")], Some(&["max-age=60, private=\"x-user\"", "private"])),
        (&[("cache-control", "max-age=60"), ("cache-control", "Private")], Some(&["max-age=60", "Private"])),
        (&[("cache-control", "private, max-age=0")], Some(&["private, max-age=0"])),
        (&[("cache-control", "no-store")], Some(&["no-store"])),
        (&[("cache-control", "republic=1, publics")], Some(&["republic=1, publics", "private"])),
        (&[("cdn-cache-status", "x")], Some(&["private"])),
        (&[("cache-control", "public, max-age=60")], None),
        (&[("cache-control", "max-age=60 , PUBLIC")], None),
        (&[("cache-control", "max-age=0"), ("cache-control", "s-maxage=60")], None),
        (&[("cache-control", "no-store, public")], None),
        (&[("cache-control", "S-MaxAge = 60")], None),
        (&[("cdn-cache-control", "max-age=60")], None),
        (&[("surrogate-control", "max-age=60"), ("cache-control", "no-store")], None),
    ];
    for (fields, expected) in cases {
        let monitor = monitor();
        let fields = [&[("content-type", "text/html")], fields].concat();
        let headers = head(&monitor, navigation("/"), answer(200, &fields));
        let caching = || headers.get_all("cache-control").iter().map(|field| field.to_str().unwrap());
        let said = fields.iter().filter(|(name, _)| *name == "cache-control").map(|&(_, value)| value);
        match expected {
            Some(expected) => assert_eq!(caching().collect::<Vec<_>>(), expected, "{fields:?}"),
            None => assert!(caching().eq(said), "{fields:?}"),
        }
        assert_eq!(cookie(&headers).is_some(), expected.is_some(), "{fields:?}");
        assert_eq!(Metrics::of(&monitor).await.total("user_journeys_total"), 1.0, "{fields:?}");
    }
}

#[test]
fn an_answer_without_a_cookie_is_left_to_them() {
    let monitor = monitor();
    let kept = walk(&monitor, &["/"]);
    let html = || answer(200, &[("content-type", "text/html"), ("cache-control", "max-age=60")]);
    for request in [navigation("/").header("cookie", kept), navigation("/").header("sec-gpc", "1")] {
        assert_eq!(head(&monitor, request, html()), *html().headers());
    }
}
