//! The shortest honest hyper application: `cargo run --example hyper`, then open <http://127.0.0.1:3000/metrics>.

use std::borrow::Cow;
use std::convert::Infallible;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tower::{ServiceBuilder, service_fn};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let monitor =
        tower_rum::Monitor::builder().endpoint(|request| (request.uri().path() == "/").then_some(Cow::Borrowed("/"))).build()?;
    let service = ServiceBuilder::new().layer(monitor.routes_layer()).layer(monitor.layer()).service(service_fn(app));

    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 3000)).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(service.clone());
        tokio::spawn(async move {
            // A client that breaks the connection off is none of the server's errors.
            let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn app(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::from("hello\n"));
    if request.uri().path() != "/" {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    Ok(response)
}
