//! Fetching: concurrency models, HTTP clients and TLS stacks, and the registry that joins them into cells.
//!
//! A model runs many fetches at once, a client makes one, a TLS stack secures a connection. None depends on the others;
//! `registry.rs` says which of them can be combined. Starting processes and checking their results is for crate
//! `runner`.

pub mod engine;
mod error;
pub mod floor;
mod libraries;
mod pair;
mod prepare;
mod prepared;
mod registry;
mod request;
mod response;
mod slot;
mod support;
pub mod talk;
mod target;

mod clients;
mod connection;
mod models;
mod pace;
mod runtime;
mod schedule;
mod stream;
mod tls;
mod wake;

pub use error::{ErrorKind, FetchError, PrepareError};
pub use libraries::library_versions;
pub use prepared::Prepared;
pub use registry::{cells, cells_of, library_of, note_of, terms_of};
pub use support::{crowded, only_gets, refusal, unpaced};
pub use tls::{CaBundleError, check_ca_bundle};

use workload::catalog::Charged;
use workload::charged;

/// The class of the bill that each function of this crate counts as: the harness, unless its module says otherwise.
pub const SYMBOLS: &[Charged] = &[
    charged!(Harness),
    clients::SYMBOLS,
    clients::ureq::STAMPING,
    connection::SYMBOLS,
    connection::STAMPING,
    runtime::SYMBOLS,
    tls::SYMBOLS,
    tls::TRUST_SYMBOLS,
];

#[cfg(test)]
mod tests {
    use object::{Object, ObjectSection};

    use super::*;

    /// Whether a linked name contains that path: each part after its length, or the whole path within brackets.
    fn is_linked(names: &str, path: &str) -> bool {
        let lengths: String = path.split("::").map(|part| format!("{}{part}", part.len())).collect();
        names.contains(&lengths) || names.contains(&path.replace("::", ".."))
    }

    #[test]
    fn every_module_that_says_its_class_is_in_the_program() {
        let program = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let program = object::File::parse(&*program).unwrap();
        let names = program.section_by_name(".strtab").unwrap();
        let names = String::from_utf8_lossy(names.data().unwrap());
        for charged in SYMBOLS {
            assert!(is_linked(&names, charged.path), "{}", charged.path);
        }
        assert!(!is_linked(&names, &["fetch", "nowhere"].join("::")));
    }
}
