//! ureq over tlstax's own connector.

use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static CLIENT: Client = Client {
    name: "ureq",
    core: true,
    libraries: LIBRARIES,
    symbols: &[
        Symbols { work: Work::Http, patterns: "ureq::* ureq_proto::* utf8_zero::*" },
        Symbols { work: Work::Tls, patterns: "ureq::tls::*" },
        Symbols { work: Work::TrustStore, patterns: "ureq::tls::cert::*" },
    ],
    terms: Terms::Pinned,
    models: None,
    really: &[],
    dashes: "",
};

/// Its packages, with any configuration.
pub(super) const LIBRARIES: &[&str] = &["ureq"];
