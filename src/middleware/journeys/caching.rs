//! Whose an answer is by what it says to caches (RFC 9111, section 5.2.2).

use crate::middleware::response_head::ResponseHead;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The application has caches between give it to others.
    Everybody,
    /// No such cache keeps it.
    OneUser,
    /// Such a cache may keep it, if nobody tells it not to.
    Unsaid,
}

impl Owner {
    pub(super) fn of(response: &impl ResponseHead) -> Self {
        if FOR_CACHES_BETWEEN.iter().any(|name| response.fields(name).next().is_some()) {
            return Self::Everybody;
        }
        let mut owner = Self::Unsaid;
        for field in response.fields("cache-control") {
            for directive in field.split(|&byte| byte == b',') {
                let name = directive.split(|&byte| byte == b'=').next().unwrap_or_default().trim_ascii();
                let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
                if is("public") || is("s-maxage") {
                    return Self::Everybody;
                }
                // With a list of fields behind it, `private` is about these alone.
                if is("no-store") || is("private") && !directive.contains(&b'=') {
                    owner = Self::OneUser;
                }
            }
        }
        owner
    }
}

/// RFC 9213, and what was there before it.
const FOR_CACHES_BETWEEN: [&str; 2] = ["cdn-cache-control", "surrogate-control"];
