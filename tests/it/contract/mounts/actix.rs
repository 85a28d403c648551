use std::error::Error;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::error::ErrorConflict;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{ServiceConfig, method, resource, scope};
use actix_web::{HttpResponse, Resource};
use bytes::Bytes;
use http_body::Body;

use crate::contract::app::{Action, Conflict, Methods, ROUTES, Reply, ReplyBody, act};
use crate::support::actix::ActixServer;
use crate::support::body::Scripted;

use super::{Mounted, settings};

pub fn mounted() -> Mounted {
    let monitor = settings().build().unwrap();
    let routes = monitor.clone();
    let app = move |app: &mut ServiceConfig| {
        let api = ROUTES.iter().filter_map(|(template, methods)| Some((template.strip_prefix("/api")?, *methods)));
        app.service(api.fold(scope("/api"), |scope, (template, methods)| scope.service(routed(template, methods))));
        for (template, methods) in ROUTES {
            app.service(routed(template, methods));
        }
        routes.actix_routes()(app);
    };
    Mounted { name: "actix", server: ActixServer::start(&monitor, app).into(), monitor }
}

fn routed(template: &str, methods: Methods) -> Resource {
    methods.iter().fold(resource(template), |resource, &(name, action)| {
        let answer = move || answer(action);
        resource.route(method(Method::from_bytes(name.as_bytes()).unwrap()).to(answer))
    })
}

async fn answer(action: Action) -> Result<HttpResponse, actix_web::Error> {
    let Reply { status, content_type, body } = act(action).await.map_err(|Conflict| ErrorConflict(Conflict::TEXT))?;
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap());
    if !content_type.is_empty() {
        response.content_type(content_type);
    }
    Ok(match body {
        ReplyBody::Whole(bytes) => response.body(bytes),
        ReplyBody::Stream(body) => response.body(Pieces(body)),
    })
}

/// A body of http's, as actix polls one.
struct Pieces(Scripted);

impl MessageBody for Pieces {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.0.size_hint().exact().map_or(BodySize::Stream, BodySize::Sized)
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Box<dyn Error>>>> {
        let frame = Pin::new(&mut self.0).poll_frame(cx);
        frame.map(|frame| Some(frame?.map(|frame| frame.into_data().unwrap()).map_err(|error| error as Box<dyn Error>)))
    }
}
