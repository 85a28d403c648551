//! Where the label values of a request come from: its route template and its method, both out of closed sets.
//!
//! A raw path is never a label: scanners would make one series a request. What has no template is
//! [`UNMATCHED`]; what no longer fits under the cap is [`OVERFLOW`].
//!
//! ```
//! use std::borrow::Cow;
//!
//! // A hyper application that routes by hand names its templates in a closure.
//! let monitor = tower_rum::Monitor::builder()
//!     .endpoint(|request| match request.uri().path() {
//!         "/" => Some(Cow::Borrowed("/")),
//!         path if path.starts_with("/users/") => Some(Cow::Borrowed("/users/{id}")),
//!         _ => None,
//!     })
//!     .build()?;
//! # Ok::<(), tower_rum::Error>(())
//! ```

mod purpose;
mod robot;

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::sync::Arc;

use http::{Extensions, HeaderMap, HeaderValue, Method, Request, Uri};

pub(crate) use purpose::Purpose;
pub(crate) use robot::is_robot;

/// The `endpoint` of a request that no route matched, and of a template that the server does not know.
pub const UNMATCHED: &str = "unmatched";

/// The label value under which everything past a family's cap is counted.
pub const OVERFLOW: &str = "overflow";

/// The longest `endpoint`, in bytes; a longer template counts as [`UNMATCHED`].
pub const MAX_ENDPOINT_BYTES: usize = 256;

/// A request without its body: what an [`endpoint`](crate::Builder::endpoint) closure may look at.
#[derive(Clone, Copy)]
pub struct RequestHead<'a> {
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    extensions: &'a Extensions,
}

impl<'a> RequestHead<'a> {
    #[inline]
    pub(crate) fn of<B>(request: &'a Request<B>) -> Self {
        Self { method: request.method(), uri: request.uri(), headers: request.headers(), extensions: request.extensions() }
    }

    /// The request's method.
    #[must_use]
    pub fn method(&self) -> &'a Method {
        self.method
    }

    /// The request's target.
    #[must_use]
    pub fn uri(&self) -> &'a Uri {
        self.uri
    }

    /// The request's header fields.
    #[must_use]
    pub fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// What the server and the layers around this one have attached to the request.
    #[must_use]
    pub fn extensions(&self) -> &'a Extensions {
        self.extensions
    }
}

impl fmt::Debug for RequestHead<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestHead").field("method", self.method).field("uri", self.uri).finish_non_exhaustive()
    }
}

/// A route template as found, not yet known to be fit for a label, and how far the number of its values can be trusted.
#[derive(Debug)]
pub(crate) enum Template<'a> {
    /// Out of the router's own finite table.
    Routed(&'a str),
    /// From the host's closure: may be anything, and so may use only half of the room.
    Claimed(Cow<'a, str>),
    /// No route matched.
    Unmatched,
}

impl<'a> Template<'a> {
    /// axum's `MatchedPath`, where the router has set it.
    #[inline]
    pub(crate) fn routed(extensions: &'a Extensions) -> Self {
        routed(extensions).map_or(Self::Unmatched, Self::Routed)
    }

    #[inline]
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Routed(template) => template,
            Self::Claimed(template) => template,
            Self::Unmatched => UNMATCHED,
        }
    }

    /// Whether it can be a label value.
    pub(crate) fn is_endpoint(&self) -> bool {
        is_endpoint(self.as_str())
    }
}

type Closure = dyn for<'a> Fn(RequestHead<'a>) -> Option<Cow<'a, str>> + Send + Sync;

/// How the layer finds a request's template.
#[derive(Clone, Default)]
pub(crate) enum EndpointSource {
    /// axum's `MatchedPath` where the feature is on and the router has set it; actix's pattern in its own middleware.
    #[default]
    Router,
    Closure(Arc<Closure>),
}

impl EndpointSource {
    #[inline]
    pub(crate) fn template<'a>(&self, head: RequestHead<'a>) -> Template<'a> {
        match self {
            Self::Router => Template::routed(head.extensions),
            Self::Closure(closure) => closure(head).map_or(Template::Unmatched, Template::Claimed),
        }
    }
}

impl fmt::Debug for EndpointSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Router => "Router",
            Self::Closure(_) => "Closure",
        })
    }
}

/// The `Server-Timing` field that tells the browser a template (<https://www.w3.org/TR/server-timing/>): `route;desc="/users/{id}"`.
///
/// What a quoted string or a header cannot hold is percent-encoded; the script decodes it.
pub(crate) fn server_timing(template: &str) -> Option<HeaderValue> {
    let mut field = String::from("route;desc=\"");
    for byte in template.bytes() {
        match byte {
            b'"' | b'\\' | b'%' | 0..=0x1f | 0x7f.. => {
                // Writing to a String cannot fail.
                let _ = write!(field, "%{byte:02X}");
            }
            plain => field.push(char::from(plain)),
        }
    }
    field.push('"');
    HeaderValue::from_str(&field).ok().filter(|_| template != UNMATCHED && template != OVERFLOW)
}

/// Whether a template can be a label value: no longer than the limit, and without control characters.
pub(crate) fn is_endpoint(template: &str) -> bool {
    (1..=MAX_ENDPOINT_BYTES).contains(&template.len()) && !template.bytes().any(|byte| byte.is_ascii_control())
}

#[cfg(feature = "axum")]
fn routed(extensions: &Extensions) -> Option<&str> {
    extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str)
}

#[cfg(not(feature = "axum"))]
fn routed(_: &Extensions) -> Option<&str> {
    None
}

/// One of the nine methods of RFC 9110 and RFC 5789, or `_OTHER` as OpenTelemetry's semantic conventions name the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MethodLabel(u8);

impl MethodLabel {
    pub(crate) const COUNT: usize = NAMES.len();
    pub(crate) const HEAD: Self = Self(4);
    pub(crate) const CONNECT: Self = Self(7);
    pub(crate) const OTHER: Self = Self(9);

    #[inline]
    pub(crate) fn of(method: &Method) -> Self {
        Self(match *method {
            Method::GET => 0,
            Method::POST => 1,
            Method::PUT => 2,
            Method::DELETE => 3,
            Method::HEAD => return Self::HEAD,
            Method::OPTIONS => 5,
            Method::PATCH => 6,
            Method::CONNECT => return Self::CONNECT,
            Method::TRACE => 8,
            _ => return Self::OTHER,
        })
    }

    /// The label of a method that is a text.
    #[cfg(feature = "actix")]
    #[inline]
    pub(crate) fn named(method: &str) -> Self {
        NAMES.iter().position(|&name| name == method).map_or(Self::OTHER, |place| Self(place as u8))
    }

    #[inline]
    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    pub(crate) fn name(self) -> &'static str {
        NAMES[self.index()]
    }
}

const NAMES: [&str; 10] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE", "_OTHER"];
