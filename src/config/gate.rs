//! What the ingest lets in, and whose word on a client's address it takes.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use crate::error::Error;

use super::name::is_origin;

#[derive(Debug, Clone)]
pub(crate) struct GateConfig {
    /// Origins, besides the request's own host, whose pages may send (`https://www.example.com`).
    pub(crate) origins: BTreeSet<String>,
    pub(crate) same_site: bool,
    pub(crate) origin_required: bool,
    pub(crate) privacy_signals: bool,
    pub(crate) robots: bool,
    pub(crate) body_timeout: Duration,
    pub(crate) beacons_per_second: u32,
    pub(crate) client_beacons_per_second: Option<u32>,
    /// None where the host has not said whether there are any.
    pub(crate) proxies: Option<Vec<String>>,
}

impl Default for GateConfig {
    fn default() -> Self {
        Self {
            origins: BTreeSet::new(),
            same_site: false,
            origin_required: false,
            privacy_signals: true,
            robots: false,
            body_timeout: Duration::from_secs(10),
            beacons_per_second: 1_000,
            client_beacons_per_second: Some(10),
            proxies: None,
        }
    }
}

impl GateConfig {
    pub(super) fn validate(&self) -> Result<(), Error> {
        for origin in &self.origins {
            is_origin(origin)?;
        }
        if self.beacons_per_second == 0 || self.client_beacons_per_second == Some(0) {
            return Err(Error::setting("a rate of 0 beacons a second would refuse every one"));
        }
        match self.proxies.iter().flatten().find(|proxy| Network::parse(proxy).is_none()) {
            Some(proxy) => Err(Error::setting(format!(
                "a trusted proxy is an address or a network of addresses, such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32, not {proxy:?}"
            ))),
            None => Ok(()),
        }
    }

    /// Proxies whose word is taken, as far as the host has said.
    pub(crate) fn proxies(&self) -> Option<Vec<Network>> {
        let proxies = self.proxies.as_ref()?;
        Some(proxies.iter().filter_map(|proxy| Network::parse(proxy)).collect())
    }
}

/// Addresses that begin alike, as CIDR writes them (RFC 4632, RFC 4291 section 2.3).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Network {
    address: IpAddr,
    length: u32,
}

impl Network {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let whole = if address.is_ipv4() { 32 } else { 128 };
        let length = length.unwrap_or(whole);
        (length <= whole).then_some(Self { address, length })
    }

    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let different = bits(self.address) ^ bits(address);
        self.address.is_ipv4() == address.is_ipv4() && different.leading_zeros() >= self.length
    }
}

/// An address, its first bit first.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
        IpAddr::V6(address) => address.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_the_addresses_that_begin_as_it_does() {
        let cases = [
            ("192.0.2.1", "192.0.2.1", true),
            ("192.0.2.1", "192.0.2.2", false),
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.1.2.3/8", "10.9.9.9", true),
            ("172.16.0.0/12", "172.31.255.255", true),
            ("172.16.0.0/12", "172.32.0.0", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "203.0.113.9", false),
            ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true),
            ("2001:db8::/32", "2001:db9::", false),
            ("::1", "::1", true),
            ("::1/128", "::2", false),
        ];
        for (network, address, inside) in cases {
            assert_eq!(Network::parse(network).unwrap().contains(address.parse().unwrap()), inside, "{network} {address}");
        }
        for wrong in
            ["", "/", "10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0", "example.com", "10.0.0.0/8/8", "[::1]"]
        {
            assert!(Network::parse(wrong).is_none(), "{wrong}");
        }
    }
}
