use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use http::Method;

use crate::contract::app::{Action, Conflict, Methods, ROUTES, act};
use crate::support::server::Server;

use super::{Mounted, respond, settings};

pub async fn mounted() -> Mounted {
    let monitor = settings().build().unwrap();
    let (api, rest): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|(template, _)| template.starts_with("/api/"));
    let router = |routes: Vec<&(&'static str, Methods)>| {
        routes.into_iter().fold(Router::new(), |router: Router, (template, methods)| {
            router.route(template.strip_prefix("/api").unwrap_or(template), routed(methods))
        })
    };
    let app = router(rest).nest("/api", router(api)).merge(monitor.routes()).layer(monitor.layer());
    Mounted { name: "axum", server: Server::start(app).await.into(), monitor }
}

fn routed(methods: &[(&str, Action)]) -> MethodRouter {
    methods.iter().fold(MethodRouter::new(), |router, &(method, action)| {
        let method: Method = method.parse().unwrap();
        let handler = async move || match action {
            Action::Fail => Err(act(action).await.err().unwrap()),
            _ => Ok(respond(action).await.map(axum::body::Body::new)),
        };
        router.merge(on(MethodFilter::try_from(method).unwrap(), handler))
    })
}

impl IntoResponse for Conflict {
    fn into_response(self) -> Response {
        (Self::STATUS, Self::TEXT).into_response()
    }
}
