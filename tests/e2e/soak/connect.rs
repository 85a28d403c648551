use std::net::SocketAddr;

use axum::body::Bytes;
use http_body_util::Full;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

pub type Http1 = http1::SendRequest<Full<Bytes>>;
pub type Http2 = http2::SendRequest<Full<Bytes>>;

/// The connection that was kept, if it still is one, or a new one.
pub async fn http1(kept: Option<Http1>, address: SocketAddr) -> Http1 {
    if let Some(mut kept) = kept
        && kept.ready().await.is_ok()
    {
        return kept;
    }
    let (sender, connection) = http1::handshake(stream(address).await).await.unwrap();
    tokio::spawn(connection);
    sender
}

pub async fn http2(address: SocketAddr) -> Http2 {
    let (sender, connection) = http2::handshake(TokioExecutor::new(), stream(address).await).await.unwrap();
    tokio::spawn(connection);
    sender
}

async fn stream(address: SocketAddr) -> TokioIo<TcpStream> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    TokioIo::new(stream)
}
