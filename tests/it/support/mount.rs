use std::convert::Infallible;
#[cfg(feature = "actix")]
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use tower::util::BoxCloneService;
use tower::{Layer, ServiceExt, service_fn};
use tower_rum::Monitor;
use tower_rum::routes::WithRoutesLayer;

#[cfg(feature = "actix")]
use super::actix::ActixServer;

pub type Body = BoxBody<Bytes, Infallible>;
type Service = BoxCloneService<Request<Body>, Answer, Infallible>;

/// A monitor's routes, mounted in one of the ways that the crate offers.
#[derive(Debug, Clone)]
pub struct Mount {
    pub name: &'static str,
    service: Service,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Mount {
    /// Every way there is.
    pub fn all(monitor: &Monitor) -> Vec<Self> {
        #[cfg_attr(not(feature = "actix"), expect(unused_mut, reason = "no more to come"))]
        let mut all = Self::in_process(monitor);
        #[cfg(feature = "actix")]
        all.push(Self::actix(monitor));
        all
    }

    /// Every way to mount the operator's routes.
    pub fn operators(monitor: &Monitor) -> Vec<Self> {
        vec![
            Self::layered("tower", &monitor.operator_routes_layer()),
            #[cfg(feature = "axum")]
            Self::router("axum", monitor.operator_routes()),
            #[cfg(feature = "actix")]
            Self::actix_resources("actix", monitor, |monitor, config| monitor.actix_operator_routes()(config)),
        ]
    }

    /// Every way that takes a request as the test made it, without a connection between.
    pub fn in_process(monitor: &Monitor) -> Vec<Self> {
        vec![
            Self::tower(monitor),
            #[cfg(feature = "axum")]
            Self::axum(monitor),
        ]
    }

    pub fn tower(monitor: &Monitor) -> Self {
        Self::layered("tower", &monitor.routes_layer())
    }

    /// Routes in front of a service that knows no path.
    pub fn layered(name: &'static str, routes: &WithRoutesLayer) -> Self {
        let not_ours = service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::builder().status(404).body(Full::<Bytes>::default()).unwrap())
        });
        Self { name, service: routes.layer(not_ours).and_then(Answer::read).boxed_clone() }
    }

    #[cfg(feature = "axum")]
    pub fn axum(monitor: &Monitor) -> Self {
        Self::router("axum", monitor.routes())
    }

    /// Over a connection of its own for each request: actix's services do not leave their thread.
    #[cfg(feature = "actix")]
    pub fn actix(monitor: &Monitor) -> Self {
        Self::actix_resources("actix", monitor, |monitor, config| monitor.actix_routes()(config))
    }

    /// The same for those of its resources that a test picks.
    #[cfg(feature = "actix")]
    pub fn actix_resources(
        name: &'static str,
        monitor: &Monitor,
        configure: fn(&Monitor, &mut actix_web::web::ServiceConfig),
    ) -> Self {
        let app = monitor.clone();
        let server = Arc::new(ActixServer::bare(move |config| configure(&app, config)));
        let service = service_fn(move |request| {
            let server = Arc::clone(&server);
            async move { Ok::<_, Infallible>(over_a_connection(server.address, request).await) }
        });
        Self { name, service: service.and_then(Answer::read).boxed_clone() }
    }

    #[cfg(feature = "axum")]
    pub fn router(name: &'static str, router: axum::Router) -> Self {
        Self { name, service: ServiceExt::<Request<Body>>::and_then(router, Answer::read).boxed_clone() }
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        self.service.clone().oneshot(request).await.unwrap()
    }

    /// Posts a whole body; an empty content type is none.
    pub async fn post(&self, path: &str, content_type: &str, body: impl Into<Bytes>) -> Answer {
        self.ask(post(path, content_type, body)).await
    }
}

impl Answer {
    async fn read<B>(response: Response<B>) -> Result<Self, Infallible>
    where
        B: http_body::Body<Error: std::fmt::Debug>,
    {
        let (head, body) = response.into_parts();
        let text = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(text.to_vec()).unwrap();
        Ok(Self { status: head.status.as_u16(), headers: head.headers, text })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

#[cfg(feature = "actix")]
async fn over_a_connection(address: std::net::SocketAddr, mut request: Request<Body>) -> Response<hyper::body::Incoming> {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(hyper_util::rt::TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    if !request.headers().contains_key(http::header::HOST) {
        let host = request.uri().authority().map_or("a", |authority| authority.as_str()).parse().unwrap();
        request.headers_mut().insert(http::header::HOST, host);
    }
    sender.send_request(request).await.unwrap()
}

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const JSON: &str = "application/json";
pub const TEXT: &str = "text/plain;charset=UTF-8";

pub fn post(path: &str, content_type: &str, body: impl Into<Bytes>) -> Request<Body> {
    let mut request = Request::post(path);
    if !content_type.is_empty() {
        request = request.header("content-type", content_type);
    }
    request.body(whole(body)).unwrap()
}

pub fn whole(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).boxed()
}
