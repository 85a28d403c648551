//! Request bodies, for a host that asks for them: the bytes that the application read, once a request.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full, StreamBody};
use tower::{Layer, Service, service_fn};
use tower_rum::Monitor;

use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_body_read_whole_is_one_observation_of_its_bytes() {
    let metrics = after(chunks(&["hello ", "world"]), Reads::All).await;
    assert_eq!(observed(&metrics), (1.0, 11.0));
}

#[tokio::test]
async fn of_a_body_read_in_part_only_what_was_read_counts() {
    let metrics = after(chunks(&["hello ", "world"]), Reads::OneFrame).await;
    assert_eq!(observed(&metrics), (1.0, 6.0));
}

#[tokio::test]
async fn a_body_that_nobody_read_is_an_observation_of_zero() {
    let metrics = after(chunks(&["hello ", "world"]), Reads::Nothing).await;
    assert_eq!(observed(&metrics), (1.0, 0.0));
}

#[tokio::test]
async fn without_the_layer_there_is_no_such_family() {
    let monitor = Monitor::new();
    assert_eq!(Metrics::of(&monitor).await.series("http_request_size_bytes_count").count(), 0);
}

#[tokio::test]
async fn the_body_keeps_its_size_hint_and_end() {
    let monitor = Monitor::new();
    let asked = service_fn(async |request: Request<_>| {
        let body = request.into_body();
        assert_eq!((Body::size_hint(&body).exact(), Body::is_end_stream(&body)), (Some(5), false));
        Ok::<_, Infallible>(Response::new(()))
    });
    monitor.request_size_layer().layer(asked).call(Request::new(Full::<Bytes>::from("hello"))).await.unwrap();
}

#[derive(Clone, Copy, PartialEq)]
enum Reads {
    All,
    OneFrame,
    Nothing,
}

async fn after<B>(body: B, reads: Reads) -> Metrics
where
    B: Body<Data = Bytes, Error = Infallible> + Unpin,
{
    let monitor = Monitor::builder().endpoint(|_| Some(Cow::Borrowed("/upload"))).build().unwrap();
    let application = service_fn(async |request: Request<_>| {
        let mut body = request.into_body();
        while reads != Reads::Nothing && BodyExt::frame(&mut body).await.is_some() && reads == Reads::All {}
        Ok::<_, Infallible>(Response::new(()))
    });
    monitor.request_size_layer().layer(application).call(Request::post("/upload/7").body(body).unwrap()).await.unwrap();
    Metrics::of(&monitor).await
}

fn chunks(chunks: &'static [&'static str]) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
    let frames = chunks.iter().map(|chunk| Ok(http_body::Frame::data(Bytes::from_static(chunk.as_bytes()))));
    StreamBody::new(futures_util::stream::iter(frames))
}

fn observed(metrics: &Metrics) -> (f64, f64) {
    let value = |suffix: &str| metrics.value(&format!(r#"http_request_size_bytes_{suffix}{{method="POST",endpoint="/upload"}}"#));
    (value("count"), value("sum"))
}
