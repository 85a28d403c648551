//! What a beacon's head says of its sender, read in one pass over the headers.

use http::HeaderValue;
use http::request::Parts;

use crate::label;
use crate::serve;

/// A header that is no text, or stands twice, is nobody's: an empty text.
#[derive(Debug, Default)]
pub(super) struct Sender<'a> {
    pub(super) site: Option<&'a str>,
    pub(super) origin: Option<&'a str>,
    /// Where the request was sent to.
    pub(super) host: Option<&'a str>,
    pub(super) agent: Option<&'a str>,
    pub(super) content_type: Option<&'a HeaderValue>,
    /// Global Privacy Control (<https://www.w3.org/TR/gpc/>) or its predecessor Do Not Track.
    pub(super) asks_for_privacy: bool,
}

impl<'a> Sender<'a> {
    pub(super) fn of(head: &'a Parts) -> Self {
        let mut sender = Self::default();
        for (name, value) in &head.headers {
            match name.as_str() {
                "sec-fetch-site" => read(&mut sender.site, value),
                "origin" => read(&mut sender.origin, value),
                "host" => read(&mut sender.host, value),
                "user-agent" => read(&mut sender.agent, value),
                "content-type" => sender.content_type = sender.content_type.or(Some(value)),
                "sec-gpc" | "dnt" => sender.asks_for_privacy |= value == "1",
                _ => {}
            }
        }
        if let Some(authority) = head.uri.authority() {
            sender.host = Some(authority.as_str());
        }
        sender
    }

    pub(super) fn is_robot(&self) -> bool {
        self.agent.is_some_and(label::is_robot)
    }

    /// Whether an origin's host and port are those that the request was sent to.
    pub(super) fn is_from_its_host(&self, origin: &str) -> bool {
        self.host.is_some_and(|host| serve::is_of_host(origin, host))
    }
}

fn read<'a>(known: &mut Option<&'a str>, value: &'a HeaderValue) {
    *known = Some(if known.is_none() { value.to_str().unwrap_or("") } else { "" });
}
