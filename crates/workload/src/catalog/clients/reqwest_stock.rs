//! reqwest as it comes from the box.

use super::reqwest;
use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::models::tokio_multi;

/// The entry. The functions that it runs are charged to the client `reqwest`.
pub static CLIENT: Client = Client {
    name: "reqwest-stock",
    core: true,
    libraries: reqwest::LIBRARIES,
    symbols: &[],
    terms: Terms::Stock,
    models: Some(&[&tokio_multi::MODEL]),
    really: &[],
    dashes: "2 3",
};
