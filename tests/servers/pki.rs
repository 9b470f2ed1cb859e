//! A certificate authority for one test run.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tempfile::TempDir;

/// What is right or wrong with a certificate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Certificate {
    /// In order: the right name, of the authority whose file clients get, valid today.
    #[default]
    Good,
    /// Ran out years ago, otherwise good.
    Expired,
    /// Of another host, otherwise good.
    WrongName,
    /// Of an authority nobody trusts, otherwise good.
    OtherCa,
}

/// A private certificate authority, made at run time, in a folder that goes when it is dropped.
#[derive(Debug)]
pub struct Pki {
    dir: TempDir,
    ca: CertifiedIssuer<'static, KeyPair>,
    other_ca: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    /// Makes the authority (and the one nobody trusts).
    ///
    /// # Panics
    /// When the files can't be written.
    #[expect(clippy::new_without_default, reason = "makes keys and files: nothing to hide behind a default")]
    pub fn new() -> Self {
        let dir =
            tempfile::Builder::new().prefix("quoalise-pki-").tempdir().expect("a folder for certificates");
        let ca = authority("Quoalise tests, an authority for one run");
        let other_ca = authority("Quoalise tests, an authority nobody trusts");
        write(&dir.path().join("ca.pem"), &ca.pem());
        Self { dir, ca, other_ca }
    }

    /// The authority's certificate in PEM: what a client is told to trust.
    pub fn ca_file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Writes a certificate for `host` and its key to `HOST.crt` and `HOST.key` in `folder`.
    ///
    /// It serves for both ends of a connection, as servers that speak to each other need.
    ///
    /// # Panics
    /// When `host` is not a host's name, or the files can't be written.
    pub fn issue(&self, host: &str, kind: Certificate, folder: &Path) {
        let (name, issuer) = match kind {
            Certificate::Good | Certificate::Expired => (host, &self.ca),
            Certificate::WrongName => ("somebody-else.test", &self.ca),
            Certificate::OtherCa => (host, &self.other_ca),
        };
        let mut params = CertificateParams::new([name.to_owned()]).expect("a host's name");
        params.distinguished_name.push(DnType::CommonName, name);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages =
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = match kind {
            Certificate::Expired => date_time_ymd(2021, 1, 1),
            _ => date_time_ymd(2090, 1, 1),
        };
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, issuer).expect("a certificate");
        write(&folder.join(format!("{host}.crt")), &certificate.pem());
        write(&folder.join(format!("{host}.key")), &key.serialize_pem());
    }
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2090, 1, 1);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

fn write(path: &Path, pem: &str) {
    fs::write(path, pem).unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
}
