//! One request of a probe and what is expected of its response.

use std::fmt;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue, USER_AGENT};
use http::uri::Authority;
use http::{HeaderMap, Method, StatusCode, Uri};
use memchr::memmem::Finder;

use crate::error::Error;

/// A request, and what is expected of its response. What cannot work is an error of [`Probes::new`](super::Probes::new).
///
/// Without a word about it: any status of 200 to 299 is expected, up to 10 redirects are followed, and the body ends within 10 MiB.
#[derive(Clone)]
#[must_use]
pub struct Step {
    method: Method,
    uri: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    statuses: Vec<u16>,
    fields: Vec<(String, String)>,
    texts: Vec<String>,
    redirects: usize,
    body_limit: usize,
}

impl Step {
    /// Asks for a URI, which is absolute: `https://www.example.com/cart`.
    pub fn new(method: Method, uri: impl Into<String>) -> Self {
        Self {
            method,
            uri: uri.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            statuses: Vec::new(),
            fields: Vec::new(),
            texts: Vec::new(),
            redirects: REDIRECTS,
            body_limit: BODY_LIMIT,
        }
    }

    /// With method `GET`.
    pub fn get(uri: impl Into<String>) -> Self {
        Self::new(Method::GET, uri)
    }

    /// With method `HEAD`.
    pub fn head(uri: impl Into<String>) -> Self {
        Self::new(Method::HEAD, uri)
    }

    /// With method `POST` and a body; its `content-type` is a [`header`](Self::header).
    pub fn post(uri: impl Into<String>, body: impl Into<Bytes>) -> Self {
        Self::new(Method::POST, uri).body(body)
    }

    /// Sends a header field. A redirect to another origin is followed without `authorization`, `cookie` and `proxy-authorization`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Expects this status; called again, one of those given. A redirect that is expected is not followed.
    pub fn expect_status(mut self, status: u16) -> Self {
        self.statuses.push(status);
        self
    }

    /// Expects a field of this name whose value contains a text; an empty text expects just the field.
    pub fn expect_header(mut self, name: impl Into<String>, contains: impl Into<String>) -> Self {
        self.fields.push((name.into(), contains.into()));
        self
    }

    /// Expects a text in the body as it is sent; `accept-encoding` is left to [`header`](Self::header).
    pub fn expect_body_contains(mut self, text: impl Into<String>) -> Self {
        self.texts.push(text.into());
        self
    }

    /// How many redirects are followed; past them the run fails. With 0 a redirect is a response like any other. Default: 10.
    pub fn redirects(mut self, most: usize) -> Self {
        self.redirects = most;
        self
    }

    /// How many bytes of body are read; a longer one fails the run. Default: 10 MiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    pub(super) fn check(self) -> Result<Checked, Error> {
        let request =
            Ask { method: method(self.method)?, uri: uri(&self.uri)?, headers: headers(self.headers)?, body: self.body };
        let statuses = self.statuses.iter().map(|&status| {
            StatusCode::from_u16(status).map_err(|_| Error::setting(format!("a status is from 100 to 999, not {status}")))
        });
        let fields = self.fields.into_iter().map(|(name, text)| Ok((field(&name)?, text)));
        Ok(Checked {
            request,
            statuses: statuses.collect::<Result<_, _>>()?,
            fields: fields.collect::<Result<_, _>>()?,
            texts: self.texts.iter().map(|text| Finder::new(text).into_owned()).collect(),
            redirects: self.redirects,
            body_limit: self.body_limit,
        })
    }
}

/// Header fields and bodies may be secrets.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("method", &self.method).field("uri", &self.uri).finish_non_exhaustive()
    }
}

/// A [`Step`] that can be carried out.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) request: Ask,
    statuses: Vec<StatusCode>,
    pub(super) fields: Vec<(HeaderName, String)>,
    pub(super) texts: Vec<Finder<'static>>,
    pub(super) redirects: usize,
    pub(super) body_limit: usize,
}

impl Checked {
    pub(super) fn expects(&self, status: StatusCode) -> bool {
        if self.statuses.is_empty() { status.is_success() } else { self.statuses.contains(&status) }
    }

    /// Whether a redirect is the response that is asked for.
    pub(super) fn takes_redirect(&self, status: StatusCode) -> bool {
        self.redirects == 0 || self.statuses.contains(&status)
    }
}

/// A request that is sent at every run.
#[derive(Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl fmt::Debug for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("method", &self.method).field("uri", &self.uri).finish_non_exhaustive()
    }
}

fn method(method: Method) -> Result<Method, Error> {
    if method == Method::CONNECT {
        return Err(Error::setting("a step takes any method but CONNECT, which no response ends"));
    }
    Ok(method)
}

fn uri(text: &str) -> Result<Uri, Error> {
    text.parse().ok().filter(is_askable).ok_or_else(|| {
        Error::setting(format!("a step takes an absolute URI of http or https, without user and password, such as https://www.example.com/, not {text:?}"))
    })
}

pub(super) fn is_askable(uri: &Uri) -> bool {
    uri.authority().is_some_and(is_connectable) && matches!(uri.scheme_str(), Some("http" | "https"))
}

/// A host, and a port that is one if there is any: another would be passed over for the scheme's own.
fn is_connectable(authority: &Authority) -> bool {
    let (host, all) = (authority.host(), authority.as_str());
    let has_port = !matches!(all.get(host.len()..), Some("" | ":"));
    !host.is_empty() && !all.contains('@') && (!has_port || authority.port_u16().is_some_and(|port| port != 0))
}

fn headers(given: Vec<(String, String)>) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        let value = HeaderValue::try_from(value).map_err(|_| Error::setting(format!("the value of header {name:?} is none")))?;
        headers.append(field(&name)?, value);
    }
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("tower-rum-probe/", env!("CARGO_PKG_VERSION"))));
    Ok(headers)
}

pub(super) fn field(name: &str) -> Result<HeaderName, Error> {
    HeaderName::try_from(name).map_err(|_| Error::setting(format!("{name:?} is no name of a header")))
}

/// As `blackbox_exporter` has it.
const REDIRECTS: usize = 10;

const BODY_LIMIT: usize = 10 * 1024 * 1024;
