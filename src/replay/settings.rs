//! What a host decides of replay.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::error::Error;

use super::{AnyStore, Limits, MemoryStore, Store};

/// Turns session replay on, by [`Builder::replay`](crate::Builder::replay).
///
/// ```
/// use std::time::Duration;
/// use tower_rum::Monitor;
/// use tower_rum::replay::{MemoryStore, Replay};
///
/// let replay = Replay::new().store(MemoryStore::with_max_bytes(16 * 1024 * 1024)).ttl(Duration::from_secs(3_600));
/// let monitor = Monitor::builder().replay(replay).build()?;
/// # Ok::<(), tower_rum::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Replay {
    pub(crate) store: Arc<dyn AnyStore>,
    pub(crate) limits: Limits,
    pub(crate) body_bytes: usize,
    pub(crate) rrweb: bool,
    pub(crate) player: Option<RrwebPlayer>,
    pub(crate) event_path: String,
    pub(crate) script_path: String,
}

/// Where the host serves rrweb's player.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RrwebPlayer {
    pub(crate) script: String,
    pub(crate) style: String,
}

impl Replay {
    /// With a [`MemoryStore`] and every default.
    pub fn new() -> Self {
        Self {
            store: Arc::new(MemoryStore::new()),
            limits: Limits::default(),
            body_bytes: MAX_SESSION_BODY_BYTES,
            rrweb: false,
            player: None,
            event_path: "/log-session-event".to_owned(),
            script_path: "/rum-replay.js".to_owned(),
        }
    }

    /// Where sessions are kept. Default: a [`MemoryStore`].
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Arc::new(store);
        self
    }

    /// The most bytes of events that are kept of one session. Default: 4 MiB.
    pub fn session_bytes(mut self, most: u64) -> Self {
        self.limits.bytes = most;
        self
    }

    /// The most events that are kept of one session. Default: 50 000.
    pub fn session_events(mut self, most: u64) -> Self {
        self.limits.events = most;
        self
    }

    /// The longest that one session is, by its page's clock. Default: an hour.
    pub fn session_duration(mut self, most: Duration) -> Self {
        self.limits.duration = most;
        self
    }

    /// How long after it began a session is forgotten. Default: a day.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.limits.ttl = ttl;
        self
    }

    /// The most bytes of one body. Bodies that are waited for are at most 64 MiB together. Default: 1 MiB.
    pub fn body_bytes(mut self, most: usize) -> Self {
        self.body_bytes = most;
        self
    }

    /// Take events of [rrweb](https://www.rrweb.io)'s recorder as well, as they are. Default: off.
    ///
    /// **rrweb records the page: its text, its images' addresses, and what users type, unless it is told to mask it**
    /// (`maskAllInputs`, `maskTextSelector`, `blockSelector`). What is promised of our own recorder is not promised of it.
    pub fn rrweb(mut self, on: bool) -> Self {
        self.rrweb = on;
        self
    }

    /// Where the host serves the script and the style of rrweb's player (the npm package `rrweb-player`), each a path of the operator's origin or a whole
    /// address, for the page to play rrweb's sessions with. Default: none, and the page only lists, exports and deletes them.
    ///
    /// The page's Content Security Policy then also allows these two addresses, `style-src 'unsafe-inline'` and `frame-src 'self'`: the player writes what was
    /// recorded into a frame without scripts, with the styles that the page had.
    pub fn rrweb_player(mut self, script: impl Into<String>, style: impl Into<String>) -> Self {
        self.player = Some(RrwebPlayer { script: script.into(), style: style.into() });
        self
    }

    /// Where pages send events to, behind the [`path_prefix`](crate::Builder::path_prefix). Blockers of advertising match paths. Default: `/log-session-event`.
    pub fn event_path(mut self, path: impl Into<String>) -> Self {
        self.event_path = path.into();
        self
    }

    /// Where the recorder is, behind the [`path_prefix`](crate::Builder::path_prefix). Default: `/rum-replay.js`.
    pub fn script_path(mut self, path: impl Into<String>) -> Self {
        self.script_path = path.into();
        self
    }

    pub(crate) fn validate(&self) -> Result<(), Error> {
        if !(LEAST_BODY_BYTES..=MOST_BODY_BYTES).contains(&self.body_bytes) {
            return Err(Error::setting(format!(
                "a body of session events takes {LEAST_BODY_BYTES} to {MOST_BODY_BYTES} bytes, not {}",
                self.body_bytes
            )));
        }
        let Limits { bytes, events, duration, ttl } = &self.limits;
        if *bytes == 0 || *events == 0 || duration.is_zero() || ttl.is_zero() {
            return Err(Error::setting("a limit of 0 on a session would refuse every one"));
        }
        if *ttl > MOST_TTL {
            return Err(Error::setting("sessions are kept for at most 366 days"));
        }
        let urls = self.player.iter().flat_map(|player| [&player.script, &player.style]);
        match urls.into_iter().find(|url| source(url).is_none()) {
            Some(url) => Err(Error::setting(format!(
                "rrweb's player is at a path, or at an address of http or https, without quotes, blanks, commas and semicolons, not at {url:?}"
            ))),
            None => Ok(()),
        }
    }
}

impl Default for Replay {
    fn default() -> Self {
        Self::new()
    }
}

impl RrwebPlayer {
    /// What a Content Security Policy calls the places of the script and of the style.
    pub(crate) fn sources(&self) -> [&str; 2] {
        [&self.script, &self.style].map(|url| source(url).unwrap_or("'none'"))
    }
}

fn source(url: &str) -> Option<&str> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"'<>,;\\`{}|^".contains(&byte);
    if url.is_empty() || !url.bytes().all(plain) {
        return None;
    }
    if url.starts_with('/') {
        return (!url.starts_with("//")).then_some("'self'");
    }
    let authority = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    (end > 0).then(|| &url[..url.len() - authority.len() + end])
}

const MAX_SESSION_BODY_BYTES: usize = 1024 * 1024;
const LEAST_BODY_BYTES: usize = 1024;
const MOST_BODY_BYTES: usize = 16 * 1024 * 1024;
const MOST_TTL: Duration = Duration::from_secs(366 * 86_400);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_names_the_origin_of_an_address_and_self_for_a_path() {
        for (url, named) in [
            ("/vendor/rrweb.js", Some("'self'")),
            ("https://cdn.example/a/b.js?c", Some("https://cdn.example")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("//cdn.example/a.js", None),
            ("rrweb.js", None),
            ("https:///a.js", None),
            ("javascript:alert(1)", None),
            ("/a.js; script-src *", None),
            ("/a\"b", None),
            ("/a'b", None),
            ("", None),
        ] {
            assert_eq!(source(url), named, "{url}");
        }
    }
}
