//! What operators see and do: the list, one session, its export and its deletion, in each way to mount routes.

use prometheus::Registry;
use serde_json::{Value, json};
use tower_rum::Monitor;
use tower_rum::replay::Replay;

use crate::support::mount::{JSON, Mount};

use super::{EVENTS, SESSION, ask, batch, builder, click, get, monitor, post, session_path, written};

#[tokio::test]
async fn the_list_says_what_happened_in_each_session() {
    let monitor = builder(Replay::new()).endpoints(["/cart"]).build().unwrap();
    let mount = Mount::tower(&monitor);
    let empty: Value = serde_json::from_str(&get(&mount, "/replay/sessions").await.text).unwrap();
    assert_eq!(empty, json!({"sessions": [], "truncated": false, "rrweb_player": null}));
    let events = [
        r#"{"type":"navigation","timestamp":1000,"endpoint":"/cart"}"#,
        &click(1_100, 5, 5),
        &click(1_200, 6, 5),
        &click(1_300, 5, 6),
        r#"{"type":"error","timestamp":3500,"kind":"exception"}"#,
    ];
    assert_eq!(post(&mount, batch(SESSION, 0, &events.join(","))).await, 204);
    written(&monitor).await;
    let answer = get(&mount, "/replay/sessions").await;
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), (Some("application/json"), Some("no-store")));
    let list: Value = serde_json::from_str(&answer.text).unwrap();
    let bytes = events.join(",").len();
    let session = json!({"id": SESSION, "format": "rum", "started": 1000, "duration_ms": 2500, "events": 5, "bytes": bytes,
        "pages": 1, "errors": 1, "rage_clicks": 1});
    assert_eq!(list["sessions"], json!([session]));
}

#[tokio::test]
async fn past_two_hundred_sessions_the_list_says_that_there_are_more() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    for (sessions, truncated) in [(200, false), (201, true)] {
        let from = if sessions == 200 { 0 } else { 200 };
        for session in from..sessions {
            post(&mount, batch(&format!("{session:032x}"), 0, &click(1, 2, 3))).await;
        }
        written(&monitor).await;
        let list: Value = serde_json::from_str(&get(&mount, "/replay/sessions").await.text).unwrap();
        assert_eq!((list["sessions"].as_array().unwrap().len(), &list["truncated"]), (200, &json!(truncated)));
        assert_eq!(list["sessions"][0]["id"], json!(format!("{:032x}", sessions - 1)), "the newest first");
    }
}

#[tokio::test]
async fn a_session_is_exported_as_a_file_and_is_404_when_it_is_gone() {
    let monitor = monitor(Replay::new());
    let mount = Mount::tower(&monitor);
    post(&mount, batch(SESSION, 0, &click(1, 2, 3))).await;
    written(&monitor).await;
    let shown = get(&mount, &session_path(SESSION)).await;
    let file = get(&mount, &format!("{}&download=1", session_path(SESSION))).await;
    assert_eq!((shown.header("content-disposition"), &shown.text), (None, &file.text));
    assert_eq!(file.header("content-disposition"), Some(format!("attachment; filename=\"session-{SESSION}.json\"").as_str()));
    for answer in [&shown, &file] {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("cross-origin-resource-policy"), Some("same-origin"));
    }
    assert_eq!(ask(&mount, "DELETE", &session_path(SESSION), &[]).await.status, 204);
    let gone = get(&mount, &session_path(SESSION)).await;
    assert_eq!((gone.status, gone.text.lines().count()), (404, 1));
    assert_eq!(ask(&mount, "DELETE", &session_path(SESSION), &[]).await.status, 204, "as it was before");
}

#[tokio::test]
async fn a_query_that_is_none_is_400_and_a_method_that_is_none_405() {
    let mount = Mount::tower(&monitor(Replay::new()));
    for query in [
        "",
        "?",
        "?id=",
        "?id=x",
        "?id=0123456789ABCDEF0123456789ABCDEF",
        &format!("?id={SESSION}&more=1"),
        &format!("?id={SESSION}&download=2"),
        &format!("?id={SESSION}&id={SESSION}"),
    ] {
        for method in ["GET", "DELETE"] {
            let answer = ask(&mount, method, &format!("/replay/session{query}"), &[]).await;
            assert_eq!((answer.status, answer.text.lines().count()), (400, 1), "{method} {query}");
        }
    }
    for (path, allow) in [
        ("/replay", "GET, HEAD"),
        ("/replay/replay.js", "GET, HEAD"),
        ("/replay/sessions", "GET, HEAD"),
        (&session_path(SESSION), "GET, HEAD, DELETE"),
    ] {
        let answer = ask(&mount, "POST", path, &[]).await;
        assert_eq!((answer.status, answer.header("allow")), (405, Some(allow)), "{path}");
    }
}

#[tokio::test]
async fn pages_of_other_origins_delete_nothing() {
    let monitor = monitor(Replay::new());
    for (number, mount) in
        (0..).zip(Mount::in_process(&monitor).into_iter().filter(|mount| mount.name == "tower").chain(operators(&monitor)))
    {
        post(&Mount::tower(&monitor), batch(&format!("{number:032x}"), 0, &click(1, 2, 3))).await;
        written(&monitor).await;
        let path = session_path(&format!("{number:032x}"));
        let host = ("host", "a.example");
        for refused in [
            &[host, ("sec-fetch-site", "cross-site")][..],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "same-origin")],
            &[host, ("origin", "https://b.example")],
            &[host, ("origin", "null")],
            &[host, ("origin", "https://a.example"), ("sec-fetch-site", "cross-site")],
        ] {
            assert_eq!(ask(&mount, "DELETE", &path, refused).await.status, 403, "{refused:?}, {}", mount.name);
            assert_eq!(get(&mount, &path).await.status, 200);
        }
        let own = [host, ("origin", "https://a.example"), ("sec-fetch-site", "same-origin")];
        assert_eq!(ask(&mount, "DELETE", &path, &own).await.status, 204, "{}", mount.name);
        assert_eq!(get(&mount, &path).await.status, 404);
    }
    for allowed in [&[("host", "a.example"), ("origin", "http://a.example:80")][..], &[("sec-fetch-site", "none")], &[]] {
        assert_eq!(ask(&Mount::tower(&monitor), "DELETE", &session_path(SESSION), allowed).await.status, 204, "{allowed:?}");
    }
}

#[tokio::test]
async fn only_operators_routes_hold_sessions() {
    let monitor = monitor(Replay::new());
    let session = session_path(SESSION);
    let of_operators = ["/replay", "/replay/replay.js", "/replay/replay.css", "/replay/sessions", &session];
    let public = Mount::layered("public", &monitor.public_routes_layer());
    for mount in operators(&monitor).into_iter().chain([Mount::tower(&monitor)]) {
        for path in of_operators {
            let expected = if path == session { "not any more" } else { "" };
            let answer = get(&mount, path).await;
            assert!(answer.status == 200 || answer.text.contains(expected) && !expected.is_empty(), "{path}, {}", mount.name);
        }
    }
    for mount in operators(&monitor) {
        for path in [EVENTS, "/rum-replay.js"] {
            assert_eq!(get(&mount, path).await.status, 404, "{path}, {}", mount.name);
        }
    }
    for mount in strangers(&monitor).into_iter().chain([public]) {
        for path in of_operators {
            let answer = get(&mount, path).await;
            assert_eq!((answer.status, answer.text.as_str()), (404, ""), "{path}, {}", mount.name);
        }
        assert_eq!(get(&mount, "/rum-replay.js").await.status, 200, "{}", mount.name);
        assert_eq!(mount.post(EVENTS, JSON, batch(SESSION, 0, &click(1, 2, 3))).await.status, 204, "{}", mount.name);
    }
}

#[tokio::test]
async fn the_page_lets_nothing_in_and_its_files_are_checked_each_time() {
    let mount = Mount::tower(&monitor(Replay::new()));
    let page = get(&mount, "/replay").await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    assert_eq!(page.header("content-security-policy"), Some(policy));
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cross-origin-opener-policy"), Some("same-origin"));
    for (path, kind) in [("/replay", "text/html"), ("/replay/replay.js", "text/javascript"), ("/replay/replay.css", "text/css")] {
        let first = ask(&mount, "GET", path, &[("accept-encoding", "identity")]).await;
        assert!(first.header("content-type").unwrap().starts_with(kind));
        assert_eq!((first.header("cache-control"), first.header("x-content-type-options")), (Some("no-cache"), Some("nosniff")));
        let again = ask(&mount, "GET", path, &[("if-none-match", first.header("etag").unwrap())]).await;
        assert_eq!(again.status, 304, "{path}");
    }
}

#[tokio::test]
async fn with_a_player_of_rrwebs_the_policy_allows_just_that_and_the_list_names_it() {
    for (script, style, sources) in [
        (
            "/vendor/rrweb-player.js",
            "/vendor/rrweb-player.css",
            "script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; frame-src 'self'; base",
        ),
        (
            "https://cdn.example/p/rrweb-player.js",
            "https://cdn.example/p/style.css",
            "script-src 'self' https://cdn.example; style-src 'self' 'unsafe-inline' https://cdn.example; connect-src 'self'; img-src 'self' data:; frame-src 'self'; base",
        ),
    ] {
        let mount = Mount::tower(&monitor(Replay::new().rrweb(true).rrweb_player(script, style)));
        let page = get(&mount, "/replay").await;
        assert!(
            page.header("content-security-policy").unwrap().contains(sources),
            "{:?}",
            page.header("content-security-policy")
        );
        let list: Value = serde_json::from_str(&get(&mount, "/replay/sessions").await.text).unwrap();
        assert_eq!(list["rrweb_player"], json!({"script": script, "style": style}));
    }
}

#[tokio::test]
async fn a_prefix_stands_before_all_of_it_and_its_routes_go_by_uncounted() {
    let monitor = Monitor::builder()
        .registry(Registry::new())
        .endpoint(|head| Some(head.uri().path().to_owned().into()))
        .path_prefix("/internal")
        .replay(Replay::new())
        .build()
        .unwrap();
    let app = tower::service_fn(async |_| {
        Ok::<_, std::convert::Infallible>(http::Response::new(http_body_util::Full::<bytes::Bytes>::default()))
    });
    let mut service = tower::Layer::layer(&monitor.layer(), tower::Layer::layer(&monitor.routes_layer(), app));
    for path in ["/internal/replay", "/internal/replay/sessions", "/internal/log-session-event", "/internal/replay/replay.css"] {
        let request = http::Request::get(path).body(http_body_util::Full::<bytes::Bytes>::default()).unwrap();
        let answer = tower::Service::call(&mut service, request).await.unwrap();
        assert_ne!(answer.status(), 404);
    }
    let metrics = crate::support::metrics::Metrics { text: get(&Mount::tower(&monitor), "/internal/metrics").await.text };
    assert_eq!(metrics.total("http_requests_total"), 0.0);
}

/// The operator's routes in each framework.
fn operators(monitor: &Monitor) -> Vec<Mount> {
    vec![
        Mount::layered("operators' layer", &monitor.operator_routes_layer()),
        #[cfg(feature = "axum")]
        Mount::router("axum's operator_routes", monitor.operator_routes()),
        #[cfg(feature = "actix")]
        Mount::actix_resources("actix_operator_routes", monitor, |monitor, config| monitor.actix_operator_routes()(config)),
    ]
}

/// Routers that hold everything, where strangers come.
#[cfg_attr(not(any(feature = "axum", feature = "actix")), expect(unused_variables, reason = "there are none"))]
fn strangers(monitor: &Monitor) -> Vec<Mount> {
    vec![
        #[cfg(feature = "axum")]
        Mount::router("axum's routes", monitor.routes()),
        #[cfg(feature = "axum")]
        Mount::router("axum's public_routes", monitor.public_routes()),
        #[cfg(feature = "actix")]
        Mount::actix_resources("actix_routes", monitor, |monitor, config| monitor.actix_routes()(config)),
        #[cfg(feature = "actix")]
        Mount::actix_resources("actix_public_routes", monitor, |monitor, config| monitor.actix_public_routes()(config)),
    ]
}
