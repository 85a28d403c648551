//! Requests by which a browser goes to a document, as their user wants it.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header, uri::Scheme};

use crate::address::Addresses;
use crate::config::GateConfig;
use crate::label::{Purpose, RequestHead, is_robot};

use super::cookie::Journey;

/// One that is to be counted if its answer is a page.
#[derive(Debug)]
pub(crate) struct Navigation {
    pub(super) journey: Option<Journey>,
    /// The browser came over TLS.
    pub(super) secure: bool,
}

impl Navigation {
    pub(super) fn of(head: RequestHead<'_>, gate: &GateConfig, addresses: &Addresses) -> Option<Self> {
        let headers = head.headers();
        let destination = headers.get(&SEC_FETCH_DEST);
        let is_navigation = *head.method() == Method::GET
            && destination.map_or_else(|| accepts_html(headers), |destination| destination == "document")
            && Purpose::of(headers).is_none();
        if !is_navigation || gate.privacy_signals && asks_for_privacy(headers) || !gate.robots && is_by_robot(headers) {
            return None;
        }
        // Browsers send Fetch Metadata over TLS, and without it to their own machine, where they take secure cookies as well.
        let secure = destination.is_some() || head.uri().scheme() == Some(&Scheme::HTTPS) || addresses.tell_of_tls(head);
        Some(Self { journey: Journey::of(headers), secure })
    }
}

/// What a browser without Fetch Metadata, or at a site without TLS, says when it goes to a document.
fn accepts_html(headers: &HeaderMap) -> bool {
    let html = b"text/html";
    let mut fields = headers.get_all(header::ACCEPT).iter();
    fields.any(|field| field.as_bytes().windows(html.len()).any(|words| words == html))
}

/// Global Privacy Control (<https://www.w3.org/TR/gpc/>) or its predecessor Do Not Track.
fn asks_for_privacy(headers: &HeaderMap) -> bool {
    [SEC_GPC, header::DNT].iter().any(|name| headers.get_all(name).iter().any(|value| value == "1"))
}

fn is_by_robot(headers: &HeaderMap) -> bool {
    let agent = headers.get(header::USER_AGENT).map(HeaderValue::to_str);
    agent.is_some_and(|agent| agent.is_ok_and(is_robot))
}

static SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");
