use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Incoming;
use tokio::time::sleep;
use tower::{ServiceBuilder, service_fn};
use tower_rum::Monitor;

#[cfg(feature = "actix")]
use crate::support::actix::ActixServer;
use crate::support::body::{BoxError, Scripted};
use crate::support::client::http1;
use crate::support::metrics::Metrics;
use crate::support::server::{Served, Server};
use crate::support::site::{AnyBody, any};
use crate::support::watch::by_path;

/// An application, its monitor, and what it has itself begun to answer.
pub struct Faulty {
    pub name: &'static str,
    pub monitor: Monitor,
    pub server: Served,
    begun: Arc<AtomicUsize>,
}

impl Faulty {
    /// One under each server. Beacons are counted like pages: so a test sees that one has arrived.
    pub async fn all() -> Vec<Self> {
        vec![
            Self::hyper(by_path().count_own_routes(true).build().unwrap()).await,
            #[cfg(feature = "actix")]
            Self::actix(),
        ]
    }

    pub async fn hyper(monitor: Monitor) -> Self {
        let begun = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&begun);
        let pages = service_fn(move |request| {
            counter.fetch_add(1, Ordering::Relaxed);
            page(request)
        });
        let service = ServiceBuilder::new().layer(monitor.layer()).layer(monitor.routes_layer()).service(pages);
        Self { name: "hyper", server: Server::start(service).await.into(), monitor, begun }
    }

    #[cfg(feature = "actix")]
    fn actix() -> Self {
        use actix_web::HttpResponse;
        use actix_web::body::BodyStream;
        use actix_web::web;

        let monitor = Monitor::builder().registry(prometheus::Registry::new()).count_own_routes(true).build().unwrap();
        let routes = monitor.clone();
        let endless = async || {
            let first = stream::iter([Ok::<_, actix_web::Error>(Bytes::from("first"))]);
            HttpResponse::Ok().body(BodyStream::new(first.chain(stream::pending())))
        };
        let app = move |app: &mut web::ServiceConfig| {
            app.route("/", web::route().to(async || "hello"));
            app.route("/echo", web::route().to(async |body: web::Bytes| body));
            app.route("/endless", web::route().to(endless));
            app.route("/ticking", web::route().to(async || HttpResponse::Ok().streaming(ticking())));
            app.route("/pending", web::route().to(async || std::future::pending::<HttpResponse>().await));
            routes.actix_routes()(app);
        };
        Self { name: "actix", server: ActixServer::start(&monitor, app).into(), monitor, begun: Arc::default() }
    }

    /// How often the application itself was asked.
    pub fn begun(&self) -> usize {
        self.begun.load(Ordering::Relaxed)
    }

    /// Of beacons that broke off, all are counted: as refused where the server let their handlers see it, and as gone where it dropped them.
    #[track_caller]
    pub fn assert_refused_as_answered(&self, metrics: &Metrics, beacons: usize) {
        let with_status = |status: &str, path: &str| {
            let wanted = |series: &str| series.ends_with(&format!("status=\"{status}\"}}")) && series.contains(path);
            metrics.series("http_requests_total").filter(|(series, _)| wanted(series)).map(|(_, value)| value).sum::<f64>()
        };
        let refused = with_status("400", "/log-");
        assert_eq!(refused + with_status("499", "/log-"), beacons as f64, "{}", self.name);
        assert_eq!(metrics.value(r#"rum_rejected_total{reason="malformed"}"#), refused, "{}", self.name);
        assert_eq!(metrics.total("rum_rejected_total"), refused, "{}", self.name);
        let batches = metrics.value(r#"rum_batches_total{result="rejected"}"#);
        assert_eq!(batches, with_status("400", "/log-beacon"), "{}", self.name);
    }

    /// One more request, which is answered: it makes one more among the totals.
    pub async fn assert_alive(&self) {
        let answer = http1(self.server.address, "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await;
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("hello"), "{}: {answer}", self.name);
    }
}

/// Goes on for ever, so that a server sees by itself that the client is gone: not every one looks while a stream is silent.
fn ticking() -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    stream::unfold((), |()| async {
        sleep(Duration::from_millis(1)).await;
        Some((Ok(Bytes::from("first")), ()))
    })
}

async fn page(request: Request<Incoming>) -> Result<Response<AnyBody>, BoxError> {
    match request.uri().path() {
        "/pending" => std::future::pending().await,
        "/echo" => Ok(Response::new(any(Full::new(request.into_body().collect().await?.to_bytes())))),
        "/ticking" => Ok(Response::new(any(StreamBody::new(ticking().map(|piece| piece.map(Frame::data)))))),
        path if path.starts_with("/endless") => Ok(Response::new(any(Scripted::new().data("first").hang()))),
        _ => Ok(Response::new(any(Full::from("hello")))),
    }
}
