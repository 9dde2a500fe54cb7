//! The libraries that models, clients and stacks use, with their versions, as results name them.

use workload::catalog::{Cryptography, Library};

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

#[cfg(test)]
mod tests {
    use workload::catalog::{clients, models, stacks};

    use super::*;

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
