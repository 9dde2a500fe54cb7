//! hyper-util's client with its defaults, over hyper-rustls or hyper-tls.

use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::models::tokio_multi;

/// The entry.
pub static CLIENT: Client = Client {
    name: "hyper-util-stock",
    core: true,
    libraries: &["hyper-util"],
    symbols: &[],
    terms: Terms::Stock,
    models: Some(&[&tokio_multi::MODEL]),
    really: &[],
    dashes: "4 2 1 2",
};
