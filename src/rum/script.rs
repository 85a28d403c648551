//! The browser script, with what the host has declared put into it.

use http::{HeaderMap, Method, Response};
use serde::Serialize;

use crate::config::{Config, ReplayPaths};
use crate::replay::assets::RECORDER;
use crate::serve::{Asset, Body, Freshness};

use super::cors::Cors;

/// What a page needs to know to load the browser script; from [`Monitor::script`](crate::Monitor::script).
///
/// `<script src="/rum.js" async></script>` is enough. A template that wants caching for ever and an integrity check writes
/// [`hashed_path`](Self::hashed_path) and [`integrity`](Self::integrity) instead.
#[derive(Debug)]
pub struct Script {
    path: String,
    hashed_path: String,
    integrity: String,
    asset: Asset,
    cors: Cors,
}

impl Script {
    pub(crate) fn new(config: &Config) -> Self {
        Self::at(&config.paths.script, configured(config), config)
    }

    /// The recorder of session replay, for which a page has a tag of its own.
    pub(crate) fn replay(config: &Config, paths: &ReplayPaths) -> Self {
        let event = format!("{}{}", config.paths.prefix, paths.event);
        Self::at(&paths.script, filled(RECORDER, &(event, config.gate.privacy_signals)), config)
    }

    fn at(path: &str, text: String, config: &Config) -> Self {
        let asset = Asset::new(text, "text/javascript; charset=utf-8");
        let path = format!("{}{path}", config.paths.prefix);
        let name = path.rfind('/').map_or(0, |slash| slash + 1);
        let (stem, ending) = path.split_at(path[name..].rfind('.').map_or(path.len(), |dot| name + dot));
        let hashed_path = format!("{stem}-{}{ending}", asset.hash());
        Self { hashed_path, path, integrity: asset.integrity(), asset, cors: Cors::new(&config.gate.origins) }
    }

    /// The path that stays: copies of it are good for ten minutes, then revalidated.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path of exactly these bytes: copies of it are good for ever.
    #[must_use]
    pub fn hashed_path(&self) -> &str {
        &self.hashed_path
    }

    /// `sha384-…` for the tag's `integrity` attribute.
    #[must_use]
    pub fn integrity(&self) -> &str {
        &self.integrity
    }

    pub(crate) fn respond(&self, method: &Method, headers: &HeaderMap, freshness: Freshness) -> Response<Body> {
        let mut response = self.asset.respond(method, headers, freshness);
        self.cors.expose(self.cors.of(headers), &mut response);
        response
    }
}

/// The shipped script, its arguments put in: path, privacy, third parties by origin, interaction types, where the trace is.
fn configured(config: &Config) -> String {
    let vocabulary = &config.vocabulary;
    let beacon = format!("{}{}", config.paths.prefix, config.paths.beacon);
    // Without exemplars no field has the name: whoever else tells the page of traces, the script looks at none.
    let trace = if config.exemplars { "traceparent" } else { "" };
    let arguments = (beacon, config.gate.privacy_signals, &vocabulary.third_parties, &vocabulary.interaction_types, trace);
    filled(MINIFIED, &arguments)
}

fn filled(script: &str, arguments: &impl Serialize) -> String {
    // Strings, booleans, and collections of strings always serialize.
    let json = serde_json::to_string(arguments).unwrap_or_default();
    let arguments = json.strip_prefix('[').and_then(|json| json.strip_suffix(']')).unwrap_or_default();
    script.replace(PLACEHOLDER, arguments)
}

/// Made of the parts in `client/rum`; `tests/run` checks that it is.
const MINIFIED: &str = include_str!("client/rum.min.js");
const PLACEHOLDER: &str = "...__RUM_CONFIG__";
