//! A throwaway certificate authority, made at start and forgotten.
//!
//! The authority signs one certificate, for the sandbox's domain, and its key is dropped at once: a
//! client that was told to trust it trusts nothing else by it.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// What the server of one domain needs for TLS, and what its clients need to trust it.
pub(super) struct Issued {
    /// The authority's certificate, PEM.
    pub(super) ca_pem: String,
    /// The domain's certificate.
    pub(super) certificate: CertificateDer<'static>,
    /// The key of that certificate.
    pub(super) key: PrivateKeyDer<'static>,
}

/// Makes an authority and has it sign a certificate for `domain`, valid from yesterday for a year.
///
/// From yesterday, because a client in a container or on a phone may have a clock that is behind.
pub(super) fn issue(domain: &str) -> Result<Issued, rcgen::Error> {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let valid = (today.saturating_sub(1.day()), today.saturating_add(1.year()));

    let mut params = parameters(Vec::new(), "Quoalise sandbox, throwaway authority", valid)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    let mut params = parameters(vec![domain.to_owned()], "Quoalise sandbox", valid)?;
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &authority)?;

    Ok(Issued {
        ca_pem: authority.pem(),
        certificate: certificate.into(),
        key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
    })
}

fn parameters(
    names: Vec<String>,
    common_name: &str,
    (from, to): (Date, Date),
) -> Result<CertificateParams, rcgen::Error> {
    // `OffsetDateTime` belongs to a crate we don't otherwise need.
    let midnight = |d: Date| date_time_ymd(d.year().into(), d.month().unsigned_abs(), d.day().unsigned_abs());

    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.not_before = midnight(from);
    params.not_after = midnight(to);
    Ok(params)
}
