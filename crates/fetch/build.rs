//! Tells the crate which versions of its libraries it was built with, so that every result can name them too: each
//! direct dependency, and what rustls brings. They are in the variable `TLSTAX_VERSIONS`, as `NAME VERSION`, a
//! `;` after each.

use std::error::Error;
use std::path::Path;

use linked_versions::LockFile;

fn main() -> Result<(), Box<dyn Error>> {
    let (lock, path) = LockFile::of(Path::new(&std::env::var("CARGO_MANIFEST_DIR")?))?;
    println!("cargo::rerun-if-changed={}", path.display());
    let package = env!("CARGO_PKG_NAME");
    let libraries = lock.dependencies(package).chain(["aws-lc-rs", "ring"]);
    let named = libraries.filter_map(|library| Some(format!("{library} {};", lock.version(package, library)?)));
    println!("cargo::rustc-env=TLSTAX_VERSIONS={}", named.collect::<String>());
    Ok(())
}
