/// A bed of an actix application `$app` of twenty routes and three methods; `$wrapped` is what is measured around it.
///
/// A macro, because the types of applications and of their requests cannot be named. Each worker has an application of its own, as each of actix's
/// threads has.
macro_rules! actix_bed {
    ($app:ident => $wrapped:expr) => {{
        use actix_web::dev::Service as _;
        let bed: $crate::beds::Bed = Box::new(move |traffic| {
            let $app = actix_web::App::new().configure($crate::beds::actix::routes);
            let service = $crate::beds::now_or_never(actix_web::test::init_service($wrapped));
            let mut sent = 0;
            Box::new(move |requests| {
                for _ in 0..requests {
                    let request = $crate::beds::actix::request(traffic, sent).to_request();
                    sent += 1;
                    let response = $crate::beds::now_or_never(service.call(request)).expect("a response");
                    $crate::beds::actix::drain(response.into_body());
                }
            })
        });
        bed
    }};
}

pub(crate) use actix_bed;

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::{Method, StatusCode};
use actix_web::test::TestRequest;
use actix_web::web::{Bytes, ServiceConfig, method, resource};

use super::mix::{METHODS, PATTERNS, PAYLOAD, Traffic, status};

pub(crate) fn routes(app: &mut ServiceConfig) {
    for (pattern, _) in PATTERNS {
        app.service(METHODS.iter().fold(resource(pattern), |resource, name| {
            let status = StatusCode::from_u16(status(name).as_u16()).expect("a status");
            let answer = move || std::future::ready(HttpResponse::build(status).body(Bytes::from_static(PAYLOAD)));
            resource.route(method(named(name)).to(answer))
        }));
    }
}

pub(crate) fn request(traffic: Traffic, sent: usize) -> TestRequest {
    let (route, method) = traffic.place(sent);
    TestRequest::with_uri(PATTERNS[route].1).method(named(&METHODS[method]))
}

fn named(method: &http::Method) -> Method {
    Method::from_bytes(method.as_str().as_bytes()).expect("a method")
}

/// Takes all pieces of a body, to its end.
pub(crate) fn drain<B: MessageBody>(body: B) {
    let mut body = pin!(body);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match body.as_mut().poll_next(&mut cx) {
            Poll::Ready(None) => return,
            Poll::Ready(Some(piece)) => drop(black_box(piece.ok())),
            Poll::Pending => {}
        }
    }
}
