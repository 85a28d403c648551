//! Targets that a prober and a `blackbox_exporter` are both sent to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{Html, Redirect};
use axum::routing::get;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::config_file::written;

/// One target, as both are told of it.
pub struct Probed {
    pub name: &'static str,
    /// A URL, or a host and port.
    pub place: String,
    pub is_good: bool,
    /// What the prober expects, as TOML.
    step: &'static str,
    /// The same for a `blackbox_exporter`, as YAML.
    module: &'static str,
}

impl Probed {
    fn good(name: &'static str, place: String) -> Self {
        Self { name, place, is_good: true, step: "", module: "" }
    }

    fn bad(name: &'static str, place: String) -> Self {
        Self { is_good: false, ..Self::good(name, place) }
    }

    fn expecting(self, step: &'static str, module: &'static str) -> Self {
        Self { step, module, ..self }
    }

    fn is_http(&self) -> bool {
        self.place.contains("://")
    }

    fn told_prober(&self, interval_seconds: f64, jitter_seconds: f64) -> String {
        let Self { name, place, step, .. } = self;
        let task = if self.is_http() { format!("[[probe.steps]]\nurl = {place:?}\n{step}") } else { format!("tcp = {place:?}") };
        let times = format!(
            "interval_seconds = {interval_seconds}\njitter_seconds = {jitter_seconds}\ntimeout_seconds = {TIMEOUT_SECONDS}"
        );
        format!("[[probe]]\nname = {name:?}\n{times}\n{task}\n")
    }

    /// Its defaults aside: the prober's timeout and limit, and the addresses of this machine that have servers.
    pub fn told_blackbox(&self, authority: &str) -> String {
        let Self { name, module, .. } = self;
        let common = format!("preferred_ip_protocol: ip4, body_size_limit: 10MB, tls_config: {{ ca_file: {authority:?} }}");
        let prober =
            if self.is_http() { format!("prober: http, http: {{ {common}, {module} }}") } else { "prober: tcp".to_owned() };
        format!("  {name:?}: {{ timeout: {TIMEOUT_SECONDS}s, {prober} }}\n")
    }
}

/// Targets of every kind, and their servers, which end with it.
pub struct Targets {
    pub all: Vec<Probed>,
    authority: NamedTempFile,
    _bound: TcpSocket,
    _runtime: Runtime,
}

impl Targets {
    pub fn start() -> Self {
        let runtime = Runtime::new().unwrap();
        let (authority, of_nobody) = (Authority::new(), Authority::new());
        let site = runtime.block_on(site());
        let at = |path: &str| format!("http://{site}{path}");
        // Nobody else gets its port as long as it is bound, and nobody listens there.
        let bound = TcpSocket::new_v4().unwrap();
        bound.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let dead = bound.local_addr().unwrap();
        let endless = runtime.block_on(serving(endless));
        let tls = |authority: &Authority, name, year| {
            let address = runtime.block_on(authority.serving(name, year));
            format!("https://localhost:{}/", address.port())
        };
        let all = vec![
            Probed::good("ok", at("/")),
            Probed::good("64 KiB", at("/long")),
            Probed::good("after 50 ms", at("/later")),
            Probed::good("text", at("/"))
                .expecting(r#"expect_body = ["Your cart"]"#, "fail_if_body_not_matches_regexp: [Your cart]"),
            Probed::bad("no text", at("/"))
                .expecting(r#"expect_body = ["Sold out"]"#, "fail_if_body_not_matches_regexp: [Sold out]"),
            Probed::good("header", at("/")).expecting(
                r#"expect_headers = { content-type = "text/html" }"#,
                "fail_if_header_not_matches: [{ header: Content-Type, regexp: text/html }]",
            ),
            Probed::bad("no header", at("/"))
                .expecting(r#"expect_headers = { x-cart = "" }"#, "fail_if_header_not_matches: [{ header: X-Cart, regexp: . }]"),
            Probed::bad("404", at("/nothing")),
            Probed::good("404 expected", at("/nothing")).expecting("expect_status = [404]", "valid_status_codes: [404]"),
            Probed::good("redirect", at("/redirect")),
            Probed::good("redirect expected", at("/redirect"))
                .expecting("expect_status = [303]", "valid_status_codes: [303], follow_redirects: false"),
            Probed::bad("redirect loop", at("/loop")),
            Probed::bad("slow", at("/slow")),
            Probed::bad("endless body", format!("http://{endless}/")),
            Probed::bad("dead port", format!("http://{dead}/")),
            Probed::good("TLS", tls(&authority, "localhost", 2060)),
            Probed::bad("TLS, expired", tls(&authority, "localhost", 2020)),
            Probed::bad("TLS, of another host", tls(&authority, "elsewhere.example", 2060)),
            Probed::bad("TLS, untrusted", tls(&of_nobody, "localhost", 2060)),
            Probed::bad("no TLS", format!("https://localhost:{}/", site.port())),
            Probed::good("TCP", site.to_string()),
            Probed::bad("TCP, dead port", dead.to_string()),
        ];
        Self { all, authority: written(&authority.0.pem()), _bound: bound, _runtime: runtime }
    }

    /// The file of whom to trust, in PEM.
    pub fn authority(&self) -> &str {
        self.authority.path().to_str().unwrap()
    }

    /// What the prober is told of all.
    pub fn told_prober(&self, interval_seconds: f64, jitter_seconds: f64) -> String {
        self.all.iter().map(|target| target.told_prober(interval_seconds, jitter_seconds)).collect()
    }
}

/// An axum application.
async fn site() -> SocketAddr {
    let later = |seconds| {
        async move || {
            sleep(Duration::from_secs_f64(seconds)).await;
            "later"
        }
    };
    let long = "x".repeat(64 * 1024);
    let site: Router = Router::new()
        .route("/", get(async || Html("Your cart")))
        .route("/long", get(async move || long.clone()))
        .route("/later", get(later(0.05)))
        .route("/slow", get(later(60.0)))
        .route("/redirect", get(async || Redirect::to("/")))
        .route("/loop", get(async || Redirect::to("/loop")));
    let listener = listening().await;
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, site).await });
    address
}

async fn endless(mut stream: TcpStream) {
    head(&mut stream).await;
    let part = [b'x'; 8_192];
    let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await;
    while sent.is_ok() {
        sent = stream.write_all(&part).await;
    }
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A server whose certificate is for a name and until a year.
    async fn serving(&self, name: &str, until: i32) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until, 1, 1);
        let chain = vec![params.signed_by(&key, &self.0).unwrap().der().clone()];
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into())).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        serving(move |stream| {
            let accepting = acceptor.accept(stream);
            async move {
                if let Ok(mut stream) = accepting.await {
                    head(&mut stream).await;
                    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere";
                    // A client may have gone.
                    let _ = stream.write_all(answer).await;
                    let _ = stream.shutdown().await;
                }
            }
        })
        .await
    }
}

/// Does this to each connection.
async fn serving<F: Future<Output = ()> + Send + 'static>(handle: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr {
    let listener = listening().await;
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(handle(stream));
        }
    });
    address
}

async fn listening() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Reads the head of a request.
async fn head(stream: &mut (impl AsyncRead + Unpin)) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
}

/// Of each probe, with all of its steps.
const TIMEOUT_SECONDS: u32 = 5;
