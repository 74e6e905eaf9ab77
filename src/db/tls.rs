//! TLS to the database, with the meanings that libpq gives to `sslmode` and `sslrootcert`.
//!
//! tokio-postgres knows no `verify-ca`, no `verify-full` and no `sslrootcert`, so both parameters
//! are taken out of the URL and read here. **Without a root certificate nothing is verified**,
//! which keeps out who only listens; `verify-full` keeps out everybody else, too.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use thiserror::Error;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// What a connection URL asks of TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    /// Whether TLS is used.
    pub(super) mode: SslMode,
    trust: Trust,
}

/// Whom a server must be vouched for by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trust {
    /// By nobody.
    Anybody,
    /// By a root certificate.
    Vouched(Roots),
    /// By a root certificate, under the name that was connected to.
    VouchedByName(Roots),
}

/// Where the root certificates are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    /// Where the system has its own.
    System,
    /// In a file.
    File(PathBuf),
}

/// Why TLS cannot be set up as the URL asks.
#[derive(Debug, Error)]
pub(super) enum TlsError {
    #[error(
        "the sslmode `{0}` is not known: it is one of disable, prefer, require, verify-ca and verify-full"
    )]
    UnknownMode(String),
    #[error(
        "sslmode={0} needs sslrootcert: the path of a PEM file with root certificates, or `system`"
    )]
    NoRoot(String),
    #[error(
        "sslrootcert=system needs sslmode=verify-full: anybody can have a certificate for some name"
    )]
    WeakSystem,
    #[error("the root certificates in {path} cannot be read: {reason}")]
    BadRoots { path: PathBuf, reason: String },
    #[error("the system's root certificates cannot be found{0}; sslrootcert names a file of them")]
    NoSystemRoots(String),
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
}

impl Tls {
    /// Takes the parameters out of a connection URL. What is no URL is left as it is.
    pub(super) fn split(url: &str) -> Result<(String, Self), TlsError> {
        let (mut mode, mut root) = (None, None);
        let rest = match url.split_once('?') {
            Some((place, query)) if place.contains("://") => {
                let mut others = Vec::new();
                for parameter in query.split('&') {
                    match parameter.split_once('=') {
                        Some(("sslmode", value)) => mode = Some(decoded(value)),
                        Some(("sslrootcert", value)) => root = Some(decoded(value)),
                        _ => others.push(parameter),
                    }
                }
                let query = if others.is_empty() { "" } else { "?" };
                format!("{place}{query}{}", others.join("&"))
            }
            _ => url.to_owned(),
        };
        Ok((rest, Self::of(mode.as_deref(), root)?))
    }

    fn of(mode: Option<&str>, root: Option<String>) -> Result<Self, TlsError> {
        let root = root.filter(|root| !root.is_empty()).map(|root| match root.as_str() {
            "system" => Roots::System,
            _ => Roots::File(root.into()),
        });
        let is_system = root == Some(Roots::System);
        let (mode, trust) = match (mode, root) {
            // Names are what the system's root certificates vouch for.
            (None | Some("verify-full"), Some(root @ Roots::System)) => {
                (SslMode::Require, Trust::VouchedByName(root))
            }
            (Some("disable"), _) => (SslMode::Disable, Trust::Anybody),
            _ if is_system => return Err(TlsError::WeakSystem),
            (None | Some("prefer"), _) => (SslMode::Prefer, Trust::Anybody),
            (Some("require"), None) => (SslMode::Require, Trust::Anybody),
            (Some("require" | "verify-ca"), Some(root)) => (SslMode::Require, Trust::Vouched(root)),
            (Some("verify-full"), Some(root)) => (SslMode::Require, Trust::VouchedByName(root)),
            (Some(mode @ ("verify-ca" | "verify-full")), None) => {
                return Err(TlsError::NoRoot(mode.to_owned()));
            }
            (Some(mode), _) => return Err(TlsError::UnknownMode(mode.to_owned())),
        };
        Ok(Self { mode, trust })
    }

    /// What makes connections so.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, TlsError> {
        let provider = Arc::new(ring::default_provider());
        let (roots, is_by_name) = match &self.trust {
            Trust::Anybody => (None, false),
            Trust::Vouched(roots) => (Some(roots.read()?), false),
            Trust::VouchedByName(roots) => (Some(roots.read()?), true),
        };
        let verifier = Verifier { roots, is_by_name, provider: Arc::clone(&provider) };
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }
}

/// The value of a parameter in a URL, in which libpq takes a plus as what it is.
fn decoded(value: &str) -> String {
    let pair = format!("v={}", value.replace('+', "%2B"));
    let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
    pairs.next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

impl Roots {
    fn read(&self) -> Result<Known, TlsError> {
        let certificates = match self {
            Self::System => {
                let found = rustls_native_certs::load_native_certs();
                if found.certs.is_empty() {
                    let reasons = found.errors.iter().map(|error| format!(": {error}"));
                    return Err(TlsError::NoSystemRoots(reasons.collect()));
                }
                found.certs
            }
            Self::File(path) => {
                let bad = |reason: String| TlsError::BadRoots { path: path.clone(), reason };
                let pem = fs::read(path).map_err(|error| bad(error.to_string()))?;
                let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
                read.map_err(|error| bad(error.to_string()))?
            }
        };
        let mut anchors = RootCertStore::empty();
        let (taken, _) = anchors.add_parsable_certificates(certificates.iter().cloned());
        match self {
            Self::File(path) if taken == 0 => Err(TlsError::BadRoots {
                path: path.clone(),
                reason: "there is no certificate in it".to_owned(),
            }),
            Self::File(_) | Self::System => Ok(Known { anchors, certificates }),
        }
    }
}

/// The root certificates.
#[derive(Debug)]
struct Known {
    anchors: RootCertStore,
    certificates: Vec<CertificateDer<'static>>,
}

/// Decides whether a server is the one that was meant.
#[derive(Debug)]
struct Verifier {
    roots: Option<Known>,
    is_by_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        server: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(roots) = &self.roots else { return Ok(ServerCertVerified::assertion()) };
        let certificate = ParsedCertificate::try_from(server)?;
        // Many a server has a certificate that it signed itself, and its clients have the very
        // same one; which is more than being vouched for.
        if !roots.certificates.contains(server) {
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                &roots.anchors,
                between,
                now,
                self.provider.signature_verification_algorithms.all,
            )?;
        }
        if self.is_by_name {
            verify_server_name(&certificate, name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> (String, SslMode, Trust) {
        let (rest, tls) = Tls::split(url).unwrap();
        (rest, tls.mode, tls.trust)
    }

    #[test]
    fn the_parameters_are_taken_out_of_the_url_and_nothing_else_is() {
        let url = "postgres://me@host/db?application_name=a%20b&sslmode=verify-full&sslrootcert=%2Fa%20+b&connect_timeout=5";

        assert_eq!(
            read(url),
            (
                "postgres://me@host/db?application_name=a%20b&connect_timeout=5".to_owned(),
                SslMode::Require,
                Trust::VouchedByName(Roots::File("/a +b".into())),
            )
        );
        assert_eq!(read("postgres://host/db?sslmode=disable").0, "postgres://host/db");
        assert_eq!(read("host=/run user=me").0, "host=/run user=me");
    }

    #[test]
    fn the_modes_mean_what_they_mean_to_libpq() {
        let file = || Roots::File("ca.pem".into());
        for (query, mode, trust) in [
            ("", SslMode::Prefer, Trust::Anybody),
            ("sslmode=disable", SslMode::Disable, Trust::Anybody),
            ("sslmode=prefer&sslrootcert=ca.pem", SslMode::Prefer, Trust::Anybody),
            ("sslmode=require", SslMode::Require, Trust::Anybody),
            ("sslmode=require&sslrootcert=ca.pem", SslMode::Require, Trust::Vouched(file())),
            ("sslmode=verify-ca&sslrootcert=ca.pem", SslMode::Require, Trust::Vouched(file())),
            ("sslrootcert=system", SslMode::Require, Trust::VouchedByName(Roots::System)),
        ] {
            let (_, read_mode, read_trust) = read(&format!("postgres://host/db?{query}"));
            assert_eq!((read_mode, read_trust), (mode, trust), "{query}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_a_reason() {
        for (query, reason) in [
            ("sslmode=verify", "the sslmode `verify` is not known"),
            ("sslmode=allow", "the sslmode `allow` is not known"),
            ("sslmode=verify-full", "sslmode=verify-full needs sslrootcert"),
            ("sslmode=require&sslrootcert=system", "sslrootcert=system needs sslmode=verify-full"),
        ] {
            let error = Tls::split(&format!("postgres://host/db?{query}")).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
