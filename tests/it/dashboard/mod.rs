//! The dashboard's server half: the page and what it loads, its data, and the history.

mod asked;
mod data;
mod history;
mod page;
mod paths;
mod seen;

use http::Request;
use serde_json::Value;

use crate::support::mount::{Answer, Mount, whole};

async fn get(mount: &Mount, path: &str) -> Answer {
    mount.ask(Request::get(path).body(whole("")).unwrap()).await
}

/// What `/dashboard/data` says to this query.
async fn data(mount: &Mount, query: &str) -> Value {
    let answer = get(mount, &format!("/dashboard/data{query}")).await;
    assert_eq!(answer.status, 200, "{}: {query}: {}", mount.name, answer.text);
    serde_json::from_str(&answer.text).unwrap()
}
