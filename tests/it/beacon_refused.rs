//! What a bad beacon gets: a status, one line that says what is wrong, one count under its reason, and nothing else moves.

use http::{Method, Request};
use prometheus::Registry;
use tower_rum::Monitor;

use crate::support::change::{moved, only};
use crate::support::metrics::Metrics;
use crate::support::mount::{Answer, FORM, JSON, Mount, TEXT, whole};

const PAGE_LOAD: &str = "/log-page-load";
const INTERACTION: &str = "/log-interaction";
const USER_ERROR: &str = "/log-user-error";
const PATHS: [&str; 3] = [PAGE_LOAD, INTERACTION, USER_ERROR];

/// Stands in the inputs wherever there is room for it, and must stand in no answer.
const MARK: &str = "zqxmark";

#[tokio::test]
async fn malformed_beacons_are_400() {
    let forms = [
        (PAGE_LOAD, ""),
        (PAGE_LOAD, "load_time"),
        (PAGE_LOAD, "load_time=zqxmark"),
        (PAGE_LOAD, "load_time=1&load_time=2"),
        (PAGE_LOAD, "load_time=1&zqxmark=2"),
        (PAGE_LOAD, "load_time=1&phases=zqxmark"),
        (PAGE_LOAD, "load_time=1;lcp=2"),
        (PAGE_LOAD, r#"{"load_time":1}"#),
        (INTERACTION, ""),
        (INTERACTION, "zqxmark"),
        (INTERACTION, "type=click&zqxmark=1"),
        (INTERACTION, "type=click&type=click"),
        (USER_ERROR, "zqxmark=1"),
        (USER_ERROR, "kind=exception&kind=exception"),
    ];
    let jsons = [
        (PAGE_LOAD, ""),
        (PAGE_LOAD, "{"),
        (PAGE_LOAD, "null"),
        (PAGE_LOAD, "1"),
        (PAGE_LOAD, "{}"),
        (PAGE_LOAD, r#"{"load_time":"zqxmark"}"#),
        (PAGE_LOAD, r#"{"load_time":null}"#),
        (PAGE_LOAD, r#"{"load_time":NaN}"#),
        (PAGE_LOAD, r#"{"load_time":Infinity}"#),
        (PAGE_LOAD, r#"{"load_time":01}"#),
        (PAGE_LOAD, r#"{"load_time":1,"zqxmark":2}"#),
        (PAGE_LOAD, r#"{"load_time":1,"load_time":2}"#),
        (PAGE_LOAD, r#"{"load_time":1}{"load_time":1}"#),
        (PAGE_LOAD, r#"{"load_time":1,"phases":{"zqxmark":1}}"#),
        (PAGE_LOAD, r#"{"load_time":1,"phases":"zqxmark"}"#),
        (PAGE_LOAD, r#"{"load_time":1,"phases":[1,1,1,1,1,1,1,1]}"#),
        (PAGE_LOAD, r#"{"load_time":1,"endpoint":7}"#),
        (PAGE_LOAD, "[1,null,null,null,null,null,null,null]"),
        (PAGE_LOAD, "load_time=1"),
        (INTERACTION, "{}"),
        (INTERACTION, r#"{"type":1}"#),
        (INTERACTION, r#"{"type":null}"#),
        (INTERACTION, r#"["click",null]"#),
        (INTERACTION, r#""zqxmark""#),
        (INTERACTION, r#"{"type":"\ud800"}"#),
        (USER_ERROR, "{"),
        (USER_ERROR, "zqxmark"),
        (USER_ERROR, r#"{"kind":1}"#),
        (USER_ERROR, r#"{"kind":"exception","zqxmark":1}"#),
        (USER_ERROR, "[null,null]"),
    ];
    let forms = forms.map(|(path, body)| (path, FORM, body.as_bytes().to_vec()));
    let texts = jsons.map(|(path, body)| (path, TEXT, body.as_bytes().to_vec()));
    let jsons = jsons.map(|(path, body)| (path, JSON, body.as_bytes().to_vec()));
    let deep = PATHS.map(|path| (path, JSON, [b"[".repeat(20_000), b"]".repeat(20_000)].concat()));
    let binary = PATHS.map(|path| (path, TEXT, b"{\"\xff\xfe\":1}".to_vec()));
    for (path, content_type, body) in forms.into_iter().chain(jsons).chain(texts).chain(deep).chain(binary) {
        refused(path, content_type, body, 400, "malformed").await;
    }
}

#[tokio::test]
async fn content_types_other_than_form_json_and_text_are_415() {
    let others = ["text/html", "application/xml", "multipart/form-data", "application/zqxmark", "application/jsonx", ";", "json"];
    for path in PATHS {
        for content_type in others {
            refused(path, content_type, r#"{"load_time":1}"#, 415, "content_type").await;
        }
        refused(path, "", r#"{"load_time":1}"#, 415, "content_type").await;
    }
}

#[tokio::test]
async fn numbers_not_finite_negative_or_too_large_are_422() {
    let numbers = ["-1", "-0.001", "600000.1", "1e300", "1e400", "-1e400"];
    for number in numbers.into_iter().chain(["NaN", "nan", "inf", "-inf", "infinity"]) {
        for field in ["load_time=1&lcp", "load_time=1&inp", "load_time=1&ttfb", "load_time=1&fcp", "load_time=1&cls", "load_time"]
        {
            refused(PAGE_LOAD, FORM, format!("{field}={number}"), 422, "range").await;
        }
    }
    for number in numbers {
        for content_type in [JSON, TEXT] {
            refused(PAGE_LOAD, content_type, format!(r#"{{"load_time":{number}}}"#), 422, "range").await;
            refused(PAGE_LOAD, content_type, format!(r#"{{"load_time":1,"cls":{number}}}"#), 422, "range").await;
            refused(PAGE_LOAD, content_type, format!(r#"{{"load_time":1,"phases":{{"dns":{number}}}}}"#), 422, "range").await;
        }
    }
    refused(PAGE_LOAD, FORM, "load_time=1&cls=10.1", 422, "range").await;
    refused(PAGE_LOAD, FORM, "load_time=1&inp=60001", 422, "range").await;
}

#[tokio::test]
async fn numbers_refused_leave_every_sum_finite_and_where_it_was() {
    let monitor = monitor();
    let mount = Mount::tower(&monitor);
    mount.post(PAGE_LOAD, FORM, "load_time=1500&cls=0.5").await;
    for number in ["NaN", "inf", "-inf", "-1", "1e400"] {
        mount.post(PAGE_LOAD, FORM, format!("load_time={number}")).await;
        mount.post(PAGE_LOAD, FORM, format!("load_time=1&cls={number}")).await;
    }
    let metrics = Metrics::of(&monitor).await;
    assert!(metrics.samples().all(|(_, value)| value.is_finite()));
    assert_eq!(metrics.total("page_load_time_seconds_sum"), 1.5);
    assert_eq!(metrics.total("web_vitals_cls_score_sum"), 0.5);
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="range"}"#), 10.0);
}

#[tokio::test]
async fn names_that_the_host_has_not_declared_are_422() {
    let long = "c".repeat(65);
    for kind in ["zqxmark", "Click", "click ", "", long.as_str(), "overflow"] {
        refused(INTERACTION, FORM, format!("type={kind}"), 422, "unknown_name").await;
        refused(INTERACTION, JSON, format!(r#"{{"type":"{kind}"}}"#), 422, "unknown_name").await;
        refused(INTERACTION, TEXT, format!(r#"{{"type":"{kind}"}}"#), 422, "unknown_name").await;
    }
    refused(INTERACTION, FORM, "type=click&name=zqxmark", 422, "unknown_name").await;
    refused(INTERACTION, JSON, r#"{"type":"click","name":"zqxmark"}"#, 422, "unknown_name").await;
}

#[tokio::test]
async fn kinds_of_error_that_there_are_not_are_422() {
    for kind in ["zqxmark", "", "Exception", "overflow"] {
        refused(USER_ERROR, FORM, format!("kind={kind}"), 422, "unknown_kind").await;
        refused(USER_ERROR, JSON, format!(r#"{{"kind":"{kind}"}}"#), 422, "unknown_kind").await;
        refused(USER_ERROR, TEXT, format!(r#"{{"kind":"{kind}"}}"#), 422, "unknown_kind").await;
    }
}

#[tokio::test]
async fn methods_other_than_post_are_405_and_move_nothing() {
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        for path in PATHS {
            for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "ZQXMARK"] {
                let before = Metrics::of(&monitor).await;
                let method = Method::from_bytes(method.as_bytes()).unwrap();
                let request = Request::builder().method(&method).uri(path).body(whole(r#"{"load_time":1}"#)).unwrap();
                let answer = mount.ask(request).await;
                assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method} {path}, {}", mount.name);
                if method != Method::HEAD {
                    is_one_line(&answer);
                }
                assert_eq!(moved(&before, &Metrics::of(&monitor).await), only([]));
            }
        }
    }
}

#[tokio::test]
async fn a_browser_that_asks_for_privacy_is_answered_204_and_counted_but_not_recorded() {
    for (name, value, recorded) in [("sec-gpc", "1", false), ("dnt", "1", false), ("dnt", "0", true), ("sec-gpc", "?1", true)] {
        for path in PATHS {
            let monitor = monitor();
            for mount in Mount::all(&monitor) {
                let before = Metrics::of(&monitor).await;
                let answer = mount.ask(beacon(path, &[(name, value)])).await;
                assert_eq!((answer.status, answer.text.as_str()), (204, ""), "{name}: {value}");
                let moved = moved(&before, &Metrics::of(&monitor).await);
                assert_eq!(moved == only([(r#"rum_rejected_total{reason="privacy"}"#, 1.0)]), !recorded, "{moved:?}");
            }
        }
    }
    let monitor = Monitor::builder().registry(Registry::new()).privacy_signals(false).build().unwrap();
    Mount::tower(&monitor).ask(beacon(INTERACTION, &[("sec-gpc", "1")])).await;
    assert_eq!(Metrics::of(&monitor).await.value(r#"user_interactions_total{type="click",name=""}"#), 1.0);
}

#[tokio::test]
async fn a_wish_for_privacy_said_twice_is_still_one() {
    let monitor = monitor();
    let twice = [("sec-gpc", "1"), ("sec-gpc", "1")];
    let mount = Mount::tower(&monitor);
    assert_eq!(mount.ask(beacon(INTERACTION, &twice)).await.status, 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"rum_rejected_total{reason="privacy"}"#), 1.0);
    assert_eq!(metrics.total("rum_events_total"), 0.0);
}

#[tokio::test]
async fn a_wish_for_privacy_stands_whatever_else_is_said() {
    let said = [[("sec-gpc", "1"), ("sec-gpc", "0")], [("dnt", "0"), ("sec-gpc", "1")], [("dnt", "1"), ("sec-gpc", "0")]];
    for headers in said.into_iter().flat_map(|[one, other]| [[one, other], [other, one]]) {
        let monitor = monitor();
        assert_eq!(Mount::tower(&monitor).ask(beacon(INTERACTION, &headers)).await.status, 204);
        assert_eq!(Metrics::of(&monitor).await.total("rum_events_total"), 0.0, "{headers:?}");
    }
}

#[tokio::test]
async fn of_two_content_types_the_first_is_the_bodys() {
    let request = beacon(INTERACTION, &[("content-type", "text/html")]);
    assert_eq!(Mount::tower(&monitor()).ask(request).await.status, 204);
}

#[tokio::test]
async fn programs_that_say_so_are_not_recorded_and_a_brand_of_phones_is_none() {
    for (agent, recorded) in [
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", false),
        ("Mozilla/5.0 HeadlessChrome/140.0", false),
        ("Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 7) Chrome/140.0 Mobile", true),
        ("Googlebot/2.1 (CUBOT NOTE 7)", false),
    ] {
        let monitor = monitor();
        let mount = Mount::tower(&monitor);
        let answer = mount.ask(beacon(INTERACTION, &[("user-agent", agent)])).await;
        assert_eq!(answer.status, 204, "{agent}");
        let events = Metrics::of(&monitor).await.total("rum_events_total");
        assert_eq!(events > 0.0, recorded, "{agent}");
    }
}

/// Posts a beacon to a fresh monitor by every mount, and asks for this status and reason, and that nothing else moves.
async fn refused(path: &str, content_type: &str, body: impl Into<bytes::Bytes>, status: u16, reason: &str) {
    let body = body.into();
    let monitor = monitor();
    for mount in Mount::all(&monitor) {
        let before = Metrics::of(&monitor).await;
        let answer = mount.post(path, content_type, body.clone()).await;
        let what = || {
            let start = String::from_utf8_lossy(&body[..body.len().min(80)]).into_owned();
            format!("{path} as {content_type:?} by {}: {start}", mount.name)
        };
        assert_eq!(answer.status, status, "{} {}", what(), answer.text);
        is_one_line(&answer);
        let moved = moved(&before, &Metrics::of(&monitor).await);
        assert_eq!(moved, only([(&format!(r#"rum_rejected_total{{reason="{reason}"}}"#), 1.0)]), "{}", what());
    }
}

fn is_one_line(answer: &Answer) {
    let line = answer.text.strip_suffix('\n').expect("a line that ends");
    assert!(!line.is_empty() && !line.contains('\n') && line.len() < 160, "{line:?}");
    assert!(!line.contains(MARK), "echoes input: {line:?}");
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

fn beacon(path: &str, headers: &[(&str, &str)]) -> Request<crate::support::mount::Body> {
    let body = match path {
        PAGE_LOAD => r#"{"load_time":1}"#,
        INTERACTION => r#"{"type":"click"}"#,
        _ => r#"{"kind":"reported"}"#,
    };
    let mut request = crate::support::mount::post(path, JSON, body);
    for (name, value) in headers {
        request.headers_mut().append(http::HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
    }
    request
}

fn monitor() -> Monitor {
    Monitor::builder().registry(Registry::new()).build().unwrap()
}
