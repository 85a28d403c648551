//! The server half and our routes for actix-web 4, over the same recorder as tower's: the same traffic moves the same series.
//!
//! | a request ends by | `status` | in flight until |
//! |---|---|---|
//! | a response, an extractor's or handler's error among them | its own | the end or drop of the body |
//! | an error that a middleware inside returns | that of its [`status_code`](actix_web::ResponseError::status_code) | then |
//! | a panic | `500` | then |
//! | its future being dropped before the head: the client is gone | `499` | then |
//!
//! On the wire nothing changes but one field, `Server-Timing: route;desc="…"`, on HTML documents and on responses to scripts
//! ([`Builder::server_timing`](crate::Builder::server_timing) turns it off).
//!
//! ## Endpoints
//!
//! The `endpoint` is the pattern of the resource that answers ([`HttpRequest::match_pattern`](actix_web::HttpRequest::match_pattern)), with those of its
//! scopes before it. While a request is in flight, and if it never gets a response, it is the pattern that has answered such a path and method, or else
//! the first that fits the path. A resource of several patterns counts under its first. What takes all paths below its mount, as actix-files does, counts
//! under the mount: `/static`, and at the root `/`. What no pattern fits is `unmatched`: default services, of scopes too.
//!
//! Where [`Builder::endpoint`](crate::Builder::endpoint) is given, its closure decides instead. It sees a copy of the head, made for each request, and none of
//! the request's extensions.
//!
//! ## Order of routes
//!
//! actix asks what was registered first. Behind a `scope("")`, a `/{page}` or files at the root, which take every path, `/metrics` and `/rum.js` are theirs,
//! and mostly a 404: configure our routes before them.
//!
//! ## Order of wraps
//!
//! actix calls first what was wrapped last. Put last, [`Monitor::actix`](crate::Monitor::actix) sees bytes as they go to the server (compressed, if a `Compress` is inside), and
//! what other middleware answers or fails with. Put before others, it does not see what those answer by themselves. Around a scope or resource it
//! counts that one's requests, under whole patterns. Applied twice, it counts twice.
//!
//! `http_request_size_bytes` is observed by a [layer of tower's](crate::Monitor::request_size_layer) alone, and does not move here.
//!
//! ## Clients that leave
//!
//! actix notices a client that resets its connection or does not take what it is sent. One that only closes its own half is answered, and counts so, unless
//! [`h1_allow_half_closed(false)`](actix_web::HttpServer::h1_allow_half_closed) is set on the server.
//!
//! ```
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! use actix_web::{App, HttpServer, web};
//!
//! let monitor = tower_rum::Monitor::new();
//! let server = HttpServer::new(move || {
//!     App::new()
//!         .configure(monitor.actix_routes()) // /metrics, /rum.js, /log-beacon, …; before what takes every path
//!         .route("/users/{id}", web::get().to(async || "a user"))
//!         .wrap(monitor.actix())             // last: it also sees what no route matched
//! })
//! .bind(("127.0.0.1", 0))?;
//! # let address = server.addrs()[0];
//! # let server = server.workers(1).disable_signals().run();
//! # let handle = server.handle();
//! # tokio::spawn(server);
//! # let get = async |path: &str| {
//! #     let mut stream = tokio::net::TcpStream::connect(address).await?;
//! #     stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").as_bytes()).await?;
//! #     let mut answer = String::new();
//! #     stream.read_to_string(&mut answer).await?;
//! #     std::io::Result::Ok(answer)
//! # };
//! # get("/users/7").await?;
//! # let metrics = get("/metrics").await?;
//! # assert!(metrics.contains(r#"http_requests_total{method="GET",endpoint="/users/{id}",status="200"} 1"#), "{metrics}");
//! # handle.stop(false).await;
//! # Ok(())
//! # }
//! ```

mod body;
mod endpoint;
mod foresight;
mod head;
mod journeys;
mod routes;
mod transform;
mod upgrade;

pub use body::ResponseBody;
pub use journeys::{Journeys, JourneysFuture, JourneysMiddleware};
pub use transform::{HttpMetrics, HttpMetricsMiddleware, ResponseFuture};
