use http::{HeaderMap, HeaderName};

/// Why a browser asks for something that nobody wants to see yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Prefetch,
    Prerender,
}

impl Purpose {
    /// `Sec-Purpose`, or one of the fields that browsers sent before there was it (`Purpose`, Firefox's `X-Moz`); `None` for a request that
    /// somebody waits for.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        [SEC_PURPOSE, PURPOSE, X_MOZ].iter().find_map(|name| Self::said(headers.get(name)?.to_str().ok()?))
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Prefetch => "prefetch",
            Self::Prerender => "prerender",
        }
    }

    /// A token with parameters: `prefetch`, `prefetch;prerender`, `prefetch;anonymous-client-ip`.
    fn said(field: &str) -> Option<Self> {
        let mut parts = field.split(';').map(str::trim);
        let prefetch = parts.next() == Some("prefetch");
        prefetch.then(|| if parts.any(|part| part == "prerender") { Self::Prerender } else { Self::Prefetch })
    }
}

const SEC_PURPOSE: HeaderName = HeaderName::from_static("sec-purpose");
const PURPOSE: HeaderName = HeaderName::from_static("purpose");
const X_MOZ: HeaderName = HeaderName::from_static("x-moz");
