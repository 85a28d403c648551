//! The pages: whatever their path, one document, changed by its query.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::{Settings, replay};

/// The query, by name: `wait=600`, `late`, `stub`, …
pub type Asked = HashMap<String, String>;

pub fn is_page(path: &str) -> bool {
    path.starts_with("/page")
}

/// `/page/7` is `/page/{id}`.
pub fn template(path: &str) -> Cow<'_, str> {
    let Some(start) = path.find(|byte: char| byte.is_ascii_digit()) else {
        return Cow::Borrowed(path);
    };
    let end = path[start..].find(|byte: char| !byte.is_ascii_digit()).map_or(path.len(), |length| start + length);
    Cow::Owned(format!("{}{{id}}{}", &path[..start], &path[end..]))
}

pub async fn respond(settings: &Settings, path: &str, asked: &Asked) -> Response {
    if !is_page(path) {
        return StatusCode::NOT_FOUND.into_response();
    }
    if let Some(milliseconds) = asked.get("wait").and_then(|wait| wait.parse().ok()) {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
    let html = match &settings.replay {
        Some(replay) if replay::is_replayed(path) => replay::document(replay, asked),
        _ => document(settings, asked),
    };
    let mut response = Html(html).into_response();
    let mut set = |name, value: String| {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    };
    set(
        header::CONTENT_SECURITY_POLICY,
        policy(&format!("{} {}", settings.third_party.as_deref().unwrap_or_default(), settings.application)),
    );
    if asked.contains_key("prerender") {
        set(header::HeaderName::from_static("speculation-rules"), r#""/rules.json""#.to_owned());
    }
    response
}

/// No inline script, no eval, nothing from elsewhere but the declared third party and the application.
fn policy(others: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' {others}; img-src 'self' data: {others}; style-src 'unsafe-inline'; \
         connect-src 'self' {others}; report-uri /violation"
    )
}

fn document(settings: &Settings, asked: &Asked) -> String {
    let has = |name: &str| asked.contains_key(name);
    let when = |shown: bool, html: &str| if shown { html.to_owned() } else { String::new() };
    let loading = if has("defer") { "defer" } else { "async" };
    let tag = format!("<script {} {} {loading}></script>", settings.source, settings.attributes);
    let wanted = asked.get("scripts").map(String::as_str).unwrap_or_default().split(',').filter(|source| !source.is_empty());
    let wanted = wanted.map(|source| format!(r#"<script src="{source}"></script>"#)).collect::<Vec<_>>().concat();
    let stubs =
        ["stub", "proxy-stub"].map(|stub| when(has(stub), &format!(r#"<script src="/files/{stub}.js"></script>"#))).concat();
    let reference = r#"<script src="/files/web-vitals.js"></script><script src="/files/reference.js"></script>"#;
    format!(
        r#"<!doctype html><meta charset="utf-8"><title>page</title><link rel="icon" href="data:,">
{stubs}{reference}{tag}{wanted}
<script src="/files/page.js"></script>
<style>button,input{{display:block;width:200px;height:40px}}.gap{{height:0}}</style>
{hang}<div class="gap" id="gap"></div>
<h1 id="title">A title that is painted</h1>
<button id="slow" data-ms="120">slow</button><button id="fast">fast</button><button id="buy" data-rum="buy"><b id="inner">buy</b></button>
<input id="text"><a id="next" href="/page/next">next</a><p>{text}</p>"#,
        reference = when(!has("no-reference"), reference),
        tag = when(!has("late"), &tag),
        hang = when(has("hang"), r#"<img src="/hang">"#),
        text = "text ".repeat(200),
    )
}
