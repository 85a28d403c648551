//! Deadlines, as the caller's `grpc-timeout` says them.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use tower::{Layer, Service, service_fn};

use super::greeter::{GrpcServer, framed};
use super::{HELLO, assert_counted, monitor, only_call};
use crate::support::client::http2_connection;
use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_call_that_tonic_ends_at_its_deadline_exceeded_it() {
    let monitor = monitor();
    let server = GrpcServer::measured(&monitor);
    let mut requests = http2_connection(server.address).await;
    let request = Request::post("http://a/test.Greeter/Hello").header("content-type", "application/grpc");
    let request = request.header("te", "trailers").header("grpc-timeout", "30m").body(()).unwrap();
    let (response, mut body) = requests.send_request(request, false).unwrap();
    body.send_data(framed("hang"), true).unwrap();
    response.await.unwrap();
    let metrics = only_call(&monitor, HELLO, "DeadlineExceeded").await;
    assert!(metrics.total("grpc_server_handling_seconds_sum") >= 0.03);
}

#[tokio::test]
async fn a_call_left_after_its_deadline_exceeded_it_and_one_left_before_is_canceled() {
    const PAST: Duration = Duration::from_millis(5);
    let cases = [
        ("1n", "DeadlineExceeded"),
        ("999u", "DeadlineExceeded"),
        ("1m", "DeadlineExceeded"),
        ("99999999u", "Canceled"),
        ("10000m", "Canceled"),
        ("10S", "Canceled"),
        ("1M", "Canceled"),
        ("99999999H", "Canceled"),
        // What is no timeout sets none.
        ("000000001n", "Canceled"),
        ("-1n", "Canceled"),
        ("+1n", "Canceled"),
        ("1", "Canceled"),
        ("n", "Canceled"),
        ("1 n", "Canceled"),
        ("", "Canceled"),
    ];
    for (timeout, code) in cases {
        let monitor = monitor();
        let hanging = service_fn(async |_: Request<()>| std::future::pending::<Result<Response<Empty<Bytes>>, ()>>().await);
        let request =
            Request::post("/test.Greeter/Hello").header("content-type", "application/grpc").header("grpc-timeout", timeout);
        let call = monitor.grpc_layer().layer(hanging).call(request.body(()).unwrap());
        tokio::time::sleep(PAST).await;
        drop(call);
        assert_counted(&Metrics::of(&monitor).await, HELLO, code);
    }
}
