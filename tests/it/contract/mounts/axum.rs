use axum::Router;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter};
use http::{Method, StatusCode};
use tower_rum::middleware::HttpMetricsLayer;

use crate::contract::app::{Action, Conflict, Methods, ROUTES, act};
use crate::support::server::Server;

use super::{Mounted, respond, settings};

pub async fn mounted() -> Mounted {
    let monitor = settings().build().unwrap();
    let app = application(|methods| routed(methods, None)).merge(monitor.routes()).layer(monitor.layer());
    Mounted { name: "axum", server: Server::start(app).await.into(), monitor }
}

/// The same with the layer around each handler, those that answer what no route takes among them.
pub async fn mounted_by_handlers() -> Mounted {
    let monitor = settings().build().unwrap();
    let layer = monitor.layer();
    let nowhere = async || StatusCode::NOT_FOUND;
    let app = application(|methods| routed(methods, Some(&layer))).merge(monitor.routes()).fallback(nowhere.layer(layer.clone()));
    Mounted { name: "axum, around each handler", server: Server::start(app).await.into(), monitor }
}

fn application(handlers: impl Fn(Methods) -> MethodRouter) -> Router {
    let (api, rest): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|(template, _)| template.starts_with("/api/"));
    let router = |routes: Vec<&(&'static str, Methods)>| {
        routes.into_iter().fold(Router::new(), |router: Router, (template, methods)| {
            router.route(template.strip_prefix("/api").unwrap_or(template), handlers(methods))
        })
    };
    router(rest).nest("/api", router(api))
}

/// Its handlers, with a layer around each if there is one.
fn routed(methods: Methods, layer: Option<&HttpMetricsLayer>) -> MethodRouter {
    let router = methods.iter().fold(MethodRouter::new(), |router, &(method, action)| {
        let filter = MethodFilter::try_from(method.parse::<Method>().unwrap()).unwrap();
        let handler = async move || match action {
            Action::Fail => Err(act(action).await.err().unwrap()),
            _ => Ok(respond(action).await.map(axum::body::Body::new)),
        };
        match layer {
            None => router.on(filter, handler),
            Some(layer) => router.on(filter, handler.layer(layer.clone())),
        }
    });
    let Some(layer) = layer else { return router };
    let refused = async || StatusCode::METHOD_NOT_ALLOWED;
    router.fallback(refused.layer(layer.clone()))
}

impl IntoResponse for Conflict {
    fn into_response(self) -> Response {
        (Self::STATUS, Self::TEXT).into_response()
    }
}
