//! The page that is recorded: of everything something, and a word that must not leave it.

use serde::Deserialize;
use tower_rum::Builder;
use tower_rum::replay::Replay;

use super::page::Asked;

/// What a test asks of the replay.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Attributes of the recorder's tag, besides its source.
    pub attributes: String,
    /// rrweb's events are taken.
    pub rrweb: bool,
    /// rrweb's player is named where its events are taken.
    pub player: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { attributes: String::new(), rrweb: false, player: true }
    }
}

pub fn is_replayed(path: &str) -> bool {
    path.starts_with("/page/replay")
}

pub fn document(settings: &Settings, asked: &Asked) -> String {
    let wanted = if asked.contains_key("unwanted") { "" } else { "data-rum-replay" };
    let scripts = asked.get("scripts").map(String::as_str).unwrap_or_default().split(',').filter(|source| !source.is_empty());
    let scripts = scripts.map(|source| format!(r#"<script src="{source}"></script>"#)).collect::<Vec<_>>().concat();
    let own = if asked.contains_key("without") {
        String::new()
    } else {
        format!(r#"<script src="/rum-replay.js" {} async></script>"#, settings.attributes)
    };
    let rows = asked.get("rows").and_then(|rows| rows.parse().ok()).unwrap_or_default();
    let page = r#"<script src="/files/replay-page.js"></script>"#;
    let rows = r##"<li><a href="#">A row</a> <span>of words</span> <button>and one to press</button></li>"##.repeat(rows);
    PAGE.replace("{wanted}", wanted).replace("{rows}", &rows).replace("{scripts}", &format!("{own}{page}{scripts}"))
}

pub fn with(builder: Builder, settings: &Settings) -> Builder {
    let replay = Replay::new().rrweb(settings.rrweb);
    builder.replay(if settings.rrweb && settings.player {
        replay.rrweb_player("/files/rrweb-player.js", "/files/rrweb-player.css")
    } else {
        replay
    })
}

const PAGE: &str = include_str!("replay.html");
