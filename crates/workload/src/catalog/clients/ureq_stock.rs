//! ureq with its defaults.

use super::ureq;
use crate::Terms;
use crate::catalog::client::Client;
use crate::catalog::models::threads;
use crate::catalog::stacks::{rustls, rustls_ring};

/// The entry. Its functions are listed with the client `ureq`.
pub static CLIENT: Client = Client {
    name: "ureq-stock",
    core: true,
    libraries: ureq::LIBRARIES,
    symbols: &[],
    terms: Terms::Stock,
    models: Some(&[&threads::MODEL]),
    // By default, ureq uses rustls with ring.
    really: &[(&rustls::STACK, &rustls_ring::STACK)],
    dashes: "2 3",
};
