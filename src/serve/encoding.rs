//! Which content coding a client takes (RFC 9110, 12.5.3).

use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    /// The coding with the highest weight, the smaller output first where two weigh the same. That there is none weighs only what is said of it by name.
    pub(crate) fn accepted(headers: &HeaderMap) -> Self {
        let [brotli, gzip] = [Self::Brotli, Self::Gzip].map(|encoding| weight(headers, encoding.name(), Some("*")));
        let identity = weight(headers, Self::Identity.name(), None);
        if brotli > 0.0 && brotli >= gzip && brotli >= identity {
            Self::Brotli
        } else if gzip > 0.0 && gzip >= identity {
            Self::Gzip
        } else {
            Self::Identity
        }
    }

    /// The same where only gzip is offered: what is written anew for each request has no time for the smaller output.
    pub(crate) fn accepted_fast(headers: &HeaderMap) -> Self {
        let gzip = weight(headers, Self::Gzip.name(), Some("*"));
        let identity = weight(headers, Self::Identity.name(), None);
        if gzip > 0.0 && gzip >= identity { Self::Gzip } else { Self::Identity }
    }
}

/// The weight of a coding: its own, else that of `rest`, else 0.
fn weight(headers: &HeaderMap, coding: &str, rest: Option<&str>) -> f32 {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let mut weight = None;
    for entry in values.flat_map(|value| value.split(',')) {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let stated =
            parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('=')).map_or(Some(1.0), |q| q.parse().ok());
        if name.eq_ignore_ascii_case(coding) {
            return stated.unwrap_or(0.0);
        }
        if Some(name) == rest {
            weight = stated;
        }
    }
    weight.unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_weight_wins_and_zero_refuses() {
        let cases = [
            ("gzip, deflate, br, zstd", Encoding::Brotli),
            ("gzip", Encoding::Gzip),
            ("br;q=0.5, gzip", Encoding::Gzip),
            ("br;q=0, gzip;q=0", Encoding::Identity),
            ("*", Encoding::Brotli),
            ("*;q=0.2, br;q=0", Encoding::Gzip),
            ("identity", Encoding::Identity),
            ("gzip;q=high", Encoding::Identity),
            ("br;Q=0, gzip;Q=0.5", Encoding::Gzip),
            ("gzip;q=0.5, identity;q=1", Encoding::Identity),
            ("identity, br;q=0.5, gzip;q=0.5", Encoding::Identity),
            ("identity;q=0.5, gzip;q=0.5", Encoding::Gzip),
            ("identity;q=0, *", Encoding::Brotli),
            ("", Encoding::Identity),
        ];
        for (accepted, encoding) in cases {
            assert_eq!(Encoding::accepted(&headers(accepted)), encoding, "{accepted}");
        }
    }

    #[test]
    fn what_is_made_in_haste_is_gzip_or_nothing() {
        let cases = [
            ("gzip", Encoding::Gzip),
            ("gzip, deflate, br, zstd", Encoding::Gzip),
            ("br, gzip;q=0.1", Encoding::Gzip),
            ("*", Encoding::Gzip),
            ("br", Encoding::Identity),
            ("*, gzip;q=0", Encoding::Identity),
            ("gzip;q=0.5, identity", Encoding::Identity),
            ("", Encoding::Identity),
        ];
        for (accepted, encoding) in cases {
            assert_eq!(Encoding::accepted_fast(&headers(accepted)), encoding, "{accepted}");
        }
    }

    fn headers(accepted: &str) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT_ENCODING, accepted.parse().unwrap())])
    }
}
