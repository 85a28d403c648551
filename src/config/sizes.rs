//! How the sizes of bodies are shown.

/// What `http_response_size_bytes` and `http_request_size_bytes` are; see [`Builder::sizes`](crate::Builder::sizes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Sizes {
    /// Histograms, which can be added up over instances.
    #[default]
    Histogram,
    /// Summaries, with `quantile="0.5"`, `"0.9"` and `"0.99"`, in bytes: of the bodies of the last 8 to 10 minutes, each within 1 % of
    /// the exact quantile (the value at rank ⌊q (n − 1)⌋ of n) and never outside of what was observed. `_sum` and `_count` are exact,
    /// and of all bodies there ever were.
    ///
    /// The window moves on in slices of 2 minutes, by a monotonic clock. Without a body in it, the quantiles stay what they were last; before
    /// the first one there is no series. Quantiles of several instances cannot be added up.
    ///
    /// A label set holds up to 13 sketches: five of slices, and one of each of eight groups of threads. A sketch has 8 bytes for each
    /// 2 % by which sizes differ, in steps of 1 KiB, each a factor of 13: 1 KiB where the sizes of a route are alike, 6 KiB from 100 B to
    /// 100 MB, 18 KiB at the most. Beside that there is less than 1 KiB. An idle one keeps that alone.
    Summary,
}
