//! The libraries that models, clients and stacks use, with their versions, as results name them.

use std::collections::BTreeSet;

use workload::catalog::{Cryptography, Library, clients, models, stacks};

/// Packages with their versions, as the build script found them in the lock file: `NAME VERSION`, a `;` after each.
const VERSIONS: &str = env!("TLSTAX_VERSIONS");

/// A package's name with its version.
pub(crate) fn named(package: &str) -> String {
    let version = VERSIONS.split(';').find_map(|entry| entry.strip_prefix(package)?.strip_prefix(' '));
    format!("{package} {}", version.unwrap_or("(version unknown)"))
}

/// A stack's library and its cryptography library, with their versions.
pub(crate) fn of_stack(library: &Library) -> String {
    let package = named(library.package);
    match library.cryptography {
        Cryptography::Named(name) => format!("{package} ({name})"),
        Cryptography::Package(name) => format!("{package} ({})", named(name)),
        Cryptography::OpenSsl => format!("{package} ({})", openssl::version::version()),
    }
}

/// Every library of the catalog, each once and by name: packages with the versions that the lock file has, and the
/// OpenSSL that is linked with what it says of itself.
pub fn library_versions() -> Vec<String> {
    let models = models::ALL.iter().flat_map(|model| model.libraries);
    let clients = clients::ALL.iter().flat_map(|client| client.libraries);
    let of_stacks = stacks::ALL.iter().filter_map(|stack| stack.library.as_ref()).flat_map(|library| {
        let cryptography = match library.cryptography {
            Cryptography::Named(name) | Cryptography::Package(name) => named(name),
            Cryptography::OpenSsl => openssl::version::version().to_owned(),
        };
        [named(library.package), cryptography]
    });
    let all: BTreeSet<String> = models.chain(clients).map(|package| named(package)).chain(of_stacks).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_library_that_is_measured_is_told_once_with_its_version() {
        let versions = library_versions();
        for library in ["aws-lc-rs", "hyper", "openssl", "OpenSSL", "reqwest", "rustls", "tokio", "ureq"] {
            let told = versions.iter().filter(|version| version.split(' ').next() == Some(library));
            assert_eq!(told.count(), 1, "{library}: {versions:?}");
        }
        assert!(!versions.concat().contains("unknown"), "{versions:?}");
    }

    #[test]
    fn every_library_of_the_catalog_is_named_with_its_version() {
        let models = models::ALL.iter().flat_map(|model| model.libraries);
        let clients = clients::ALL.iter().flat_map(|client| client.libraries);
        let stacks = stacks::ALL.iter().filter_map(|stack| stack.library.as_ref()).map(of_stack);
        for told in models.chain(clients).map(|package| named(package)).chain(stacks) {
            assert!(told.contains(|c: char| c.is_ascii_digit()) && !told.contains("unknown"), "{told}");
        }
    }
}
