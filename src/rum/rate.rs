//! How many beacons a second are taken: of one client, and of all.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::DefaultClock;
use governor::nanos::Nanos;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use crate::beacon::{Reason, Rejection};
use crate::config::GateConfig;

#[derive(Debug)]
pub(super) struct Rates {
    clients: Option<Clients>,
    all: DefaultDirectRateLimiter,
}

impl Rates {
    pub(super) fn new(config: &GateConfig) -> Self {
        Self {
            clients: config.client_beacons_per_second.map(Clients::new),
            all: RateLimiter::direct(Quota::per_second(at_least_one(config.beacons_per_second))),
        }
    }

    /// Whether it matters which client a beacon is from.
    pub(super) fn tell_clients_apart(&self) -> bool {
        self.clients.is_some()
    }

    /// The client's own rate first: what is refused by it takes nothing from the others.
    pub(super) fn take(&self, client: Option<IpAddr>) -> Result<(), Rejection> {
        if let (Some(clients), Some(client)) = (&self.clients, client)
            && !clients.take(client)
        {
            return Err(Reason::Rate.because("too many beacons of one client"));
        }
        self.all.check().map_err(|_| Reason::Rate.because("too many beacons"))
    }
}

/// A limiter for each client, at the place in a fixed table where a hash of its address falls: no address is kept, and nobody but this process knows who
/// shares a place.
#[derive(Debug)]
struct Clients {
    key: RandomState,
    limiter: RateLimiter<usize, Places, DefaultClock>,
}

impl Clients {
    fn new(rate: u32) -> Self {
        let rate = at_least_one(rate);
        let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST_SECONDS));
        let places = Places((0..PLACES).map(|_| InMemoryState::default()).collect());
        Self { key: RandomState::new(), limiter: RateLimiter::new(quota, places, DefaultClock::default()) }
    }

    fn take(&self, client: IpAddr) -> bool {
        let place = self.key.hash_one(network(client)) as usize % PLACES;
        self.limiter.check_key(&place).is_ok()
    }
}

/// 8 bytes each.
#[derive(Debug)]
struct Places(Box<[InMemoryState]>);

impl StateStore for Places {
    type Key = usize;

    fn measure_and_replace<T, F, E>(&self, place: &usize, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0[*place].measure_and_replace(&NotKeyed::NonKey, measure)
    }
}

/// Whoever has one IPv6 address has its /64 (RFC 6177).
fn network(client: IpAddr) -> u128 {
    match client {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

fn at_least_one(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

const PLACES: usize = 4_096;
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(5).unwrap();

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_from_many_addresses_takes_the_places_of_few_others() {
        let clients = Clients::new(10);
        let flood = (0..100).map(|number| IpAddr::from([203, 0, 113, number]));
        for address in flood {
            while clients.take(address) {}
        }
        let others = (0..10_000_u32).map(|number| IpAddr::from(number.to_be_bytes()));
        let refused = others.filter(|&other| !clients.take(other)).count();
        // 100 of 4096 places are taken: 244 expected, and 15 are a standard deviation.
        assert!((120..370).contains(&refused), "{refused}");
    }
}
