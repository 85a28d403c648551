use http::{HeaderMap, HeaderName, StatusCode};

use crate::config::GRPC_CODES;

/// A gRPC status code that has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(u8);

impl Code {
    pub(super) const CANCELED: Self = Self(1);
    pub(super) const UNKNOWN: Self = Self(2);
    pub(super) const DEADLINE_EXCEEDED: Self = Self(4);
    const PERMISSION_DENIED: Self = Self(7);
    const UNIMPLEMENTED: Self = Self(12);
    const INTERNAL: Self = Self(13);
    const UNAVAILABLE: Self = Self(14);
    const UNAUTHENTICATED: Self = Self(16);

    /// What trailers, or the head of a response without any, say.
    pub(super) fn said(fields: &HeaderMap) -> Option<Self> {
        let digits = fields.get(&GRPC_STATUS)?.to_str().ok();
        let code = digits.and_then(|digits| digits.parse().ok()).map(Self);
        Some(code.filter(|code| code.index() < GRPC_CODES.len()).unwrap_or(Self::UNKNOWN))
    }

    /// What a client makes of a response that says nothing (<https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>).
    pub(super) fn of_http(status: StatusCode) -> Self {
        match status.as_u16() {
            400 | 431 => Self::INTERNAL,
            401 => Self::UNAUTHENTICATED,
            403 => Self::PERMISSION_DENIED,
            404 => Self::UNIMPLEMENTED,
            429 | 502 | 503 | 504 => Self::UNAVAILABLE,
            _ => Self::UNKNOWN,
        }
    }

    /// Its place among the names.
    pub(super) fn index(self) -> usize {
        usize::from(self.0)
    }
}

static GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
