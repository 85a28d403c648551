//! The site's pages, all of one document, and what they load.

use axum::extract::Path;
use axum::http::{HeaderName, header};
use axum::response::Html;
use axum::{Router, routing::get};

/// Three of them are a way through the shop, each a step of a journey that the page names itself.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(async || page("Welcome", "start")))
        .route("/shop", get(async || page("The shop", "shop")))
        .route("/checkout", get(async || page("Checkout", "checkout")))
        .route("/users/{id}", get(async |Path(id): Path<u64>| page(&format!("User {id}"), "")))
        .route("/demo.js", get(([(header::CONTENT_TYPE, "text/javascript")], include_str!("demo.js"))))
        .route("/demo.css", get(([(header::CONTENT_TYPE, "text/css")], include_str!("demo.css"))))
}

fn page(title: &str, journey: &str) -> ([(HeaderName, &'static str); 1], Html<String>) {
    let document = include_str!("page.html").replace("{{title}}", title).replace("{{journey}}", journey);
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(document))
}

/// The script needs `script-src 'self'; connect-src 'self'`; the rest is the page's own.
const POLICY: &str =
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'none'";
