//! The site that the browser tests visit: a real axum application with a real monitor. Its pages load the script beside Google's
//! `web-vitals`; what browsers send is recorded by the monitor, and told on standard output as well, a line of JSON each.
//!
//! Settings come as JSON in `SITE`; the first line on standard output is the origin.

mod page;
mod replay;
mod tell;

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Router, middleware};
use serde::Deserialize;
use tokio::net::TcpListener;

use tower_rum::exemplars::Exemplars;
use tower_rum::rum::Script;
use tower_rum::{ClientCounter, ClientHistogram, Monitor, Unit};

/// What a test asks of the site.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// Attributes of the script's tag, besides its source.
    attributes: String,
    /// The tag names the script's hashed path and its `integrity`.
    hashed: bool,
    /// The source and integrity of the script's tag; made from `hashed`.
    #[serde(skip)]
    source: String,
    /// The template of every page, where it is not the path with its digits replaced; an empty one is no template.
    template: Option<String>,
    privacy: bool,
    server_timing: bool,
    /// Documents tell the trace of their request.
    exemplars: bool,
    /// A cookie tells of journeys, not the script.
    cookie_journeys: bool,
    /// An origin that the host declares and its pages may use.
    third_party: Option<String>,
    /// The pages are served from another origin: another host, and a port of its own.
    elsewhere: bool,
    /// The origin of the monitor's routes, where that is not the pages'; made from `elsewhere`.
    #[serde(skip)]
    application: String,
    /// Milliseconds that the script takes to arrive.
    script_delay: u64,
    /// Sessions are recorded where pages ask for it, and `/replay` plays them.
    replay: Option<replay::Settings>,
    /// Scripts that pages load, by name: where they lie on disk.
    files: BTreeMap<String, std::path::PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            attributes: r#"data-interval="0""#.to_owned(),
            hashed: false,
            source: String::new(),
            template: None,
            privacy: true,
            server_timing: true,
            exemplars: false,
            cookie_journeys: false,
            third_party: None,
            elsewhere: false,
            application: String::new(),
            script_delay: 0,
            replay: None,
            files: BTreeMap::new(),
        }
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut settings: Settings = serde_json::from_str(&std::env::var("SITE").unwrap_or_else(|_| "{}".to_owned()))?;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let pages_listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let pages_origin = format!("http://localhost:{}", pages_listener.local_addr()?.port());
    if settings.elsewhere {
        settings.application = format!("http://{}", listener.local_addr()?);
    }
    let monitor = monitor(&settings, &pages_origin)?;
    settings.source = source(monitor.script(), &settings);
    tokio::spawn(monitor.replay_writer());
    let (pages, files) = (settings.clone(), settings.files.clone());
    let told = async || StatusCode::NO_CONTENT;
    let app = Router::new()
        .fallback(async move |uri: Uri, query: Query<page::Asked>| page::respond(&pages, uri.path(), &query).await)
        .route("/api/{x}", any(async |query: Query<Answer>| (query.status(), "{}")))
        .route("/plain", any(async || "plain"))
        .route("/hang", get(std::future::pending::<()>))
        .route("/files/{name}", get(async move |Path(name): Path<String>| script(files.get(&name))))
        .route("/rules.json", get(async || ([(header::CONTENT_TYPE, "application/speculationrules+json")], PRERENDER)))
        .route("/reference", any(told))
        .route("/violation", any(told))
        .merge(monitor.public_routes())
        .merge(monitor.operator_routes())
        .layer(monitor.journey_layer())
        .layer(monitor.layer())
        .layer(middleware::from_fn_with_state(settings.script_delay, tell::tell));

    if settings.elsewhere {
        let (pages, files) = (settings.clone(), settings.files.clone());
        let elsewhere = Router::new()
            .fallback(async move |uri: Uri, query: Query<page::Asked>| page::respond(&pages, uri.path(), &query).await)
            .route("/files/{name}", get(async move |Path(name): Path<String>| script(files.get(&name))));
        tokio::spawn(async move { axum::serve(pages_listener, elsewhere).await });
    }
    println!("http://{}", listener.local_addr()?);
    println!("{}", serde_json::json!({ "elsewhere": pages_origin }));
    axum::serve(listener, app).await?;
    Ok(())
}

fn source(script: &Script, settings: &Settings) -> String {
    let application = &settings.application;
    let cors = if settings.elsewhere { " crossorigin" } else { "" };
    if settings.hashed {
        format!(r#"src="{application}{}" integrity="{}"{cors}"#, script.hashed_path(), script.integrity())
    } else {
        format!(r#"src="{application}{}"{cors}"#, script.path())
    }
}

fn monitor(settings: &Settings, pages_origin: &str) -> Result<Monitor, tower_rum::Error> {
    let template = settings.template.clone();
    let builder = Monitor::builder()
        .endpoint(move |request| match request.uri().path() {
            path if path.starts_with("/api/") => Some(Cow::Borrowed("/api/{x}")),
            path if page::is_page(path) => match &template {
                Some(template) => (!template.is_empty()).then(|| Cow::Owned(template.clone())),
                None => Some(page::template(path)),
            },
            _ => None,
        })
        .endpoints(["/attribute", "/a", "/b", "/route", "/products/{id}", "/cart"])
        .registry(prometheus::Registry::new())
        .robots(true)
        .privacy_signals(settings.privacy)
        .server_timing(settings.server_timing)
        .interaction_names(["buy"])
        .goals(["signup", "purchase"])
        .client_counter(ClientCounter::new("added_total", "Added.").label("plan", ["free", "pro"]))
        .client_counter(ClientCounter::new("plain_total", "Plain."))
        .client_histogram(
            ClientHistogram::new("search_duration_seconds", "Search.", Unit::Seconds).label("plan", ["free", "pro"]),
        )
        .client_histogram(ClientHistogram::new("items", "Items.", Unit::None).max_value(1_000.0));
    let builder = if settings.elsewhere { builder.origins([pages_origin]) } else { builder };
    let builder = if settings.exemplars { builder.exemplars(Exemplars::traceparent()) } else { builder };
    let builder = match &settings.replay {
        Some(asked) => replay::with(builder, asked),
        None => builder,
    };
    let builder = if settings.cookie_journeys { builder.cookie_journeys(true) } else { builder.journeys(["start"]) };
    match &settings.third_party {
        Some(origin) => builder.third_party("partner", origin),
        None => builder,
    }
    .build()
}

#[derive(Deserialize)]
struct Answer {
    status: Option<u16>,
}

impl Answer {
    fn status(&self) -> StatusCode {
        self.status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or_default()
    }
}

fn script(path: Option<&std::path::PathBuf>) -> Response {
    let javascript = [(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript"))];
    match path.map(std::fs::read) {
        Some(Ok(bytes)) if path.is_some_and(|path| path.extension().is_some_and(|ending| ending == "css")) => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("text/css"))], bytes).into_response()
        }
        Some(Ok(bytes)) => (javascript, bytes).into_response(),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

const PRERENDER: &str = r#"{"prerender":[{"source":"list","urls":["/page/7"],"eagerness":"immediate"}]}"#;
