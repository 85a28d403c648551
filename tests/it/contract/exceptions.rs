//! Where frameworks differ by what they are, each with its reason. One more stands in `actix_ends`: a client that closes its own half only is
//! gone for hyper, and answered by actix unless the host says otherwise.

use crate::support::metrics::Metrics;
use crate::support::watch::settled;

use super::cases::{Client, Request, get, of};
use super::{exchange, mounts};

struct Exception {
    why: &'static str,
    request: Request,
    /// By framework: the endpoint and status under which the request counts.
    counted: [(&'static str, &'static str, u16); 3],
}

fn all() -> [Exception; 2] {
    [
        Exception {
            why: "axum decodes what it hands to handlers, actix the whole path before it routes",
            request: get("/us%65rs/7"),
            counted: [("tower", "unmatched", 404), ("axum", "unmatched", 404), ("actix", "/users/{id}", 200)],
        },
        Exception {
            why: "a GET of axum's takes HEAD as well; elsewhere a route must name it",
            request: of("HEAD", "/teapot"),
            counted: [("tower", "/teapot", 405), ("axum", "/teapot", 418), ("actix", "/teapot", 405)],
        },
    ]
}

#[tokio::test]
async fn what_frameworks_do_of_their_own_counts_as_what_they_did() {
    for mounted in mounts::all().await {
        for (number, Exception { why, request, counted }) in all().into_iter().enumerate() {
            // Wherever in it the layer stands.
            let (_, endpoint, status) =
                counted.into_iter().find(|(framework, _, _)| mounted.name.starts_with(framework)).unwrap();
            exchange(&mounted, &request, Client::Stays).await;
            let metrics: Metrics = settled(&mounted.monitor, (number + 1) as f64).await;
            let series = format!(r#"http_requests_total{{method="{}",endpoint="{endpoint}",status="{status}"}}"#, request.method);
            assert_eq!(metrics.value(&series), 1.0, "{why}: {}", mounted.name);
        }
    }
}
