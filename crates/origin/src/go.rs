//! go-httpbin from source: built once with the installed Go, kept in the user's cache.
//!
//! The sources are part of this program, so that an installed binary needs no checkout. [`Toolchain`] finds the Go,
//! [`Cache`] keeps what was built. Whether go-httpbin is wanted at all is for [`crate::choose()`].

mod cache;
mod tool;
mod toolchain;

pub use cache::{Built, Cache};
pub(crate) use toolchain::find_go_in;
#[cfg(test)]
pub(crate) use toolchain::tests::folder_with_go;
pub use toolchain::{GoVersion, Toolchain, find_go};

/// The Go module: (file name, text), sorted by name.
const SOURCES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/go_sources.rs"));

/// The oldest Go that can build it, as its go.mod says.
pub fn minimum() -> GoVersion {
    let module = SOURCES.iter().find(|(name, _)| *name == "go.mod").map_or("", |(_, text)| text);
    let line = module.lines().find_map(|line| line.strip_prefix("go "));
    line.and_then(GoVersion::parse).unwrap_or(GoVersion { major: 1, minor: 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_embedded_and_says_which_go_it_needs() {
        let names: Vec<&str> = SOURCES.iter().map(|(name, _)| *name).collect();
        assert!(names.contains(&"go.mod") && names.contains(&"go.sum"), "{names:?}");
        assert!(minimum() >= GoVersion { major: 1, minor: 25 }, "{}", minimum());
    }
}
