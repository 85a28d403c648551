//! Journeys are the script's or the cookie's, never both.

use tower_rum::Monitor;

use crate::support::beacon::batch;
use crate::support::metrics::Metrics;

use super::{by_cookie, head, navigation, page, walk};
use crate::support::watch::by_path;

const VIEW: &str = r#"[{"event":"page_view","endpoint":"/","from":"/cart"},{"event":"session"}]"#;

#[tokio::test]
async fn a_view_that_the_script_reports_counts_once() {
    let monitor = by_cookie().build().unwrap();
    walk(&monitor, &["/cart", "/"]);
    assert_eq!(batch(&monitor, VIEW).await.status(), 204);
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.total("user_journeys_total"), 2.0);
    assert_eq!(metrics.total("user_page_transitions_total"), 1.0);
    assert_eq!(metrics.value("user_sessions_total"), 1.0);
    assert_eq!(metrics.value(r#"rum_events_total{kind="page_view"}"#), 1.0);
    assert_eq!(metrics.total("rum_rejected_total"), 0.0);
}

#[tokio::test]
async fn without_it_the_layer_changes_nothing_and_the_script_counts() {
    let monitor = by_path().endpoints(["/", "/cart"]).build().unwrap();
    assert_eq!(head(&monitor, navigation("/"), page()), *page().headers());
    assert_eq!(Metrics::of(&monitor).await.total("user_journeys_total"), 0.0);
    batch(&monitor, VIEW).await;
    let metrics = Metrics::of(&monitor).await;
    assert_eq!(metrics.value(r#"user_page_transitions_total{from="/cart",to="/"}"#), 1.0);
    assert_eq!(metrics.value(r#"user_journeys_total{path="/"}"#), 1.0);
}

#[test]
fn declared_journeys_beside_it_are_refused() {
    let declared = || Monitor::builder().journeys(["start"]);
    assert!(declared().build().is_ok());
    let error = declared().cookie_journeys(true).build().unwrap_err().to_string();
    assert!(error.contains("cookie_journeys"), "{error}");
    assert!(declared().cookie_journeys(true).cookie_journeys(false).build().is_ok());
}
