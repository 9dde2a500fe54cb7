//! reqwest with the trial's own TLS config.

use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static CLIENT: Client = Client {
    name: "reqwest",
    core: true,
    libraries: LIBRARIES,
    symbols: &[
        Symbols { work: Work::Http, patterns: "reqwest::*" },
        Symbols { work: Work::Tls, patterns: "reqwest::tls::*" },
        Symbols { work: Work::TrustStore, patterns: "reqwest::tls::Certificate::*" },
    ],
    terms: Terms::Pooled,
    models: None,
    really: &[],
    dashes: "6 3",
};

/// Its packages, with any configuration.
pub(super) const LIBRARIES: &[&str] = &["reqwest"];
