//! A service of every type on a real tonic server, and a client for it. Messages are their text.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, BufMut, Bytes};
use futures_util::{FutureExt, Stream, StreamExt, stream};
use http::uri::PathAndQuery;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::body::Body;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::NamedService;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status, Streaming};
use tower::{Service, service_fn};
use tower_rum::Monitor;

use crate::support::watch::PATIENCE;

type Messages = Pin<Box<dyn Stream<Item = Result<String, Status>> + Send>>;

/// `Hello` greets, `Gather` joins, `Count` counts, `Chat` echoes, `Secret` is one that its host does not declare. `no` is refused, `break` fails after a
/// message, `open` leaves open what has begun, `hang` never begins, `panic` does.
#[derive(Debug, Clone)]
pub struct Greeter;

impl NamedService for Greeter {
    const NAME: &'static str = "test.Greeter";
}

impl Service<http::Request<Body>> for Greeter {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(Text);
            Ok(match request.uri().path() {
                "/test.Greeter/Hello" | "/test.Greeter/Secret" => grpc.unary(service_fn(hello), request).await,
                "/test.Greeter/Gather" => grpc.client_streaming(service_fn(gather), request).await,
                "/test.Greeter/Count" => grpc.server_streaming(service_fn(count), request).await,
                "/test.Greeter/Chat" => grpc.streaming(service_fn(chat), request).await,
                _ => Status::unimplemented("").into_http(),
            })
        })
    }
}

async fn hello(request: Request<String>) -> Result<Response<String>, Status> {
    match request.into_inner().as_str() {
        "no" => Err(Status::not_found("nobody")),
        "panic" => panic!("the method panicked"),
        "hang" => std::future::pending().await,
        name => Ok(Response::new(format!("hello {name}"))),
    }
}

async fn gather(request: Request<Streaming<String>>) -> Result<Response<String>, Status> {
    let mut messages = request.into_inner();
    let mut all = String::new();
    while let Some(message) = messages.message().await? {
        all.push_str(&message);
    }
    Ok(Response::new(all))
}

async fn count(request: Request<String>) -> Result<Response<Messages>, Status> {
    let one = stream::iter([Ok("1".to_owned())]);
    let messages: Messages = match request.into_inner().as_str() {
        "break" => Box::pin(one.chain(stream::iter([Err(Status::aborted("enough"))]))),
        "open" => Box::pin(one.chain(stream::pending())),
        most => Box::pin(stream::iter((1..=most.parse::<u32>().unwrap()).map(|number| Ok(number.to_string())))),
    };
    Ok(Response::new(messages))
}

async fn chat(request: Request<Streaming<String>>) -> Result<Response<Messages>, Status> {
    Ok(Response::new(Box::pin(request.into_inner())))
}

/// A tonic server on a free loopback port.
pub struct GrpcServer {
    pub address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl GrpcServer {
    pub fn measured(monitor: &Monitor) -> Self {
        let server = Server::builder().layer(monitor.grpc_layer()).add_service(Greeter);
        Self::start(async move |incoming, stopped| server.serve_with_incoming_shutdown(incoming, stopped).await.unwrap())
    }

    pub fn plain() -> Self {
        let server = Server::builder().add_service(Greeter);
        Self::start(async move |incoming, stopped| server.serve_with_incoming_shutdown(incoming, stopped).await.unwrap())
    }

    pub fn start<F: Future<Output = ()> + Send + 'static>(serve: impl FnOnce(TcpIncoming, Stopped) -> F) -> Self {
        let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).unwrap().with_nodelay(Some(true));
        let address = incoming.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        Self { address, stop, serving: tokio::spawn(serve(incoming, Box::pin(stopped.map(drop)))) }
    }

    /// Takes no more calls and waits for those that are open.
    pub async fn shut_down(self) {
        self.stop.send(()).unwrap();
        timeout(PATIENCE, self.serving).await.unwrap().unwrap();
    }
}

type Stopped = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A client of its own connection.
pub struct Client(Grpc<Channel>);

impl Client {
    pub async fn of(server: &GrpcServer) -> Self {
        let channel = Endpoint::from_shared(format!("http://{}", server.address)).unwrap().connect().await.unwrap();
        Self(Grpc::new(channel))
    }

    pub async fn unary(&mut self, path: &'static str, message: &str) -> Result<String, Status> {
        self.0.ready().await.unwrap();
        let reply = self.0.unary(Request::new(message.to_owned()), PathAndQuery::from_static(path), Text).await?;
        Ok(reply.into_inner())
    }

    pub async fn gather(&mut self, messages: impl Stream<Item = String> + Send + 'static) -> Result<String, Status> {
        self.0.ready().await.unwrap();
        let path = PathAndQuery::from_static("/test.Greeter/Gather");
        Ok(self.0.client_streaming(Request::new(messages), path, Text).await?.into_inner())
    }

    pub async fn count(&mut self, message: &str) -> Result<Streaming<String>, Status> {
        self.0.ready().await.unwrap();
        let path = PathAndQuery::from_static("/test.Greeter/Count");
        Ok(self.0.server_streaming(Request::new(message.to_owned()), path, Text).await?.into_inner())
    }

    pub async fn chat(&mut self, messages: impl Stream<Item = String> + Send + 'static) -> Result<Streaming<String>, Status> {
        self.0.ready().await.unwrap();
        let path = PathAndQuery::from_static("/test.Greeter/Chat");
        Ok(self.0.streaming(Request::new(messages), path, Text).await?.into_inner())
    }
}

/// A message as it lies in a frame: uncompressed, its length, its text.
pub fn framed(message: &str) -> Bytes {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message.as_bytes()].concat().into()
}

#[derive(Debug, Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, bytes: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes.put(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let text = bytes.copy_to_bytes(bytes.remaining());
        String::from_utf8(text.to_vec()).map(Some).map_err(|error| Status::internal(error.to_string()))
    }
}
