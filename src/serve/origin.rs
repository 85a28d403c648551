//! Whether a page of ours has sent a request.

use http::header::{HOST, HeaderName, ORIGIN};
use http::request::Parts;

/// Whether an origin's host and port are those that a request was sent to.
///
/// TLS usually ends before this process, so the request's own scheme is not known: a port that is the origin's default may be left out.
pub(crate) fn is_of_host(origin: &str, host: &str) -> bool {
    let (authority, default_port) = match origin.split_once("://") {
        Some(("https", authority)) => (authority, ":443"),
        Some(("http", authority)) => (authority, ":80"),
        _ => return false,
    };
    let without_default = |authority| str::strip_suffix(authority, default_port).unwrap_or(authority);
    without_default(authority).eq_ignore_ascii_case(without_default(host))
}

/// Whether no page of another origin can have sent it: a browser says which one has, by Fetch Metadata (<https://www.w3.org/TR/fetch-metadata/>), which no
/// script can forge, or else by `Origin`. A program says neither. A field that is no text, or stands twice, is a foreign one.
pub(crate) fn is_of_its_own_origin(head: &Parts) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    let [site, origin, host] = [&site, &ORIGIN, &HOST].map(|name| only(head, name));
    let host = head.uri.authority().map_or(host.unwrap_or_default(), |authority| authority.as_str());
    match (site, origin) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => is_of_host(origin, host),
        (None, None) => true,
    }
}

fn only<'a>(head: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    let mut values = head.headers.get_all(name).iter();
    let value = values.next()?;
    Some(if values.next().is_none() { value.to_str().unwrap_or("") } else { "" })
}
