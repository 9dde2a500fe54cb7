//! Embeds what the crate needs from outside its folder: the Go module's sources, so that an installed binary can
//! build go-httpbin, and the versions of the linked libraries.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use linked_versions::LockFile;

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("go_sources.rs"), go_sources(&here.join("go-httpbin"))?)?;

    let (lock, path) = LockFile::of(&here)?;
    println!("cargo::rerun-if-changed={}", path.display());
    for library in ["hyper", "rustls"] {
        let version = lock.version(env!("CARGO_PKG_NAME"), library).ok_or(format!("Cargo.lock has no {library}"))?;
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
