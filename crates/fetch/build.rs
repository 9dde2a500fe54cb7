//! Tells the crate which versions of its libraries it was built with, as the lock file names them, so that every
//! result can name them too: each direct dependency `x-y` as `TLSTAX_VERSION_X_Y`, and ring, which rustls brings.

use std::fs;

/// The lock file, from this package's folder, in which Cargo runs build scripts.
const LOCK: &str = "../../Cargo.lock";

fn main() {
    println!("cargo::rerun-if-changed={LOCK}");
    let text = fs::read_to_string(LOCK).unwrap_or_default();
    for library in dependencies(&text, env!("CARGO_PKG_NAME")).chain(["ring"]) {
        let name = library.replace('-', "_").to_uppercase();
        println!("cargo::rustc-env=TLSTAX_VERSION_{name}={}", version(&text, library).unwrap_or("(version unknown)"));
    }
}

/// The lock file's entry of `package`.
fn entry<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")))
}

/// The version in the lock file's entry of `library`.
fn version<'a>(lock: &'a str, library: &str) -> Option<&'a str> {
    let entry = entry(lock, library)?;
    entry.lines().find_map(|line| line.strip_prefix("version = "))?.trim().strip_prefix('"')?.strip_suffix('"')
}

/// The names of what `package` depends on. A name of which there are several versions has one of them behind it.
fn dependencies<'a>(lock: &'a str, package: &str) -> impl Iterator<Item = &'a str> {
    let entry = entry(lock, package).unwrap_or_default();
    let list = entry.lines().skip_while(|line| *line != "dependencies = [").skip(1).take_while(|line| *line != "]");
    list.filter_map(|line| line.trim().strip_prefix('"')?.split([' ', '"']).next())
}
