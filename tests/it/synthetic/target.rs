use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;

/// A server that does to each connection what a test says, so that it can break every rule; it ends with its value.
pub struct Target {
    pub address: SocketAddr,
    #[cfg_attr(not(feature = "synthetic-client"), expect(dead_code, reason = "asked of by tests of that client"))]
    pub accepted: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Target {
    pub async fn start<F: Future<Output = ()> + Send + 'static>(handle: impl Fn(TcpStream) -> F + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&accepted);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(handle(stream));
            }
        });
        Self { address, accepted, accepting }
    }

    pub fn uri(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Reads the head of each request, then answers.
pub async fn answering<F: Future<Output = ()> + Send>(answer: impl Fn(TcpStream) -> F + Clone + Send + Sync + 'static) -> Target {
    Target::start(move |mut stream| {
        let answer = answer.clone();
        async move {
            head(&mut stream).await;
            answer(stream).await;
        }
    })
    .await
}

/// Answers each request with the same, then closes.
pub async fn says(answer: &'static str) -> Target {
    answering(move |mut stream| async move { stream.write_all(answer.as_bytes()).await.unwrap() }).await
}

/// The head of a request, as it came.
pub async fn head(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    String::from_utf8(head).unwrap()
}

/// A port of this machine that refuses: it is bound until the process ends, so that nobody else gets it, and nobody listens there.
pub async fn nobody() -> SocketAddr {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    std::mem::forget(socket);
    address
}
