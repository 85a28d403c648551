//! A script or page of ours: fixed bytes with a strong `ETag`, an integrity hash and compressed variants.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use flate2::Compression;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use sha2::{Digest, Sha384};

use super::encoding::Encoding;
use super::gzip::gzip;
use super::reply::{Body, method_not_allowed};

#[derive(Debug)]
pub(crate) struct Asset {
    bytes: Bytes,
    content_type: &'static str,
    digest: [u8; 48],
    // Compressed when first asked for: building a monitor stays cheap.
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

/// How long a copy is good without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Ten minutes: the same path may hold something else after a deployment.
    Short,
    /// For ever: the path holds a hash of the content.
    Immutable,
    /// Not at all: files that belong together stay together over a deployment, and no proxy keeps what asks for a password.
    Checked,
}

impl Asset {
    pub(crate) fn new(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        let bytes = bytes.into();
        let digest = Sha384::digest(&bytes).into();
        Self { bytes, content_type, digest, gzip: OnceLock::new(), brotli: OnceLock::new() }
    }

    /// `sha384-…` as an `integrity` attribute takes it (<https://www.w3.org/TR/SRI/>).
    pub(crate) fn integrity(&self) -> String {
        format!("sha384-{}", BASE64.encode(self.digest))
    }

    /// Sixteen hexadecimal digits that change with the content.
    pub(crate) fn hash(&self) -> String {
        let first = self.digest.first_chunk().copied().unwrap_or_default();
        format!("{:016x}", u64::from_be_bytes(first))
    }

    pub(crate) fn respond(&self, method: &Method, headers: &HeaderMap, freshness: Freshness) -> Response<Body> {
        if let Some(response) = method_not_allowed(method, &[Method::GET, Method::HEAD]) {
            return response;
        }
        let encoding = Encoding::accepted(headers);
        let tag = format!("\"{}-{}\"", self.hash(), encoding.name());
        let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let mut tags = known.flat_map(|value| value.split(',')).map(|known| known.trim().trim_start_matches("W/"));
        let mut response = if tags.any(|known| known == tag || known == "*") {
            let mut unchanged = Response::new(Body::default());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else {
            self.whole(encoding)
        };
        let cache = match freshness {
            Freshness::Short => "public, max-age=600",
            Freshness::Immutable => "public, max-age=31536000, immutable",
            Freshness::Checked => "no-cache",
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        // Hexadecimal digits and a coding's name between quotes.
        headers.insert(ETAG, HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")));
        response
    }

    fn whole(&self, encoding: Encoding) -> Response<Body> {
        let mut response = Response::new(Body::new(match encoding {
            Encoding::Identity => self.bytes.clone(),
            Encoding::Gzip => self.gzip.get_or_init(|| gzip(&self.bytes, Compression::best(), self.bytes.len())).clone(),
            Encoding::Brotli => self.brotli.get_or_init(|| brotli(&self.bytes)).clone(),
        }));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if encoding != Encoding::Identity {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        response
    }
}

fn brotli(bytes: &[u8]) -> Bytes {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { size_hint: bytes.len(), ..Default::default() };
    // Reading a slice and writing a Vec cannot fail.
    let _ = brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters);
    compressed.into()
}
