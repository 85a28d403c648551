use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes sent over a connection of their own, and what came back until it was closed.
pub async fn exchange(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // A server that refuses a body need not read all of it.
    let _ = stream.write_all(bytes.as_ref()).await;
    read(&mut stream).await
}

/// Everything up to the end of the connection, an abrupt one included.
pub async fn read(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    let reading = async {
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..read]);
        }
    };
    let most = Duration::from_secs(60);
    tokio::time::timeout(most, reading).await.expect("the server neither answers nor closes");
    String::from_utf8(answer).unwrap()
}

/// The status of an HTTP/1.1 response as it came over the wire.
pub fn status(answer: &str) -> u16 {
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    status.unwrap_or_else(|| panic!("no response in {answer:?}")).parse().unwrap()
}
