//! Whom the client trusts, and what certificates say.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConfig, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, RootCertStore, SignatureScheme};
use x509_cert::Certificate;
use x509_cert::der::Decode;

use crate::error::Error;
use crate::synthetic::Trace;

#[derive(Debug)]
pub(super) struct Trust {
    /// Not the process's default one: nothing in this crate is global.
    provider: Arc<CryptoProvider>,
    verifier: Option<Arc<WebPkiServerVerifier>>,
}

impl Trust {
    pub(super) fn of_system() -> Self {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Self::of(roots)
    }

    pub(super) fn of_pem(pem: &[u8]) -> Result<Self, Error> {
        let refused = || Error::setting("a client trusts certificates of authorities in PEM, at least one");
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.add(certificate.map_err(|_| refused())?).map_err(|_| refused())?;
        }
        let trust = Self::of(roots);
        if trust.verifier.is_some() { Ok(trust) } else { Err(refused()) }
    }

    fn of(roots: RootCertStore) -> Self {
        let provider = Arc::new(ring::default_provider());
        // Fails on no roots alone, as there are no revocation lists.
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().ok();
        Self { provider, verifier }
    }

    /// For one connection: each of them is agreed on in full, or its `tls` would say how fast the second one is.
    pub(super) fn config(&self, trace: &Trace) -> Result<ClientConfig, String> {
        let Some(verifier) = &self.verifier else {
            return Err("the system trusts no authority, or none was found".to_owned());
        };
        let verifier = Arc::new(Noting { verifier: Arc::clone(verifier), trace: trace.clone() });
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider)).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| error.to_string())?;
        let mut config = builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = Resumption::disabled();
        Ok(config)
    }
}

/// Tells when certificates end, then judges them as rustls does.
#[derive(Debug)]
struct Noting {
    verifier: Arc<WebPkiServerVerifier>,
    trace: Trace,
}

impl ServerCertVerifier for Noting {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        std::iter::once(end_entity).chain(intermediates).filter_map(end).for_each(|end| self.trace.certificate_expires(end));
        self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

fn end(certificate: &CertificateDer<'_>) -> Option<SystemTime> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let validity = certificate.tbs_certificate().validity();
    UNIX_EPOCH.checked_add(validity.not_after.to_unix_duration())
}
