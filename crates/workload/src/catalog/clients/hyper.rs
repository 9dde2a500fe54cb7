//! hyper over connections that it is given.

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
