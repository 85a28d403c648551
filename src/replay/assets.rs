//! What browsers are served: the recorder for pages, and the operator's page with all that it loads.

/// A file of the operator's page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    /// Its path below the page's.
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) text: &'static str,
}

/// Made of the parts in `client/rum-replay`; `tests/run` checks that it is.
pub(crate) const RECORDER: &str = include_str!("client/rum-replay.min.js");

/// The page itself. It names its files relative to its own path, `replay/…`, so that it works behind any prefix.
pub(crate) const PAGE: &str = include_str!("page/index.html");

pub(crate) const FILES: &[File] = &[
    style("replay.css", include_str!("page/replay.css")),
    script("dom.js", include_str!("page/dom.js")),
    script("format.js", include_str!("page/format.js")),
    script("log.js", include_str!("page/log.js")),
    script("model.js", include_str!("page/model.js")),
    script("player.js", include_str!("page/player.js")),
    script("removal.js", include_str!("page/removal.js")),
    script("replay.js", include_str!("page/replay.js")),
    script("rrweb.js", include_str!("page/rrweb.js")),
    script("scene.js", include_str!("page/scene.js")),
    script("server.js", include_str!("page/server.js")),
    script("sessions.js", include_str!("page/sessions.js")),
    script("track.js", include_str!("page/track.js")),
];

const fn script(name: &'static str, text: &'static str) -> File {
    File { name, content_type: "text/javascript; charset=utf-8", text }
}

const fn style(name: &'static str, text: &'static str) -> File {
    File { name, content_type: "text/css; charset=utf-8", text }
}
