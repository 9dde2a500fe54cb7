//! What a user can do about a server whose certificate clients refuse.

use crate::plan::verification::Verification;

/// What libraries say of a certificate that leads to no root that they trust.
const NO_ROOT: [&str; 9] = [
    "UnknownIssuer",
    "BadSignature",
    "unable to get local issuer",
    "unable to get issuer",
    "unable to verify the first certificate",
    "self-signed certificate",
    "self signed certificate",
    "certificate signature failure",
    "unknown authority",
];

/// What rustls says of a CA's certificate that a server presents as its own.
const CA_AS_LEAF: &str = "CaUsedAsEndEntity";

/// What to do about a trial that failed for this `reason`; `None` where it was not for a certificate.
pub(super) fn advice(reason: &str, verification: &Verification) -> Option<String> {
    if reason.contains(CA_AS_LEAF) {
        let words = "the server presents a CA's certificate as its own, which rustls refuses: let that CA sign one for \
                     the server, and name the CA with --ca FILE";
        return Some(words.to_owned());
    }
    if !NO_ROOT.iter().any(|words| reason.contains(words)) {
        return None;
    }
    match verification {
        Verification::Mozilla => Some(
            "the server's certificate leads to none of Mozilla's roots: name the CA that signed it with --ca FILE, or \
             leave it unverified with --insecure"
                .to_owned(),
        ),
        Verification::CaFile(file) => Some(format!(
            "the server's certificate leads to no certificate in {} ({}): name the CA that signed it with --ca FILE",
            file.path.display(),
            file.named_by
        )),
        Verification::Off => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_without_a_root_is_answered_with_the_flag() {
        let said = |reason: &str| advice(reason, &Verification::Mozilla).unwrap_or_default();
        for reason in ["tls: invalid peer certificate: UnknownIssuer", "(self-signed certificate in certificate chain)"]
        {
            assert!(said(reason).contains("--ca FILE"), "{reason}");
        }
        assert!(said("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))").contains("let that CA sign"));
        assert_eq!(said("connect: Connection refused (os error 111)"), "");
        assert_eq!(said("certificate not valid for name \"x\""), "");
    }
}
