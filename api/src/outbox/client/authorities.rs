//! Who vouches for other people's servers.

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

/// The authorities whose certificates are believed.
#[derive(Clone, Debug)]
pub struct Authorities(pub(super) RootCertStore);

impl Authorities {
    /// Those that browsers believe.
    pub fn public() -> Self {
        Self(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    /// These, and those whose certificates are in a file (PEM): an organisation may have an authority of its own.
    ///
    /// # Errors
    /// A sentence that says what the file must be.
    pub fn and(mut self, file: &Path) -> Result<Self, String> {
        let certificates =
            CertificateDer::pem_file_iter(file).map_err(|_| "must be a file that can be read")?;
        let before = self.0.len();
        for certificate in certificates {
            let certificate = certificate.map_err(|_| "must be a file of certificates (PEM)")?;
            self.0.add(certificate).map_err(|_| "must be a file of certificates of authorities (PEM)")?;
        }
        if self.0.len() == before {
            return Err("must be a file with a certificate in it (PEM)".to_owned());
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_vouches_for_nobody_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert!(Authorities::public().and(&file).is_err());
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&file, text).unwrap();
            assert!(Authorities::public().and(&file).is_err(), "{text}");
        }
    }
}
