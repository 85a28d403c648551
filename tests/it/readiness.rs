//! The instance that is asked whether it is ready is the one that is called.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceBuilder};
use tower_test::mock;

use crate::support::metrics::Metrics;
use crate::support::watch::monitor;

type Asked = Request<Full<Bytes>>;
type Answer = Response<Full<Bytes>>;

#[tokio::test]
async fn a_permit_that_was_waited_for_is_the_one_that_is_used() {
    let monitor = monitor();
    // Calling an instance that was not ready panics.
    let (mut service, mut handle) = mock::spawn_with::<Asked, Answer, _, _>(|inner| monitor.layer().layer(inner));
    handle.allow(0);
    assert!(service.poll_ready::<Asked>().is_pending());
    handle.allow(1);
    assert!(service.is_woken());
    assert!(service.poll_ready::<Asked>().is_ready());
    let response = tokio::spawn(service.call(Asked::default()));
    assert!(service.poll_ready::<Asked>().is_pending(), "the one permit is used up");
    answer(&mut handle).await;
    response.await.unwrap().unwrap().into_body().collect().await.unwrap();
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_total"), 1.0);
}

#[tokio::test]
async fn our_routes_in_front_leave_readiness_to_the_service_behind() {
    let monitor = monitor();
    let (mut service, mut handle) = mock::spawn_with::<Asked, Answer, _, _>(|inner| {
        ServiceBuilder::new()
            .layer(monitor.routes_layer())
            .layer(monitor.layer())
            .layer(monitor.request_size_layer())
            .map_request(|request: Request<tower_rum::middleware::RequestBody<_>>| request.map(|_| Full::default()))
            .service(inner)
    });
    handle.allow(0);
    assert!(service.poll_ready::<Asked>().is_pending());
    handle.allow(1);
    assert!(service.poll_ready::<Asked>().is_ready());
    let response = tokio::spawn(service.call(Asked::default()));
    answer(&mut handle).await;
    assert_eq!(response.await.unwrap().unwrap().status(), 200);
}

#[tokio::test]
async fn an_inner_service_that_failed_is_not_ready_and_counts_nothing() {
    let monitor = monitor();
    let (mut service, mut handle) = mock::spawn_with::<Asked, Answer, _, _>(|inner| monitor.layer().layer(inner));
    handle.send_error("gone");
    assert!(matches!(service.poll_ready::<Asked>(), std::task::Poll::Ready(Err(_))));
    assert_eq!(Metrics::of(&monitor).await.total("http_requests_total"), 0.0);
}

async fn answer(handle: &mut mock::Handle<Asked, Answer>) {
    let (_, send) = handle.next_request().await.unwrap();
    send.send_response(Response::new(Full::from("hello")));
}
