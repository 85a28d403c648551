//! A layer around the router counts by the template that a layer inside tells it.

mod moments;
mod order;
mod rules;

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Service, ServiceExt};
use tower_rum::{Builder, Monitor};

/// What a router of the tests' own leaves in a request's extensions.
#[derive(Clone)]
struct Template(String);

fn route(mut request: Request<()>) -> Request<()> {
    let path = request.uri().path();
    let template = match path {
        "/nope" => None,
        _ if path.starts_with("/users/") => Some("/users/{id}"),
        path => Some(path),
    };
    if let Some(template) = template.map(str::to_owned) {
        request.extensions_mut().insert(Template(template));
    }
    request
}

fn routed() -> Builder {
    let builder = Monitor::builder().registry(prometheus::Registry::new());
    builder.endpoint(|head| head.extensions().get::<Template>().map(|template| Cow::Borrowed(template.0.as_str())))
}

async fn hello(_: Request<()>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::from("hello")))
}

async fn answer<S, B>(service: S, path: &str) -> Bytes
where
    S: Service<Request<()>, Response = Response<B>, Error: std::fmt::Debug>,
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let response = service.oneshot(Request::get(path).body(()).unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap().to_bytes()
}
