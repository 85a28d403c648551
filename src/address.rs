//! Where a request is from, and what trusted proxies say of it. Addresses are for a client's rate alone, and kept nowhere.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use http::request::Parts;
use http::{Extensions, HeaderMap};

use crate::config::Network;
use crate::label::RequestHead;

/// The address that a request comes from, in its extensions: where the server or framework tells nobody else, or the host knows better.
///
/// It goes before axum's `ConnectInfo<SocketAddr>` and actix's `peer_addr`. Like these it is the near end of the connection: if it is one of the
/// [`trusted_proxies`](crate::Builder::trusted_proxies), the client is who the proxy says.
///
/// ```
/// # let peer = std::net::SocketAddr::from(([192, 0, 2, 1], 4711));
/// # let mut request = http::Request::new(());
/// request.extensions_mut().insert(tower_rum::ClientAddress(peer.ip()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// What to make of the address that a connection is from.
#[derive(Debug)]
pub(crate) struct Addresses {
    /// None where the host has not said whether there are any.
    proxies: Option<Vec<Network>>,
}

impl Addresses {
    pub(crate) fn new(proxies: Option<Vec<Network>>) -> Self {
        Self { proxies }
    }

    /// The client's address, if it is known to be one client's.
    pub(crate) fn client(&self, head: &Parts) -> Option<IpAddr> {
        let peer = peer(&head.extensions)?.to_canonical();
        match &self.proxies {
            // Most likely a proxy that nobody has named: to share one client's rate among all its clients would lose their beacons.
            None if is_internal(peer) => None,
            Some(proxies) if is_one_of(proxies, peer) => told(proxies, &head.headers, peer),
            _ => Some(peer),
        }
    }

    /// Whether a trusted proxy says that the client came over TLS.
    pub(crate) fn tell_of_tls(&self, head: RequestHead<'_>) -> bool {
        let is_trusted = |peer: IpAddr| self.proxies.as_deref().is_some_and(|proxies| is_one_of(proxies, peer.to_canonical()));
        peer(head.extensions()).is_some_and(is_trusted) && is_https(head.headers())
    }
}

/// As the first of the proxies has seen it, which the field's first element is about. Where a field says otherwise, one of the two is the client's own.
fn is_https(headers: &HeaderMap) -> bool {
    let forwarded = elements(headers, "forwarded").last().and_then(|element| parameter(element, "proto"));
    let mut said = forwarded.into_iter().chain(elements(headers, "x-forwarded-proto").last()).peekable();
    said.peek().is_some() && said.all(|scheme| scheme.trim_matches('"').eq_ignore_ascii_case("https"))
}

/// The client that a trusted proxy names. It writes one of the two fields; a client may have written the other, and then counts as the proxy itself.
fn told(proxies: &[Network], headers: &HeaderMap, proxy: IpAddr) -> Option<IpAddr> {
    let forwarded = farthest(proxies, elements(headers, "forwarded").map(|element| address(parameter(element, "for")?)));
    let x_forwarded_for = farthest(proxies, elements(headers, "x-forwarded-for").map(address));
    match (forwarded, x_forwarded_for) {
        (Some(one), Some(other)) if one != other => Some(proxy),
        (one, other) => one.or(other),
    }
}

/// The first hop that is no proxy of ours, from the near end. Each one is known by the word of the one before, so what cannot be read ends the list.
fn farthest(proxies: &[Network], hops: impl Iterator<Item = Option<IpAddr>>) -> Option<IpAddr> {
    let mut farthest = None;
    for hop in hops.map_while(|hop| hop) {
        farthest = Some(hop);
        if !is_one_of(proxies, hop) {
            break;
        }
    }
    farthest
}

/// The elements of a list, the last one first: what a client has written before it, bytes that are no text and open quotes included, changes nothing.
fn elements<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().rev();
    let elements = lines.flat_map(|line| {
        let mut quoted = false;
        line.as_bytes().rsplit(move |&byte| {
            quoted ^= byte == b'"';
            byte == b',' && !quoted
        })
    });
    elements.map(|element| std::str::from_utf8(element).map_or("?", str::trim)).filter(|element| !element.is_empty())
}

/// Of an element of `Forwarded` (RFC 7239).
fn parameter<'a>(element: &'a str, wanted: &str) -> Option<&'a str> {
    let mut quoted = false;
    let mut pairs = element.split(move |character| {
        quoted ^= character == '"';
        character == ';' && !quoted
    });
    pairs.find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then_some(value.trim())
    })
}

/// An address with or without a port, an IPv6 one in brackets or not.
fn address(node: &str) -> Option<IpAddr> {
    let node = node.strip_prefix('"').and_then(|node| node.strip_suffix('"')).unwrap_or(node);
    let bracketed = || node.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::from);
    let with_port = || node.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    node.parse().ok().or_else(with_port).or_else(bracketed).map(|address| address.to_canonical())
}

fn is_one_of(networks: &[Network], address: IpAddr) -> bool {
    networks.iter().any(|network| network.contains(address))
}

/// Not an address of the internet.
fn is_internal(address: IpAddr) -> bool {
    match address {
        // 100.64.0.0/10 is shared address space (RFC 6598), which clouds and overlay networks use.
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            address.is_loopback() || address.is_private() || address.is_link_local() || (first == 100 && second & 0xc0 == 64)
        }
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get().map(|&ClientAddress(address)| address).or_else(|| axum_peer(extensions))
}

#[cfg(feature = "axum")]
fn axum_peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get().map(|axum::extract::ConnectInfo::<SocketAddr>(peer)| peer.ip())
}

#[cfg(not(feature = "axum"))]
fn axum_peer(_: &Extensions) -> Option<IpAddr> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_the_right_most_hop_that_is_no_proxy_of_ours() {
        let xff = "x-forwarded-for";
        let cases: [Case<'_>; 27] = [
            (&[], None),
            (&[(xff, "203.0.113.9")], Some("203.0.113.9")),
            (&[(xff, "203.0.113.9:4711")], Some("203.0.113.9")),
            (&[(xff, "2001:db8::1")], Some("2001:db8::1")),
            (&[(xff, "[2001:db8::1]:4711")], Some("2001:db8::1")),
            (&[(xff, "::ffff:203.0.113.9")], Some("203.0.113.9")),
            (&[(xff, "198.51.100.7, 203.0.113.9")], Some("203.0.113.9")),
            (&[(xff, "198.51.100.7, 203.0.113.9, 10.0.0.2,10.0.0.3")], Some("203.0.113.9")),
            (&[(xff, "198.51.100.7"), (xff, "203.0.113.9")], Some("203.0.113.9")),
            (&[(xff, "10.0.0.9, 10.0.0.2")], Some("10.0.0.9")),
            (&[(xff, "rubbish, 203.0.113.9")], Some("203.0.113.9")),
            (&[(xff, "rubbish, 10.0.0.2")], Some("10.0.0.2")),
            (&[(xff, "203.0.113.9, rubbish")], None),
            (&[(xff, "203.0.113.9, ")], Some("203.0.113.9")),
            (&[(xff, "\", 203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "for=203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "proto=https; For=\"203.0.113.9:4711\";by=10.0.0.1")], Some("203.0.113.9")),
            (&[("forwarded", "for=\"[2001:db8::1]:4711\"")], Some("2001:db8::1")),
            (&[("forwarded", "for=\"[2001:db8::1]\", for=10.0.0.2")], Some("2001:db8::1")),
            (&[("forwarded", "for=unknown")], None),
            (&[("forwarded", "for=_hidden, for=203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "for=\"198.51.100.7, for=203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "for=203.0.113.9;host=\"a, for=198.51.100.7\"")], Some("203.0.113.9")),
            (&[("forwarded", "host=\"a;for=198.51.100.7;\";for=203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "proto=https"), (xff, "203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "for=203.0.113.9"), (xff, "203.0.113.9")], Some("203.0.113.9")),
            (&[("forwarded", "for=198.51.100.7"), (xff, "203.0.113.9")], Some("10.0.0.1")),
        ];
        for (fields, client) in cases {
            assert_eq!(of("10.0.0.1", Some(&["10.0.0.0/8"]), fields), client.map(|client| client.parse().unwrap()), "{fields:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_before_the_proxys_own_hide_nobody() {
        let mut head = head("10.0.0.1");
        head.headers.insert("x-forwarded-for", http::HeaderValue::from_bytes(b"\xff\xfe, 203.0.113.9").unwrap());
        let client = Addresses::new(networks(&["10.0.0.1"])).client(&head);
        assert_eq!(client, "203.0.113.9".parse().ok());
    }

    #[test]
    fn nobody_else_is_believed() {
        let forged = [("x-forwarded-for", "198.51.100.7"), ("forwarded", "for=198.51.100.7")];
        assert_eq!(of("203.0.113.9", None, &forged), "203.0.113.9".parse().ok());
        assert_eq!(of("203.0.113.9", Some(&["10.0.0.0/8"]), &forged), "203.0.113.9".parse().ok());
        assert_eq!(of("::ffff:203.0.113.9", Some(&[]), &forged), "203.0.113.9".parse().ok());
    }

    #[test]
    fn an_internal_peer_is_a_client_only_where_the_host_has_said_which_proxies_there_are() {
        let internal =
            ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.0.1", "100.64.0.1", "::1", "fd00::1", "fe80::1"];
        for peer in internal {
            assert_eq!(of(peer, None, &[("x-forwarded-for", "203.0.113.9")]), None, "{peer}");
            assert_eq!(of(peer, Some(&[]), &[]), peer.parse().ok(), "{peer}");
        }
        for peer in ["100.128.0.1", "172.32.0.1", "2001:db8::1"] {
            assert_eq!(of(peer, None, &[]), peer.parse().ok(), "{peer}");
        }
    }

    /// Fields, and the client that they name.
    type Case<'a> = (&'a [(&'static str, &'static str)], Option<&'static str>);

    fn of(peer: &str, proxies: Option<&[&str]>, fields: &[(&'static str, &str)]) -> Option<IpAddr> {
        let mut head = head(peer);
        for (name, value) in fields {
            head.headers.append(*name, value.parse().unwrap());
        }
        Addresses::new(proxies.and_then(networks)).client(&head)
    }

    fn networks(proxies: &[&str]) -> Option<Vec<Network>> {
        proxies.iter().map(|proxy| Network::parse(proxy)).collect()
    }

    fn head(peer: &str) -> Parts {
        let (mut head, ()) = http::Request::new(()).into_parts();
        head.extensions.insert(ClientAddress(peer.parse().unwrap()));
        head
    }
}
