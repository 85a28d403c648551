//! Who may send: pages of this origin, at a bounded rate, unless their user asks not to be measured.
//!
//! This stops other sites' pages from sending through their visitors' browsers. It authenticates nobody: a program can send any header.

use crate::address::Addresses;
use crate::beacon::{Reason, Rejection};
use crate::config::GateConfig;
use http::request::Parts;

use super::rate::Rates;
use super::sender::Sender;
use super::waiting::{Places, Waiting};

#[derive(Debug)]
pub(super) struct Gate {
    config: GateConfig,
    addresses: Addresses,
    rates: Rates,
    waiting: Places,
}

impl Gate {
    pub(super) fn new(config: GateConfig) -> Self {
        let addresses = Addresses::new(config.proxies());
        Self { addresses, rates: Rates::new(&config), waiting: Places::of(MOST_WAITING), config }
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
    pub(super) fn wait(&self) -> Result<Waiting, Rejection> {
        self.waiting.take()
    }

    pub(super) fn admit(&self, head: &Parts, sender: &Sender<'_>, listed: bool) -> Result<(), Rejection> {
        self.origin(sender, listed)?;
        if self.config.privacy_signals && sender.asks_for_privacy {
            return Err(Reason::Privacy.because("not recorded: the browser asks for privacy"));
        }
        if !self.config.robots && sender.is_robot() {
            return Err(Reason::Bot.because("not recorded: the user agent is a program's"));
        }
        let client = if self.rates.tell_clients_apart() { self.addresses.client(head) } else { None };
        self.rates.take(client)
    }

    /// Fetch Metadata (<https://www.w3.org/TR/fetch-metadata/>) and the Origin header must both say that the page is ours, where they are sent.
    fn origin(&self, sender: &Sender<'_>, listed: bool) -> Result<(), Rejection> {
        let &Sender { site, origin, .. } = sender;
        let site_is_ours = site.is_none_or(|site| match site {
            "same-origin" | "none" => true,
            "same-site" => self.config.same_site || listed,
            _ => listed,
        });
        let origin_is_ours = origin.is_none_or(|origin| listed || sender.is_from_its_host(origin) || self.same_site(site));
        let stated = site.is_some() || origin.is_some() || !self.config.origin_required;
        if site_is_ours && origin_is_ours && stated { Ok(()) } else { Err(FOREIGN) }
    }

    /// The host takes beacons of its whole site, and the browser says that this is one.
    fn same_site(&self, site: Option<&str>) -> bool {
        self.config.same_site && site == Some("same-site")
    }
}

pub(super) const FOREIGN: Rejection = Reason::Origin.because("beacons are taken from pages of this origin only");

/// Bodies that may be waited for at one time: 64 MiB at most.
const MOST_WAITING: usize = 1_024;
