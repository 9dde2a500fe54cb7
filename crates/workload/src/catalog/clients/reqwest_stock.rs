//! reqwest with its defaults.

use super::reqwest;
use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::models::tokio_multi;

/// The entry. Its functions are listed with the client `reqwest`.
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
