//! Tells the crate which versions of its libraries it was built with, as the lock file names them, so that every
//! result can name them too.

use std::path::Path;
use std::{env, fs};

fn main() {
    let manifest = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let lock = Path::new(&manifest).join("../../Cargo.lock");
    let text = fs::read_to_string(&lock).unwrap_or_default();
    for library in
        ["async-std", "hyper", "native-tls", "openssl", "rayon", "reqwest", "ring", "rustls", "smol", "tokio", "ureq"]
    {
        let name = library.replace('-', "_").to_uppercase();
        println!("cargo::rustc-env=TLSTAX_VERSION_{name}={}", version(&text, library).unwrap_or("(version unknown)"));
    }
    println!("cargo::rerun-if-changed={}", lock.display());
}

/// The version in the lock file's entry of `library`.
fn version<'a>(lock: &'a str, library: &str) -> Option<&'a str> {
    let entry = lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{library}\"\n")))?;
    entry.lines().find_map(|line| line.strip_prefix("version = "))?.trim().strip_prefix('"')?.strip_suffix('"')
}
