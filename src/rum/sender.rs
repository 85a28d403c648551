//! What a beacon's head says of its sender, read in one pass over the headers.

use http::HeaderValue;
use http::request::Parts;

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

    /// Crawlers say what they are, in these words. Cubot is a brand of phones, looked for only where one of the words is found.
    pub(super) fn is_robot(&self) -> bool {
        let agent = self.agent.unwrap_or_default();
        has_a_robots_word(agent) && has_a_robots_word(&agent.to_ascii_lowercase().replace("cubot", ""))
    }

    /// Whether an origin's host and port are those that the request was sent to.
    ///
    /// TLS usually ends before this process, so the request's own scheme is not known: a port that is the origin's default may be left out.
    pub(super) fn is_from_its_host(&self, origin: &str) -> bool {
        let Some(host) = self.host else { return false };
        let (authority, default_port) = match origin.split_once("://") {
            Some(("https", authority)) => (authority, ":443"),
            Some(("http", authority)) => (authority, ":80"),
            _ => return false,
        };
        let without_default = |authority| str::strip_suffix(authority, default_port).unwrap_or(authority);
        without_default(authority).eq_ignore_ascii_case(without_default(host))
    }
}

fn read<'a>(known: &mut Option<&'a str>, value: &'a HeaderValue) {
    *known = Some(if known.is_none() { value.to_str().unwrap_or("") } else { "" });
}

fn has_a_robots_word(agent: &str) -> bool {
    let agent = agent.as_bytes();
    let starts =
        |at: usize, word: &&str| agent[at..].get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()));
    // Most letters start no word: they are passed over at once.
    let mut first_letters = (0..agent.len()).filter(|&at| matches!(agent[at] | 0x20, b'b' | b'c' | b'h' | b'l' | b's'));
    first_letters.any(|at| ROBOTS.iter().any(|word| starts(at, word)))
}

const ROBOTS: [&str; 5] = ["bot", "crawl", "spider", "headless", "lighthouse"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_are_told_by_their_words_and_phones_are_none() {
        let robots = [
            "Googlebot/2.1",
            "BOT",
            "x bot",
            "a Crawler",
            "SPIDER",
            "HeadlessChrome/120",
            "Chrome-Lighthouse",
            "CUBOT bot",
            "bcubotot",
        ];
        for agent in robots {
            assert!(Sender { agent: Some(agent), ..Sender::default() }.is_robot(), "{agent}");
        }
        let people =
            ["", "b", "Mozilla/5.0 (Linux; Android 10; CUBOT X30) Safari", "craw l", "b\u{f6}t", "bo", "lighthous", "cubotcubot"];
        for agent in people {
            assert!(!Sender { agent: Some(agent), ..Sender::default() }.is_robot(), "{agent}");
        }
        assert!(!Sender::default().is_robot());
    }
}
