//! Our routes as resources of actix: a request becomes one of http 1, and is answered by what answers it everywhere.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{self, BodyStream, MessageBody};
use actix_web::web::{Payload, ServiceConfig, resource};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, error::PayloadError};
use bytes::Bytes;
use http::StatusCode;
use http::header::CONTENT_LENGTH;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use pin_project_lite::pin_project;

use crate::address::ClientAddress;
use crate::monitor::Monitor;
use crate::routes::{Route, Routes};

use super::head;

impl Monitor {
    /// `/metrics`, `/healthz`, the browser script and the ingest, for [`App::configure`](actix_web::App::configure): everything but the
    /// [`dashboard`](crate::dashboard).
    ///
    /// Of two resources that fit a path, actix takes the one that came first: configure these before a `scope("")`, a `/{page}` or files at the root,
    /// which take every path. An application with a `/healthz` of its own puts ours elsewhere by [`uptime_path`](crate::Builder::uptime_path).
    ///
    /// **On a port that strangers reach, `/metrics` is theirs to read.** There, configure [`actix_public_routes`](Self::actix_public_routes), and serve
    /// [`actix_operator_routes`](Self::actix_operator_routes) on a second port or behind authentication: see [the guide](crate::guide::operator).
    #[must_use = "the routes are there once an application is configured with this"]
    pub fn actix_routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        self.resources(Route::is_for_any_router)
    }

    /// What the browsers of users need, the script and the ingest, and `/healthz`.
    #[must_use = "the routes are there once an application is configured with this"]
    pub fn actix_public_routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        self.resources(Route::is_public)
    }

    /// What whoever operates the service needs: `/metrics` and the [`dashboard`](crate::dashboard). For a second port, or behind authentication: see
    /// [the guide](crate::guide::operator).
    #[must_use = "the routes are there once an application is configured with this"]
    pub fn actix_operator_routes(&self) -> impl FnOnce(&mut ServiceConfig) + use<> {
        self.own_routes().mount_dashboard();
        self.resources(Route::is_operators)
    }

    fn resources<F: Fn(Route) -> bool>(&self, wanted: F) -> impl FnOnce(&mut ServiceConfig) + use<F> {
        let routes = Arc::clone(self.own_routes());
        move |app| {
            for (path, route) in routes.iter().filter(|&(_, route)| wanted(route)) {
                let routes = Arc::clone(&routes);
                let answer = move |request, body| answer(Arc::clone(&routes), route, request, body);
                app.service(resource(path).to(answer));
            }
        }
    }
}

async fn answer(routes: Arc<Routes>, route: Route, asked: HttpRequest, body: Payload) -> HttpResponse {
    let head = head::request(asked.head());
    let declared = head.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let mut request = head.map(|()| RequestBody { stream: BodyStream::new(body), declared: declared.unwrap_or(0) });
    if let Some(address) = client(&asked) {
        request.extensions_mut().insert(address);
    }
    let (head, body) = routes.respond(route, request).await.into_parts();
    let mut response = head::response(&head);
    if head.status == StatusCode::NOT_MODIFIED {
        // An empty body would be declared over HTTP/2, with a length that is not what a GET would get.
        return response.body(body::None::new());
    }
    let Ok(body) = body.collect().await;
    response.body(body.to_bytes())
}

/// What the host has put into the request's extensions, else the other end of the connection.
pub(super) fn client(request: &HttpRequest) -> Option<ClientAddress> {
    let known = request.extensions().get().copied();
    known.or_else(|| request.peer_addr().map(|peer| ClientAddress(peer.ip())))
}

pin_project! {
    /// A body as it comes in, after what its head declares of it.
    struct RequestBody {
        #[pin]
        stream: BodyStream<Payload>,
        declared: u64,
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = PayloadError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, PayloadError>>> {
        self.project().stream.poll_next(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.declared);
        hint
    }
}
