//! gzip (RFC 1952).

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Compresses bytes; `room` is what the result may take without growing on the way.
pub(crate) fn gzip(bytes: &[u8], effort: Compression, room: usize) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(room), effort);
    // A Vec takes every write.
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default().into()
}
