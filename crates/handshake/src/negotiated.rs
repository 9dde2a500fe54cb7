//! The parameters that an endpoint reports for a handshake, and whether they are those that were requested.

use params::{Group, Suite, TlsVersion};

use crate::{Case, Error, Kind, Side};

/// The parameters of a handshake, as one endpoint reports them. `None` if the endpoint does not know, or for an unknown
/// value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Negotiated {
    pub(crate) version: Option<TlsVersion>,
    pub(crate) kind: Option<Kind>,
    /// The cipher suite's number in IANA's registry.
    pub(crate) suite: Option<u16>,
    /// `None` if no keys were exchanged.
    pub(crate) group: Option<Group>,
}

impl Negotiated {
    /// The parameters that both sides must report for `case`.
    pub(crate) fn wanted(case: Case) -> Negotiated {
        let group = match (case.version, case.kind) {
            // TLS 1.2 resumes with the keys of the session (RFC 5246 §7.3): no exchange, no group.
            (TlsVersion::Tls12, Kind::Resumed) => None,
            _ => Some(case.group),
        };
        Negotiated {
            version: Some(case.version),
            kind: Some(case.kind),
            suite: Some(Suite::of(case.version, case.key).number()),
            group,
        }
    }

    /// Checks the parameters that `side` reports.
    pub(crate) fn demand(&self, side: Side, got: &Negotiated) -> Result<(), Error> {
        same(side, "version", self.version.map(TlsVersion::in_benchmarks), got.version.map(TlsVersion::in_benchmarks))?;
        same(side, "kind", self.kind.map(Kind::name), got.kind.map(Kind::name))?;
        same(side, "suite", self.suite.map(hex), got.suite.map(hex))?;
        same(side, "group", self.group.map(Group::registered), got.group.map(Group::registered))
    }
}

fn hex(suite: u16) -> String {
    format!("{suite:#06x}")
}

fn same<T: PartialEq + ToString>(
    side: Side,
    what: &'static str,
    wanted: Option<T>,
    got: Option<T>,
) -> Result<(), Error> {
    let text = |value: Option<T>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    match wanted == got {
        true => Ok(()),
        false => Err(Error::Differs { side, what, wanted: text(wanted), got: text(got) }),
    }
}

#[cfg(test)]
mod tests {
    use params::CertificateKey;

    use super::*;
    use crate::Stack;

    #[test]
    fn each_difference_is_named() {
        let case = Case {
            stack: Stack::OpenSsl,
            version: TlsVersion::Tls13,
            group: Group::X25519,
            key: CertificateKey::EcdsaP256,
            kind: Kind::Full,
        };
        let wanted = Negotiated::wanted(case);
        assert!(wanted.demand(Side::Client, &wanted).is_ok());
        let others = [
            ("version", Negotiated { version: Some(TlsVersion::Tls12), ..wanted.clone() }),
            ("kind", Negotiated { kind: None, ..wanted.clone() }),
            ("suite", Negotiated { suite: Some(0x1302), ..wanted.clone() }),
            ("group", Negotiated { group: Some(Group::X25519MlKem768), ..wanted.clone() }),
        ];
        for (name, other) in others {
            let error = wanted.demand(Side::Server, &other).unwrap_err();
            assert!(matches!(error, Error::Differs { side: Side::Server, what, .. } if what == name), "{error}");
        }
    }
}
