//! Who may send: pages of this origin, at a bounded rate, unless their user asks not to be measured.
//!
//! This stops other sites' pages from sending through their visitors' browsers. It authenticates nobody: a program can send any header.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use http::header::{HOST, ORIGIN, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::beacon::{Reason, Rejection};
use crate::config::GateConfig;

#[derive(Debug)]
pub(super) struct Gate {
    config: GateConfig,
    limiter: DefaultDirectRateLimiter,
    waiting: AtomicUsize,
}

impl Gate {
    pub(super) fn new(config: GateConfig) -> Self {
        let rate = NonZeroU32::new(config.beacons_per_second).unwrap_or(NonZeroU32::MIN);
        Self { limiter: RateLimiter::direct(Quota::per_second(rate)), waiting: AtomicUsize::new(0), config }
    }

    /// Whether what programs send is recorded as well.
    pub(super) fn takes_robots(&self) -> bool {
        self.config.robots
    }

    /// How long a body may take to arrive.
    pub(super) fn body_timeout(&self) -> std::time::Duration {
        self.config.body_timeout
    }

    /// A place to wait for a body that is not there yet; free again when dropped.
    pub(super) fn wait(&self) -> Result<Waiting<'_>, Rejection> {
        // Counted from here on, so that a refusal gives the place back as well.
        let place = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MOST_WAITING {
            Ok(place)
        } else {
            Err(Reason::Rate.because("too many beacons at once"))
        }
    }

    pub(super) fn admit(&self, head: &Parts) -> Result<(), Rejection> {
        self.origin(head)?;
        if self.config.privacy_signals && asks_for_privacy(&head.headers) {
            return Err(Reason::Privacy.because("not recorded: the browser asks for privacy"));
        }
        if !self.config.robots && is_robot(&head.headers) {
            return Err(Reason::Bot.because("not recorded: the user agent is a program's"));
        }
        match self.limiter.check() {
            Ok(()) => Ok(()),
            Err(_) => Err(Reason::Rate.because("too many beacons")),
        }
    }

    /// Fetch Metadata (<https://www.w3.org/TR/fetch-metadata/>) and the Origin header must both say that the page is ours, where they are sent.
    fn origin(&self, head: &Parts) -> Result<(), Rejection> {
        let site = text(&head.headers, &SEC_FETCH_SITE);
        let origin = text(&head.headers, &ORIGIN);
        let listed = origin.is_some_and(|origin| self.config.origins.contains(&origin.to_ascii_lowercase()));
        let site_is_ours = site.is_none_or(|site| match site {
            "same-origin" | "none" => true,
            "same-site" => self.config.same_site || listed,
            _ => listed,
        });
        let origin_is_ours = origin.is_none_or(|origin| listed || same_host(origin, host(head)) || self.same_site(site));
        let stated = site.is_some() || origin.is_some() || !self.config.origin_required;
        if site_is_ours && origin_is_ours && stated {
            Ok(())
        } else {
            Err(Reason::Origin.because("beacons are taken from pages of this origin only"))
        }
    }

    /// The host takes beacons of its whole site, and the browser says that this is one.
    fn same_site(&self, site: Option<&str>) -> bool {
        self.config.same_site && site == Some("same-site")
    }
}

/// A body that is waited for.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Bodies that may be waited for at one time: 64 MiB at most.
const MOST_WAITING: usize = 1_024;

/// Global Privacy Control (<https://www.w3.org/TR/gpc/>) and its predecessor Do Not Track.
fn asks_for_privacy(headers: &HeaderMap) -> bool {
    [&SEC_GPC, &DNT].into_iter().any(|name| headers.get_all(name).iter().any(|value| value == "1"))
}

/// Crawlers say what they are, in these words. Cubot is a brand of phones.
fn is_robot(headers: &HeaderMap) -> bool {
    let agent = text(headers, &USER_AGENT).unwrap_or_default().to_ascii_lowercase().replace("cubot", "");
    ["bot", "crawl", "spider", "headless", "lighthouse"].iter().any(|word| agent.contains(word))
}

fn host(head: &Parts) -> Option<&str> {
    let authority = head.uri.authority().map(http::uri::Authority::as_str);
    authority.or_else(|| text(&head.headers, &HOST))
}

/// Whether an origin's host and port are those that the request was sent to.
///
/// TLS usually ends before this process, so the request's own scheme is not known: a port that is the origin's default may be left out.
fn same_host(origin: &str, host: Option<&str>) -> bool {
    let Some(host) = host else { return false };
    let (authority, default_port) = match origin.split_once("://") {
        Some(("https", authority)) => (authority, ":443"),
        Some(("http", authority)) => (authority, ":80"),
        _ => return false,
    };
    let without_default = |authority: &str| authority.strip_suffix(default_port).unwrap_or(authority).to_ascii_lowercase();
    without_default(authority) == without_default(host)
}

/// A header's value; one that is no text, or stands twice, is nobody's.
fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    match values.next() {
        None => Some(value.to_str().unwrap_or("")),
        Some(_) => Some(""),
    }
}

static SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
static SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");
static DNT: HeaderName = HeaderName::from_static("dnt");
