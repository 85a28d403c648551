//! The field that sets the cookie.

use tower_rum::ClientAddress;

use super::{Fields, answer, by_cookie, cookie, head, monitor, navigation, page, set, walk};

#[test]
fn it_is_one_hosts_until_the_browser_is_closed_and_out_of_scripts_reach() {
    let headers = head(&monitor(), navigation("/users/{id}"), page());
    let [field] = set(&headers)[..] else { panic!("{headers:?}") };
    let (cookie, attributes) = field.split_once("; ").unwrap();
    let (id, page) = cookie.strip_prefix("user_journey=").unwrap().split_once('.').unwrap();
    assert_eq!((id.len(), page), (32, "/users/{id}"));
    assert!(id.bytes().all(|digit| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit)), "{id}");
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax; Secure");
}

#[test]
fn its_id_is_the_browsers_own_and_stays() {
    let monitor = monitor();
    let id = |kept: String| kept.split_once('.').unwrap().0.to_owned();
    let first = walk(&monitor, &["/"]);
    let headers = head(&monitor, navigation("/cart").header("cookie", &first), page());
    assert_eq!(id(cookie(&headers).unwrap()), id(first.clone()));
    let others: std::collections::BTreeSet<String> = (0..1_000).map(|_| id(walk(&monitor, &["/"]))).collect();
    assert_eq!(others.len(), 1_000);
    assert!(!others.contains(&id(first)));
}

#[test]
fn it_is_secure_where_the_browser_came_over_tls() {
    let html = |uri: &str| http::Request::get(uri).header("accept", "text/html");
    let is_secure = |builder: tower_rum::Builder, request| {
        let headers = head(&builder.build().unwrap(), request, page());
        let [field] = set(&headers)[..] else { panic!("{headers:?}") };
        field.ends_with("; Secure")
    };
    assert!(is_secure(by_cookie(), navigation("/")));
    assert!(is_secure(by_cookie(), html("https://example.com/")));
    assert!(!is_secure(by_cookie(), html("http://example.com/")));
    assert!(!is_secure(by_cookie(), html("/")));
    assert!(!is_secure(by_cookie(), html("/").header("x-forwarded-proto", "https")));
    assert!(is_secure(by_cookie().secure_cookie(true), html("/")));
}

#[test]
fn trusted_proxies_tell_that_the_browser_came_over_tls_and_nobody_else_does() {
    let behind = |proxy: &str| by_cookie().trusted_proxies([proxy]).build().unwrap();
    let is_secure = |monitor: &tower_rum::Monitor, fields: Fields| {
        let request = http::Request::get("/").header("accept", "text/html").extension(ClientAddress([10, 0, 0, 1].into()));
        let headers = head(monitor, fields.iter().fold(request, |request, &(name, value)| request.header(name, value)), page());
        set(&headers)[0].ends_with("; Secure")
    };
    let cases: [(Fields, bool); 11] = [
        (&[], false),
        (&[("x-forwarded-proto", "https")], true),
        (&[("x-forwarded-proto", "HTTPS")], true),
        (&[("x-forwarded-proto", "http")], false),
        (&[("x-forwarded-proto", "https, http")], true),
        (&[("x-forwarded-proto", "http"), ("x-forwarded-proto", "https")], false),
        (&[("x-forwarded-proto", "")], false),
        (&[("forwarded", "for=203.0.113.9;Proto=\"https\", for=10.0.0.2;proto=http")], true),
        (&[("forwarded", "for=203.0.113.9")], false),
        (&[("forwarded", "proto=http"), ("x-forwarded-proto", "https")], false),
        (&[("forwarded", "for=203.0.113.9"), ("x-forwarded-proto", "https")], true),
    ];
    for (fields, secure) in cases {
        assert_eq!(is_secure(&behind("10.0.0.0/8"), fields), secure, "{fields:?}");
        for stranger in [by_cookie().build().unwrap(), behind("192.0.2.1"), by_cookie().trusted_proxies([""; 0]).build().unwrap()]
        {
            assert!(!is_secure(&stranger, fields), "{fields:?}");
        }
    }
}

#[test]
fn cookies_of_the_application_stay_before_it() {
    let cookies = ["session=1; HttpOnly", "user_journey=the application's own"];
    let answer = answer(200, &[("content-type", "text/html"), ("set-cookie", cookies[0]), ("set-cookie", cookies[1])]);
    let headers = head(&monitor(), navigation("/"), answer);
    let fields: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(fields[..2], cookies);
    assert_eq!(fields.len(), 3);
}
