use std::borrow::Cow;
use std::convert::Infallible;

use http::{Request, StatusCode};
use http_body_util::Full;
use tower::{Layer, service_fn};

use crate::contract::app::{Methods, ROUTES};
use crate::support::server::Server;
use crate::support::site::any;

use super::{Mounted, respond, response, settings};

/// A service without a router finds its routes by itself, and names them in a closure.
pub async fn mounted() -> Mounted {
    let named = |path: &str| route(path).map(|(template, _)| template).map(Cow::Borrowed);
    let monitor = settings().endpoint(move |head| named(head.uri().path())).build().unwrap();
    let app = service_fn(async |request: Request<hyper::body::Incoming>| {
        let status = match route(request.uri().path()) {
            None => StatusCode::NOT_FOUND,
            Some((_, methods)) => match methods.iter().find(|(method, _)| request.method() == *method) {
                None => StatusCode::METHOD_NOT_ALLOWED,
                Some(&(_, action)) => return Ok(respond(action).await),
            },
        };
        Ok::<_, Infallible>(response(status, "", any(Full::default())))
    });
    let server = Server::start(monitor.routes_layer().layer(monitor.layer().layer(app))).await;
    Mounted { name: "tower", server: server.into(), monitor }
}

fn route(path: &str) -> Option<(&'static str, Methods)> {
    let fits = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        let same = |(wanted, given): (&&str, &&str)| wanted == given || wanted.starts_with('{') && !given.is_empty();
        template.len() == path.len() && template.iter().zip(&path).all(same)
    };
    ROUTES.iter().copied().find(|(template, _)| fits(template))
}
