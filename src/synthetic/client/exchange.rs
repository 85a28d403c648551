//! One request: connect, TLS, head.

use std::error::Error;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{HOST, HeaderValue};
use http::uri::{Authority, PathAndQuery};
use http::{Request, Response, Uri};
use http_body::Body;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

use crate::synthetic::probe::bare;
use crate::synthetic::tcp;
use crate::synthetic::{Phase, Trace};

use super::connection::{ClientBody, Connection};
use super::trust::Trust;

type BoxError = Box<dyn Error + Send + Sync>;

pub(super) async fn exchange<B>(trust: Arc<Trust>, mut request: Request<B>) -> Result<Response<ClientBody>, BoxError>
where
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    let trace = request.extensions_mut().remove::<Trace>().unwrap_or_default();
    let secure = request.uri().scheme_str() == Some("https");
    let authority = request.uri().authority().ok_or("a request takes an absolute URI")?.clone();
    let host = bare(authority.host());
    let port = authority.port_u16().unwrap_or(if secure { 443 } else { 80 });
    address(&mut request, &authority, port != if secure { 443 } else { 80 })?;

    let stream = tcp::connect(host, port, &trace).await?;
    stream.set_nodelay(true)?;
    if secure {
        trace.enter(Phase::Tls);
        let connector = TlsConnector::from(Arc::new(trust.config(&trace)?));
        let name = ServerName::try_from(host.to_owned())?;
        let stream = connector.connect(name, stream).await?;
        talk(stream, request, &trace).await
    } else {
        talk(stream, request, &trace).await
    }
}

/// As a server expects it: the path in the first line, the host in a field.
fn address<B>(request: &mut Request<B>, authority: &Authority, with_port: bool) -> Result<(), BoxError> {
    let host = if with_port { authority.as_str() } else { authority.host() };
    let host = HeaderValue::from_str(host)?;
    request.headers_mut().entry(HOST).or_insert(host);
    let path = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    Ok(())
}

async fn talk<I, B>(stream: I, request: Request<B>, trace: &Trace) -> Result<Response<ClientBody>, BoxError>
where
    I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    B: Body<Data = Bytes, Error: Into<BoxError>> + Send + Unpin + 'static,
{
    trace.enter(Phase::Processing);
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let connection = Connection::drive(connection);
    let response = sender.send_request(request).await?;
    Ok(response.map(|body| ClientBody::new(body, connection)))
}
