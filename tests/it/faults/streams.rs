//! HTTP/2 streams that their client resets, at every stage and by the thousand.

use bytes::Bytes;
use h2::Reason;
use h2::client::ResponseFuture;
use http::Request;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::faults::server::Faulty;
use crate::support::client::http2_connection;
use crate::support::watch::{PATIENCE, monitor, settled, until};

const STREAMS: usize = 20;

#[tokio::test]
async fn a_reset_in_the_request_body_counts_each_stream_once() {
    for faulty in Faulty::all().await {
        reset_after_the_first_bytes(&faulty, "/echo").await;
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, (STREAMS + 1) as f64).await;
        assert_eq!(metrics.total("http_requests_total"), (STREAMS + 1) as f64, "{}", faulty.name);
        let answered = r#"http_requests_total{method="POST",endpoint="/echo",status="200"}"#;
        assert_eq!(metrics.get(answered), None, "{}: nobody had a whole request", faulty.name);
    }
}

#[tokio::test]
async fn a_reset_in_a_beacon_records_nothing_of_it() {
    for faulty in Faulty::all().await {
        reset_after_the_first_bytes(&faulty, "/log-interaction").await;
        faulty.assert_alive().await;
        let metrics = settled(&faulty.monitor, (STREAMS + 1) as f64).await;
        assert_eq!(metrics.total("http_requests_total"), (STREAMS + 1) as f64, "{}", faulty.name);
        assert_eq!(metrics.total("rum_events_total"), 0.0, "{}", faulty.name);
        faulty.assert_refused_as_answered(&metrics, STREAMS);
    }
}

#[tokio::test]
async fn a_reset_in_the_response_body_is_an_incomplete_response_and_the_connection_goes_on() {
    for faulty in Faulty::all().await {
        let mut requests = http2_connection(faulty.server.address).await;
        for _ in 0..STREAMS {
            let (response, mut stream) = requests.send_request(get("/ticking"), true).unwrap();
            let mut body = timeout(PATIENCE, response).await.unwrap().unwrap().into_body();
            assert_eq!(timeout(PATIENCE, body.data()).await.unwrap().unwrap().unwrap(), "first");
            stream.send_reset(Reason::CANCEL);
        }
        let (response, _) = requests.send_request(get("/"), true).unwrap();
        assert_eq!(timeout(PATIENCE, response).await.unwrap().unwrap().status(), 200);
        let metrics = settled(&faulty.monitor, (STREAMS + 1) as f64).await;
        let gone = r#"http_responses_incomplete_total{method="GET",endpoint="/ticking",reason="client_gone"}"#;
        assert_eq!(metrics.value(gone), STREAMS as f64, "{}", faulty.name);
        assert_eq!(metrics.total("http_requests_total"), (STREAMS + 1) as f64, "{}", faulty.name);
    }
}

#[tokio::test]
async fn thousands_of_streams_reset_as_soon_as_they_have_come_are_each_counted_once() {
    const ROUNDS: usize = 50;
    const EACH: usize = 100;
    let faulty = Faulty::hyper(monitor()).await;
    let mut requests = http2_connection(faulty.server.address).await;
    for round in 1..=ROUNDS {
        let mut streams: Vec<_> = (0..EACH).map(|_| requests.send_request(get("/pending"), true).unwrap()).collect();
        until(&faulty.monitor, "all streams", |metrics| metrics.total("http_requests_in_flight") == EACH as f64).await;
        for (_, stream) in &mut streams {
            stream.send_reset(Reason::CANCEL);
        }
        settled(&faulty.monitor, (round * EACH) as f64).await;
        requests = requests.ready().await.unwrap();
    }
    faulty.assert_alive().await;
    let metrics = settled(&faulty.monitor, (ROUNDS * EACH + 1) as f64).await;
    let gone = r#"http_requests_total{method="GET",endpoint="/pending",status="499"}"#;
    assert_eq!(metrics.value(gone), (ROUNDS * EACH) as f64);
    assert_eq!(metrics.total("http_requests_total"), faulty.begun() as f64);
}

/// CVE-2023-44487: streams opened and reset in one breath, so that no limit on open streams holds them back. The server closes on whoever
/// does it, and how many come as far as the application is up to it.
#[tokio::test]
async fn a_flood_of_rapid_resets_counts_what_the_application_was_asked_and_nothing_else() {
    const CONNECTIONS: usize = 10;
    let faulty = Faulty::hyper(monitor()).await;
    for streams in [10, 1_000].into_iter().cycle().take(CONNECTIONS) {
        let mut connection = TcpStream::connect(faulty.server.address).await.unwrap();
        // A server that has had enough closes: not all of it need go out.
        let _ = connection.write_all(&flood(streams)).await;
        let mut said = Vec::new();
        let _ = timeout(PATIENCE, connection.read_to_end(&mut said)).await.unwrap();
    }
    faulty.assert_alive().await;
    let metrics = settled(&faulty.monitor, 1.0).await;
    assert_eq!(metrics.total("http_requests_total"), faulty.begun() as f64);
    assert_eq!(metrics.total("http_request_duration_seconds_count"), faulty.begun() as f64);
}

async fn reset_after_the_first_bytes(faulty: &Faulty, path: &str) {
    let mut requests = http2_connection(faulty.server.address).await;
    let mut open: Vec<(ResponseFuture, h2::SendStream<Bytes>)> = Vec::new();
    for _ in 0..STREAMS {
        let request = Request::post(format!("http://a{path}")).header("content-type", "text/plain").body(()).unwrap();
        let (response, mut stream) = requests.send_request(request, false).unwrap();
        stream.send_data(Bytes::from("{"), false).unwrap();
        open.push((response, stream));
    }
    until(&faulty.monitor, "all streams", |metrics| metrics.total("http_requests_in_flight") == STREAMS as f64).await;
    for (_, stream) in &mut open {
        stream.send_reset(Reason::CANCEL);
    }
    settled(&faulty.monitor, STREAMS as f64).await;
}

fn get(path: &str) -> Request<()> {
    Request::get(format!("http://a{path}")).body(()).unwrap()
}

/// A connection's bytes: each stream a HEADERS frame of `GET /pending` and its `RST_STREAM`; at last a GOAWAY.
fn flood(streams: u32) -> Vec<u8> {
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const GOAWAY: u8 = 7;
    const END_STREAM_AND_HEADERS: u8 = 5;
    const CANCEL: [u8; 4] = [0, 0, 0, 8];
    // By the static table: method GET, scheme http; then, never indexed, path and authority.
    let fields = [&[0x82, 0x86, 0x14, 8][..], b"/pending", &[0x11, 1], b"a"].concat();
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let mut frame = |kind: u8, flags: u8, stream: u32, payload: &[u8]| {
        bytes.extend_from_slice(&(payload.len() as u32).to_be_bytes()[1..]);
        bytes.extend_from_slice(&[kind, flags]);
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
    };
    frame(SETTINGS, 0, 0, &[]);
    for number in 0..streams {
        frame(HEADERS, END_STREAM_AND_HEADERS, 2 * number + 1, &fields);
        frame(RST_STREAM, 0, 2 * number + 1, &CANCEL);
    }
    frame(GOAWAY, 0, 0, &[0; 8]);
    bytes
}
