//! Where a redirect leads.

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, COOKIE, HOST,
};
use http::header::{LOCATION, PROXY_AUTHORIZATION};
use http::{HeaderMap, Method, StatusCode, Uri};
use iri_string::types::{IriReferenceStr, UriAbsoluteString, UriReferenceString};

use super::step::{Ask, is_askable};

/// Whether a status sends a client to another place.
pub(super) fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// The request that follows one that was redirected; `None` where that leads nowhere.
pub(super) fn follow(asked: &Ask, status: StatusCode, head: &HeaderMap) -> Option<Ask> {
    let uri = resolve(&asked.uri, head.get(LOCATION)?.as_bytes())?;
    let mut next = Ask { uri, ..asked.clone() };
    if becomes_get(&asked.method, status) {
        next.method = Method::GET;
        next.body.clear();
        for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LOCATION] {
            next.headers.remove(name);
        }
    }
    if origin(&next.uri) != origin(&asked.uri) {
        for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, HOST] {
            next.headers.remove(name);
        }
    }
    Some(next)
}

fn resolve(base: &Uri, location: &[u8]) -> Option<Uri> {
    let base = UriAbsoluteString::try_from(base.to_string()).ok()?;
    // Browsers, too, take what is not ASCII, as UTF-8.
    let location = IriReferenceStr::new(std::str::from_utf8(location).ok()?).ok()?;
    let location = UriReferenceString::from(location.encode_to_uri().to_string().parse::<UriReferenceString>().ok()?);
    let uri: Uri = location.resolve_against(&base).to_string().parse().ok()?;
    Some(uri).filter(is_askable)
}

/// As browsers do, and the Fetch standard says.
fn becomes_get(method: &Method, status: StatusCode) -> bool {
    match status.as_u16() {
        303 => method != Method::GET && method != Method::HEAD,
        301 | 302 => method == Method::POST,
        _ => false,
    }
}

fn origin(uri: &Uri) -> (Option<&str>, Option<String>, Option<u16>) {
    let default = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    (uri.scheme_str(), uri.host().map(str::to_ascii_lowercase), uri.port_u16().or(Some(default)))
}

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;

    use super::*;
    use crate::synthetic::Step;

    fn asked() -> Ask {
        let step =
            Step::post("https://a.example/shop/cart?id=1", "x=1").header("content-type", "text/plain").header("accept", "*/*");
        step.header("cookie", "c").header("authorization", "b").header("host", "virtual.example").check().unwrap().request
    }

    fn led(status: u16, location: &str) -> Option<Ask> {
        let mut head = HeaderMap::new();
        head.insert(LOCATION, location.as_bytes().try_into().unwrap());
        follow(&asked(), StatusCode::from_u16(status).unwrap(), &head)
    }

    #[test]
    fn a_location_is_resolved_against_what_was_asked() {
        for (location, uri) in [
            ("pay", "https://a.example/shop/pay"),
            ("../", "https://a.example/"),
            ("?id=2", "https://a.example/shop/cart?id=2"),
            ("/pay#form", "https://a.example/pay"),
            ("//b.example/x", "https://b.example/x"),
            ("http://c.example:81", "http://c.example:81/"),
            ("/zahlung/ä", "https://a.example/zahlung/%C3%A4"),
            ("", "https://a.example/shop/cart?id=1"),
        ] {
            assert_eq!(led(302, location).unwrap().uri, uri, "{location}");
        }
        for nowhere in [
            "ftp://a.example/",
            "mailto:a@b.example",
            "https://",
            "http://user@a.example/",
            "http://a.example:70000/",
            "https://a b/",
        ] {
            assert!(led(302, nowhere).is_none(), "{nowhere}");
        }
        assert!(follow(&asked(), StatusCode::FOUND, &HeaderMap::new()).is_none());
    }

    #[test]
    fn methods_and_bodies_go_on_as_the_fetch_standard_says() {
        for status in [301, 302, 303] {
            let next = led(status, "/").unwrap();
            assert_eq!((next.method, next.body.len()), (Method::GET, 0));
            assert!(!next.headers.contains_key(CONTENT_TYPE) && next.headers.contains_key(ACCEPT));
        }
        for status in [307, 308] {
            let next = led(status, "/").unwrap();
            assert_eq!((next.method, &next.body[..]), (Method::POST, &b"x=1"[..]));
            assert!(next.headers.contains_key(CONTENT_TYPE));
        }
        assert!(!becomes_get(&Method::HEAD, StatusCode::SEE_OTHER));
        assert!(becomes_get(&Method::PUT, StatusCode::SEE_OTHER) && !becomes_get(&Method::PUT, StatusCode::FOUND));
    }

    #[test]
    fn another_origin_gets_no_secrets() {
        let secrets = |location| {
            let headers = led(302, location).unwrap().headers;
            [COOKIE, AUTHORIZATION, HOST].map(|name| headers.contains_key(name))
        };
        assert_eq!(secrets("https://A.example:443/other"), [true; 3]);
        for other in ["http://a.example/", "https://a.example:444/", "https://sub.a.example/"] {
            assert_eq!(secrets(other), [false; 3], "{other}");
        }
    }
}
