//! Tells the crate which versions of its libraries it was built with, as the lock file names them, so that every
//! result can name them too: each direct dependency, and ring, which rustls brings. They are in the variable
//! `TLSTAX_VERSIONS`, as `NAME VERSION`, a `;` after each.

use std::fs;

/// The lock file, from this package's folder, in which Cargo runs build scripts.
const LOCK: &str = "../../Cargo.lock";

fn main() {
    println!("cargo::rerun-if-changed={LOCK}");
    let text = fs::read_to_string(LOCK).unwrap_or_default();
    let libraries = dependencies(&text, env!("CARGO_PKG_NAME")).chain(["ring"]);
    let named = libraries.filter_map(|library| Some(format!("{library} {};", version(&text, library)?)));
    println!("cargo::rustc-env=TLSTAX_VERSIONS={}", named.collect::<String>());
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
