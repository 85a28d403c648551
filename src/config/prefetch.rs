/// What becomes of requests that a browser sends before anybody wants to see the answer: prefetches and prerenders.
///
/// They say so themselves: `Sec-Purpose: prefetch` (<https://wicg.github.io/nav-speculation/prefetch.html#sec-purpose-header>),
/// `prefetch;prerender` (<https://wicg.github.io/nav-speculation/prerendering.html>), and before that `Purpose: prefetch` and
/// `X-Moz: prefetch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Prefetch {
    /// Counted like any other request.
    #[default]
    Count,
    /// Counted under a label of their own on the `http_` families: `purpose="prefetch"` or `"prerender"`, and `""` for all others, so that
    /// these are the same series to Prometheus as without the label.
    Separate,
    /// Counted nowhere. Browsers are still told the route template, since the page may be shown later.
    Ignore,
}
