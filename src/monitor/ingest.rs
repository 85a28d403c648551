//! What of a [`Builder`] decides which beacons the ingest lets in.

use std::time::Duration;

use super::Builder;

/// # Which beacons are taken
impl Builder {
    /// Take beacons from pages of the same site (`Sec-Fetch-Site: same-site`), not of the same origin alone. Default: off.
    pub fn same_site(mut self, on: bool) -> Self {
        self.config.gate.same_site = on;
        self
    }

    /// Refuse beacons that say neither `Origin` nor `Sec-Fetch-Site`, as programs and old browsers do. Default: off.
    pub fn require_origin(mut self, on: bool) -> Self {
        self.config.gate.origin_required = on;
        self
    }

    /// Honour `Sec-GPC: 1` and `DNT: 1`: answer 204 and record nothing of it. Default: on.
    pub fn privacy_signals(mut self, honoured: bool) -> Self {
        self.config.gate.privacy_signals = honoured;
        self
    }

    /// Record what programs send as well, by user agent (crawlers) and by `navigator.webdriver`. Default: off.
    pub fn robots(mut self, recorded: bool) -> Self {
        self.config.gate.robots = recorded;
        self
    }

    /// How long a beacon's body may take to arrive, on a tokio runtime with its timer enabled; without a runtime there is no deadline. At most
    /// 1 024 bodies are waited for at one time, and a beacon past that is answered with 429. Default: 10 s.
    pub fn body_timeout(mut self, most: Duration) -> Self {
        self.config.gate.body_timeout = most;
        self
    }

    /// Beacons taken each second, over all clients; past it they are answered with 429. Default: 1 000.
    pub fn beacons_per_second(mut self, most: u32) -> Self {
        self.config.gate.beacons_per_second = most;
        self
    }

    /// Beacons taken each second of one client, and five times as many at once; past it they are answered with 429. `None`: as many as of all.
    /// Default: 10, of 150 open pages behind one address. See [rates](crate::rum#rates) for who is one client.
    pub fn client_beacons_per_second(mut self, most: impl Into<Option<u32>>) -> Self {
        self.config.gate.client_beacons_per_second = most.into();
        self
    }
}
