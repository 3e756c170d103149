//! TLS from the first byte on.

use std::sync::Arc;

use liaison_domain::mailbox::FailureClass;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use rustls_platform_verifier::Verifier;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// TLS with a certificate of that host, whom the system or the operator trusts.
pub(crate) async fn encrypt<T: AsyncRead + AsyncWrite + Unpin>(
    host: &str,
    extra_roots: Option<&[u8]>,
    wire: T,
) -> Result<TlsStream<T>, FailureClass> {
    let unusable = FailureClass::Tls;
    let name = ServerName::try_from(host.to_owned()).map_err(|_source| unusable)?;
    let config = config(extra_roots).map_err(|_source| unusable)?;
    TlsConnector::from(Arc::new(config)).connect(name, wire).await.map_err(|_source| unusable)
}

fn config(extra_roots: Option<&[u8]>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let extra = || CertificateDer::pem_slice_iter(extra_roots.unwrap_or_default()).filter_map(Result::ok);
    let builder =
        ClientConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions()?;
    // A machine may have no certificate store of its own.
    let config = match Verifier::new_with_extra_roots(extra(), provider) {
        Ok(verifier) => builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)),
        Err(_no_store) => {
            let mut roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<RootCertStore>();
            roots.add_parsable_certificates(extra());
            builder.with_root_certificates(roots)
        }
    };
    Ok(config.with_no_client_auth())
}
