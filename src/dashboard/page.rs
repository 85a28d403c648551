//! The page and what it loads: fixed files, the page's own but for where the others are.

use http::{HeaderMap, Method, Response};

use crate::serve::{Asset, Body, Freshness};

#[derive(Debug)]
pub(super) struct Page {
    page: Asset,
    files: Vec<Asset>,
}

impl Page {
    /// `path` is where the page is; its files lie below.
    pub(super) fn new(path: &str) -> Self {
        // Relative: a proxy, or a router that this one is nested in, may put something before it.
        let folder = path.rsplit('/').next().unwrap_or_default();
        let files = FILES.iter().map(|&(_, content_type, bytes)| Asset::new(bytes, content_type));
        Self { page: Asset::new(PAGE.replace(FOLDER, folder), HTML), files: files.collect() }
    }

    pub(super) fn respond(&self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        self.page.respond(method, headers, Freshness::Checked)
    }

    /// One of [`FILES`], by its place there.
    pub(super) fn respond_file(&self, place: usize, method: &Method, headers: &HeaderMap) -> Response<Body> {
        self.files[place].respond(method, headers, Freshness::Checked)
    }
}

/// Where the page says `{{folder}}`, the last segment of its path stands: all it loads is below that.
const FOLDER: &str = "{{folder}}";
const PAGE: &str = include_str!("page/index.html");

macro_rules! module {
    ($name:literal) => {
        (concat!($name, ".js"), JAVASCRIPT, include_bytes!(concat!("page/", $name, ".js")))
    };
}
/// Name, type and bytes of everything that the page loads. Modules import each other as `./name.js`.
pub(super) const FILES: [(&str, &str, &[u8]); 29] = [
    ("dashboard.css", CSS, include_bytes!("page/dashboard.css")),
    module!("chart"),
    module!("chart-bars"),
    module!("chart-line"),
    module!("chart-sankey"),
    module!("chart-stacked"),
    module!("dashboard"),
    module!("dom"),
    module!("facts"),
    module!("format"),
    module!("functions"),
    module!("live"),
    module!("measures"),
    module!("panel"),
    module!("panel-endpoints"),
    module!("panel-errors"),
    module!("panel-flow"),
    module!("panel-headline"),
    module!("panel-ingest"),
    module!("panel-loads"),
    module!("panel-network"),
    module!("panel-probes"),
    module!("panel-requests"),
    module!("panel-sessions"),
    module!("panel-vitals"),
    module!("promql"),
    module!("samples"),
    module!("theme"),
    module!("verdict"),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
