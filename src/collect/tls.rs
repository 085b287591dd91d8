//! Whom to trust: the machine's certificate authorities, the operator's own, or (loudly) anyone.
//!
//! Never falls back to less trust by itself.

use std::path::{Path, PathBuf};
use std::sync::Once;

use reqwest::{Certificate, ClientBuilder};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// Trust of a run.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Files of `--ca-cert` with the certificates in them (DER).
    authorities: Vec<(PathBuf, Vec<Vec<u8>>)>,
    /// Whether verification is off.
    pub insecure: bool,
    /// Whether any named target is https. When none is, the machine's authorities are not even loaded.
    pub needed: bool,
}

impl Tls {
    /// Adds the certificates of a PEM file.
    ///
    /// # Errors
    /// A sentence when the file cannot be read or holds no certificate.
    pub fn add_authority(&mut self, file: &Path) -> Result<(), String> {
        let place = file.display();
        let pem = std::fs::read(file).map_err(|error| format!("CA file {place}: {error}"))?;
        let certificates: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(&pem)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| format!("CA file {place} is not PEM: {error}"))?
            .into_iter()
            .map(|der| der.as_ref().to_vec())
            .collect();
        if certificates.is_empty() {
            return Err(format!(
                "CA file {place} holds no certificate (expected `-----BEGIN CERTIFICATE-----`)"
            ));
        }
        self.authorities.push((file.to_owned(), certificates));
        Ok(())
    }

    /// Puts this trust into a client. The operator's authorities are added to those of the machine.
    pub(super) fn apply(&self, builder: ClientBuilder) -> Result<ClientBuilder, String> {
        provide_crypto();
        let own = self
            .authorities
            .iter()
            .flat_map(|(_, certificates)| certificates)
            .map(|der| Certificate::from_der(der))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| "a CA certificate cannot be read".to_owned())?;
        if self.insecure {
            return Ok(builder.tls_danger_accept_invalid_certs(true));
        }
        if !self.needed {
            // Nothing is trusted: an https URL that turns up by itself is refused.
            return Ok(builder.tls_certs_only(own));
        }
        Ok(builder.tls_certs_merge(own))
    }

    /// A TLS error in words, with what to do.
    pub(super) fn explain(&self, error: &rustls::Error) -> String {
        let files: Vec<String> = self
            .authorities
            .iter()
            .map(|(file, _)| file.display().to_string())
            .collect();
        // An authority of the same name with another key gives `BadSignature`.
        let unsigned = matches!(
            error,
            rustls::Error::InvalidCertificate(
                rustls::CertificateError::UnknownIssuer | rustls::CertificateError::BadSignature
            )
        );
        match (unsigned, files.is_empty()) {
            (true, true) => {
                "the certificate is signed by nobody this machine trusts; give the cluster's CA with --ca-cert"
                    .to_owned()
            }
            (true, false) => format!(
                "the certificate is signed neither by a CA of {} nor by one this machine trusts",
                files.join(", ")
            ),
            (false, _) => error.to_string(),
        }
    }
}

/// Installs ring as the process's crypto provider, once; one that is already there is kept.
pub fn provide_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that somebody else was first: then there is a provider, which is all that is needed.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
