//! hyper over connections that tlstax opens.

use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::symbols::{Symbols, Work};

/// The entry.
pub static CLIENT: Client = Client {
    name: "hyper",
    core: true,
    libraries: &["hyper"],
    symbols: &[Symbols { work: Work::Http, patterns: "hyper::* hyper_util::*" }],
    terms: Terms::Pinned,
    models: None,
    really: &[],
    dashes: "",
};
