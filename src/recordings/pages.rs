//! The operator's page and its files, behind a policy that lets nothing else in.

use http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};
use http::request::Parts;
use http::{HeaderValue, Response};

use crate::replay::RrwebPlayer;
use crate::replay::assets::{FILES, PAGE};
use crate::serve::{Asset, Body, Freshness};

#[derive(Debug)]
pub(super) struct Pages {
    page: Asset,
    policy: HeaderValue,
    files: Vec<Asset>,
}

/// The files' names below the page's path, in their order.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.name)
}

impl Pages {
    pub(super) fn new(player: Option<&RrwebPlayer>) -> Self {
        Self {
            page: Asset::new(PAGE, "text/html; charset=utf-8"),
            // The player's sources are visible ASCII: settings are checked.
            policy: HeaderValue::from_str(&policy(player)).unwrap_or(HeaderValue::from_static("default-src 'none'")),
            files: FILES.iter().map(|file| Asset::new(file.text, file.content_type)).collect(),
        }
    }

    pub(super) fn page(&self, head: &Parts) -> Response<Body> {
        let mut response = self.page.respond(&head.method, &head.headers, Freshness::Checked);
        let headers = response.headers_mut();
        headers.insert(CONTENT_SECURITY_POLICY, self.policy.clone());
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        response
    }

    pub(super) fn file(&self, place: usize, head: &Parts) -> Response<Body> {
        self.files[place].respond(&head.method, &head.headers, Freshness::Checked)
    }
}

/// rrweb's player builds what was recorded in a frame, with styles that it writes itself; without one, nothing of the kind is allowed.
fn policy(player: Option<&RrwebPlayer>) -> String {
    let [script, style] = player.map_or([""; 2], RrwebPlayer::sources).map(|source| if source == "'self'" { "" } else { source });
    let of_player = if player.is_some() { " 'unsafe-inline'" } else { "" };
    let frame = if player.is_some() { "; frame-src 'self'" } else { "" };
    [
        "default-src 'none'; script-src 'self'",
        &behind(script),
        "; style-src 'self'",
        of_player,
        &behind(style),
        "; connect-src 'self'; img-src 'self' data:",
        frame,
        "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ]
    .concat()
}

fn behind(source: &str) -> String {
    if source.is_empty() { String::new() } else { format!(" {source}") }
}
