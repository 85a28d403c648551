//! The ready client over TLS, with an authority of our own.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tower_rum::synthetic::{Client, Probe, Step};

use super::running::{Running, first_run, phase, result};
use super::target::{Target, head};
use crate::support::metrics::Metrics;

#[tokio::test]
async fn a_certificate_that_holds_shows_when_it_ends_and_what_tls_took() {
    let authority = Authority::new(2060);
    let target = authority.serve("localhost", 2050, false).await;
    let metrics = probed(&target, authority.client()).await;
    assert_eq!(result(&metrics), "success");
    assert_eq!(metrics.value(EXPIRY), unix(2050));
    assert!(phase(&metrics, "tls").unwrap() > 0.0 && phase(&metrics, "processing").unwrap() > 0.0);
}

#[tokio::test]
async fn of_a_chain_the_first_to_end_counts() {
    let authority = Authority::new(2040);
    let target = authority.serve("localhost", 2050, true).await;
    let metrics = probed(&target, authority.client()).await;
    assert_eq!((result(&metrics).as_str(), metrics.value(EXPIRY)), ("success", unix(2040)));
}

#[tokio::test]
async fn one_that_is_over_or_not_trusted_or_anothers_fails_and_still_shows_its_end() {
    let authority = Authority::new(2060);
    let expired = authority.serve("localhost", 2020, false).await;
    let of_another = authority.serve("elsewhere.example", 2050, false).await;
    let good = authority.serve("localhost", 2050, false).await;
    for (target, client, end, said) in [
        (&expired, authority.client(), 2020, "expired"),
        (&of_another, authority.client(), 2050, "not valid for"),
        (&good, Authority::new(2060).client(), 2050, "invalid peer certificate"),
    ] {
        let (metrics, failure) = first_run(probe(target), client).await;
        assert_eq!(result(&metrics), "tls");
        assert!(failure.contains(said), "{failure}");
        assert_eq!(metrics.value(EXPIRY), unix(end));
        assert_eq!(phase(&metrics, "processing"), Some(0.0), "nothing was sent");
    }
}

#[tokio::test]
async fn its_end_is_known_while_the_server_is_away() {
    let authority = Authority::new(2060);
    let target = authority.serve("localhost", 2050, false).await;
    let running = Running::start([probe(&target).interval(Duration::from_millis(50))], authority.client());
    running.after(1.0).await;
    drop(target);
    running.failure().await;
    let metrics = running.metrics();
    assert_eq!(metrics.value(r#"synthetic_success{probe="it"}"#), 0.0);
    assert_eq!(metrics.value(EXPIRY), unix(2050));
}

#[tokio::test]
async fn a_server_that_speaks_no_tls_fails_in_it() {
    let plain =
        Target::start(|mut stream| async move { stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap() }).await;
    let metrics = probed(&plain, Authority::new(2060).client()).await;
    assert_eq!(result(&metrics), "tls");
    assert_eq!(metrics.get(EXPIRY), None);
}

#[test]
fn what_is_trusted_is_a_certificate_at_least() {
    for nothing in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----"] {
        let error = Client::trusting(nothing).unwrap_err().to_string();
        assert!(error.contains("in PEM, at least one"), "{error}");
    }
}

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(until: i32) -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(until, 1, 1);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn client(&self) -> Client {
        Client::trusting(self.0.pem()).unwrap()
    }

    /// A server whose certificate is for a name and until a year, with that of the authority after it or alone.
    async fn serve(&self, name: &str, until: i32, with_chain: bool) -> Target {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(until, 1, 1);
        let mut chain = vec![params.signed_by(&key, &self.0).unwrap().der().clone()];
        if with_chain {
            chain.push(self.0.der().clone());
        }
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let config = config.with_single_cert(chain, PrivateKeyDer::Pkcs8(key.serialize_der().into())).unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Target::start(move |stream| {
            let accepting = acceptor.accept(stream);
            async move {
                if let Ok(mut stream) = accepting.await {
                    head(&mut stream).await;
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere").await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            }
        })
        .await
    }
}

fn probe(target: &Target) -> Probe {
    let uri = format!("https://localhost:{}/", target.address.port());
    Probe::http("it", [Step::get(uri).expect_body_contains("here")])
}

async fn probed(target: &Target, client: Client) -> Metrics {
    first_run(probe(target), client).await.0
}

fn unix(year: i32) -> f64 {
    date_time_ymd(year, 1, 1).unix_timestamp() as f64
}

const EXPIRY: &str = r#"synthetic_ssl_earliest_cert_expiry_timestamp_seconds{probe="it"}"#;
