use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::watch::PATIENCE;

/// A connection on which `request` has been sent, byte for byte.
pub async fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut connection = connect(address).await;
    connection.write_all(request.as_bytes()).await.unwrap();
    connection
}

/// Reads until `end` has come, and returns everything up to and with what came together with it.
pub async fn read_to(connection: &mut TcpStream, end: &[u8]) -> Vec<u8> {
    let mut read = Vec::new();
    while !read.windows(end.len()).any(|window| window == end) {
        let more = timeout(PATIENCE, connection.read_buf(&mut read)).await.unwrap().unwrap();
        assert!(more > 0, "closed after {:?}", String::from_utf8_lossy(&read));
    }
    read
}

/// Everything that an HTTP/1 server answers to `request` until it closes the connection.
pub async fn http1(address: SocketAddr, request: &str) -> Vec<u8> {
    let mut connection = send(address, request).await;
    let mut response = Vec::new();
    // A server that breaks off may reset the connection: what came before that is the answer.
    let _ = timeout(PATIENCE, connection.read_to_end(&mut response)).await.unwrap();
    response
}

/// What an HTTP/2 server answers, and the frames that carry it.
#[derive(Debug, Default, PartialEq)]
pub struct Http2Response {
    /// `None` if the stream was reset before the head was on its way.
    pub status: Option<StatusCode>,
    /// The header fields, `date` aside.
    pub headers: HeaderMap,
    pub data: Vec<u8>,
    pub trailers: Option<HeaderMap>,
    pub reset: Option<h2::Reason>,
    pub frames: Vec<Http2Frame>,
}

/// A HEADERS, DATA or `RST_STREAM` frame; of a header block's length `date` would be part.
#[derive(Debug, PartialEq, Eq)]
pub struct Http2Frame {
    pub kind: u8,
    pub flags: u8,
    pub length: Option<usize>,
}

pub async fn http2(address: SocketAddr, method: Method, path: &str) -> Http2Response {
    let request = Request::builder().method(method).uri(format!("http://{address}{path}"));
    http2_exchange(address, request.body(Bytes::new()).unwrap()).await
}

/// The same for any request.
pub async fn http2_exchange(address: SocketAddr, request: Request<Bytes>) -> Http2Response {
    let recorded = Arc::new(Mutex::new(Vec::new()));
    let (mut requests, connection) =
        h2::client::handshake(Recording { stream: connect(address).await, read: Arc::clone(&recorded) }).await.unwrap();
    let driver = tokio::spawn(connection);
    let (head, body) = request.into_parts();
    let (response, mut sending) = requests.send_request(Request::from_parts(head, ()), body.is_empty()).unwrap();
    if !body.is_empty() {
        sending.send_data(body, true).unwrap();
    }
    let mut seen = Http2Response::default();
    match timeout(PATIENCE, response).await.unwrap() {
        Ok(response) => seen.read(response).await,
        Err(error) => seen.reset = error.reason(),
    }
    drop((requests, sending));
    let _ = timeout(PATIENCE, driver).await.unwrap();
    seen.frames = frames(&recorded.lock().unwrap());
    seen
}

impl Http2Response {
    async fn read(&mut self, response: Response<RecvStream>) {
        self.status = Some(response.status());
        self.headers.clone_from(response.headers());
        self.headers.remove(http::header::DATE);
        let mut body = response.into_body();
        while let Some(chunk) = timeout(PATIENCE, body.data()).await.unwrap() {
            match chunk {
                Ok(chunk) => {
                    body.flow_control().release_capacity(chunk.len()).unwrap();
                    self.data.extend_from_slice(&chunk);
                }
                Err(error) => {
                    self.reset = error.reason();
                    return;
                }
            }
        }
        self.trailers = timeout(PATIENCE, body.trailers()).await.unwrap().unwrap();
    }
}

/// A way to send requests over one HTTP/2 connection.
pub async fn http2_connection(address: SocketAddr) -> h2::client::SendRequest<Bytes> {
    let stream = connect(address).await;
    let (requests, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    requests
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.unwrap();
    // Small writes that wait for acknowledgements would take most of the tests' time.
    stream.set_nodelay(true).unwrap();
    stream
}

fn frames(mut bytes: &[u8]) -> Vec<Http2Frame> {
    const DATA: u8 = 0;
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    let mut frames = Vec::new();
    while let [a, b, c, kind, flags, _, _, _, _, rest @ ..] = bytes {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        if matches!(*kind, DATA | HEADERS | RST_STREAM) {
            frames.push(Http2Frame { kind: *kind, flags: *flags, length: (*kind != HEADERS).then_some(length) });
        }
        bytes = rest.get(length..).unwrap_or_default();
    }
    frames
}

/// A connection that remembers what was read from it.
struct Recording {
    stream: TcpStream,
    read: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Recording {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        self.read.lock().unwrap().extend_from_slice(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recording {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
