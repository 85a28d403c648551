use std::any::Any;
use std::net::SocketAddr;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::Service;

#[cfg(feature = "actix")]
use super::actix::ActixServer;

/// A hyper server on a free loopback port, HTTP/1.1 and HTTP/2 with prior knowledge; it ends with its value.
pub struct Server {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Server {
    pub async fn start<S, B>(service: S) -> Self
    where
        S: Service<
                Request<Incoming>,
                Response = Response<B>,
                Error: Into<Box<dyn std::error::Error + Send + Sync>>,
                Future: Send,
            > + Clone
            + Send
            + 'static,
        B: http_body::Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let service = TowerToHyperService::new(service.clone());
                tokio::spawn(async move {
                    let builder = auto::Builder::new(TokioExecutor::new());
                    let _ = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, accepting }
    }
}

/// A server of any kind.
pub struct Served {
    pub address: SocketAddr,
    _alive: Box<dyn Any + Send>,
}

impl From<Server> for Served {
    fn from(server: Server) -> Self {
        Self { address: server.address, _alive: Box::new(server) }
    }
}

#[cfg(feature = "actix")]
impl From<ActixServer> for Served {
    fn from(server: ActixServer) -> Self {
        Self { address: server.address, _alive: Box::new(server) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
