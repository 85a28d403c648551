//! The cookie's value, `<id>.<page>`: 32 hexadecimal digits, and the endpoint of the page before, percent-encoded.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderValue, header};

use crate::label;

/// What a browser carries from page to page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Journey {
    pub(super) id: u128,
    /// The page before, as the browser names it; not yet known to be one.
    pub(super) page: String,
}

impl Journey {
    /// The first one that is well formed: a cookie of the same name may be another host's of the same site, or anybody's.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let fields = headers.get_all(header::COOKIE).iter();
        let mut cookies = fields.flat_map(|field| field.as_bytes().split(|&byte| byte == b';'));
        cookies.find_map(|cookie| Self::read(cookie.trim_ascii().strip_prefix(NAME.as_bytes())?.strip_prefix(b"=")?))
    }

    fn read(value: &[u8]) -> Option<Self> {
        if value.len() > MOST_COOKIE_BYTES {
            return None;
        }
        let (id, page) = value.split_at_checked(ID_DIGITS)?;
        let is_id = id.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let id = std::str::from_utf8(id).ok().filter(|_| is_id)?;
        let page = decoded(page.strip_prefix(b".")?)?;
        let id = u128::from_str_radix(id, 16).ok()?;
        label::is_endpoint(&page).then_some(Self { id, page })
    }

    /// The field that sets it: for this host, until the browser is closed, and out of scripts' reach.
    pub(super) fn field(&self, secure: bool) -> Option<HeaderValue> {
        let mut field = format!("{NAME}={:0ID_DIGITS$x}.", self.id);
        encode(&self.page, &mut field);
        field.push_str("; Path=/; HttpOnly; SameSite=Lax");
        if secure {
            field.push_str("; Secure");
        }
        HeaderValue::try_from(field).ok()
    }
}

/// What is no cookie-octet (RFC 6265, section 4.1.1), and the percent sign.
fn encode(page: &str, field: &mut String) {
    for byte in page.bytes() {
        match byte {
            b'"' | b',' | b';' | b'\\' | b'%' | ..=b' ' | 0x7f.. => {
                // Writing to a String cannot fail.
                let _ = write!(field, "%{byte:02X}");
            }
            plain => field.push(char::from(plain)),
        }
    }
}

fn decoded(encoded: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter();
    while let Some(&byte) = rest.next() {
        let digit = |digit: Option<&u8>| char::from(*digit?).to_digit(16);
        bytes.push(match byte {
            b'%' => (digit(rest.next())? << 4 | digit(rest.next())?) as u8,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

const NAME: &str = "user_journey";
const ID_DIGITS: usize = 32;
/// The id, a dot, and the longest endpoint with each byte encoded.
const MOST_COOKIE_BYTES: usize = 801;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_comes_back() {
        let longest = "ß".repeat(label::MAX_ENDPOINT_BYTES / 2);
        for page in ["/", "/users/{id}", "unmatched", "/größe/100%;a=b, c\"\\", "%2F", &longest] {
            let journey = Journey { id: 7, page: page.to_owned() };
            let field = journey.field(false).unwrap();
            let field = field.to_str().unwrap();
            let (cookie, attributes) = field.split_once(';').unwrap();
            assert!(cookie.is_ascii() && !cookie.contains([' ', '"', ',', '\\']), "{cookie}");
            assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Lax");
            let (_, value) = cookie.split_once('=').unwrap();
            assert_eq!(Journey::read(value.as_bytes()), Some(journey));
        }
    }

    #[test]
    fn the_longest_page_is_not_too_long() {
        let encoded = "%41".repeat(label::MAX_ENDPOINT_BYTES);
        let value = format!("{:032x}.{encoded}", 1);
        assert_eq!(value.len(), MOST_COOKIE_BYTES);
        assert!(Journey::read(value.as_bytes()).is_some());
    }

    #[test]
    fn garbage_is_no_journey() {
        let id = "0123456789abcdef0123456789abcdef";
        let not_ours: [&[u8]; 16] = [
            b"",
            b".",
            b"./",
            id.as_bytes(),
            &[id.as_bytes(), b"."].concat(),
            &[id.as_bytes(), b"/"].concat(),
            &[id.as_bytes(), b"0./"].concat(),
            &[&id.as_bytes()[1..], b"./"].concat(),
            &[b"+", &id.as_bytes()[1..], b"./"].concat(),
            &[id.to_uppercase().as_bytes(), b"./"].concat(),
            &[id.as_bytes(), b".%"].concat(),
            &[id.as_bytes(), b".%4"].concat(),
            &[id.as_bytes(), b".%+4"].concat(),
            &[id.as_bytes(), b".%0A"].concat(),
            &[id.as_bytes(), b".%FF"].concat(),
            &[id.as_bytes(), b".", &[b'a'; 257]].concat(),
        ];
        for value in not_ours {
            assert_eq!(Journey::read(value), None, "{}", String::from_utf8_lossy(value));
        }
    }
}
