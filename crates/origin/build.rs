//! Embeds what the crate needs from outside its folder: the Go module's sources, so that an installed binary can
//! build go-httpbin, and the versions of the linked libraries, which only the lock file knows.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("go_sources.rs"), go_sources(&here.join("../../go-httpbin"))?)?;

    let lock_file = here.join("../../Cargo.lock");
    println!("cargo::rerun-if-changed={}", lock_file.display());
    let lock = fs::read_to_string(&lock_file)?;
    for library in ["hyper", "rustls"] {
        let version = linked_version(&lock, library).ok_or(format!("Cargo.lock has no {library} for this crate"))?;
        println!("cargo::rustc-env=LINKED_{}={version}", library.to_uppercase());
    }
    Ok(())
}

/// A Rust slice of (file name, text), sorted by name; tests are left out, since they aren't part of the program.
fn go_sources(module: &Path) -> Result<String, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", module.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(module)? {
        let name = entry?.file_name().into_string().map_err(|name| format!("{} is not UTF-8", name.display()))?;
        let is_source = name.ends_with(".go") && !name.ends_with("_test.go");
        if is_source || name == "go.mod" || name == "go.sum" {
            names.push(name);
        }
    }
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        let path = module.join(&name).canonicalize()?;
        let path = path.to_str().ok_or("the path of the Go module is not UTF-8")?;
        writeln!(list, "    ({name:?}, include_str!({path:?})),")?;
    }
    list.push_str("]\n");
    Ok(list)
}

/// The version of `library` that the package `origin` depends on. A dependency is written as its name alone where
/// the lock file has one version of it, else as name and version.
fn linked_version(lock: &str, library: &str) -> Option<String> {
    let packages = || lock.split("[[package]]").skip(1);
    let field = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let origin = packages().find(|package| field(package, "name").as_deref() == Some("origin"))?;
    let dependency = origin.lines().find_map(|line| {
        let mut words = line.trim().trim_matches(['"', ',']).split(' ');
        (words.next() == Some(library)).then(|| words.next().map(str::to_owned))
    })?;
    dependency.or_else(|| {
        let package = packages().find(|package| field(package, "name").as_deref() == Some(library))?;
        field(package, "version")
    })
}
