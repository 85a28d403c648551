//! The header fields that every request is asked for, and most do not have.

use http::{HeaderMap, HeaderName, HeaderValue};

/// The first value of that name, as [`HeaderMap::get`] gives it. That hashes the name byte by byte, which takes longer than to look at a few others.
#[inline]
pub(super) fn rare<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    const FEW: usize = 4;
    match headers.keys_len() {
        0 => None,
        1..=FEW if headers.keys().all(|known| known != name) => None,
        _ => headers.get(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_wherever_it_stands_among_few_and_many() {
        let name = HeaderName::from_static("sec-fetch-dest");
        for others in 0..8 {
            let mut headers: HeaderMap = (0..others).map(|number| (other(number), HeaderValue::from_static("other"))).collect();
            assert_eq!(rare(&headers, &name), None);
            headers.append(&name, HeaderValue::from_static("first"));
            headers.append(&name, HeaderValue::from_static("second"));
            headers.append(other(others), HeaderValue::from_static("other"));
            assert_eq!(rare(&headers, &name), headers.get(&name), "after {others} others");
            assert_eq!(rare(&headers, &name).map(HeaderValue::as_bytes), Some(&b"first"[..]));
        }
    }

    fn other(number: usize) -> HeaderName {
        format!("x-{number}").parse().expect("a field's name")
    }
}
