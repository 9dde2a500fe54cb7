//! Tells the crate which versions of its libraries it was built with, so that every figure can name them too.

use std::error::Error;
use std::path::Path;

use linked_versions::LockFile;

fn main() -> Result<(), Box<dyn Error>> {
    let (lock, path) = LockFile::of(Path::new(&std::env::var("CARGO_MANIFEST_DIR")?))?;
    println!("cargo::rerun-if-changed={}", path.display());
    for library in ["aws-lc-rs", "ring", "rustls"] {
        let name = library.replace('-', "_").to_uppercase();
        let version = lock.version(env!("CARGO_PKG_NAME"), library).ok_or(format!("Cargo.lock has no {library}"))?;
        println!("cargo::rustc-env=TLSTAX_VERSION_{name}={version}");
    }
    Ok(())
}
