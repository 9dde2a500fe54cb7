//! What a build says of itself: the version that an issue quotes, and what a run records.

use std::path::Path;

use crate::common::{code, folder, result, run, stderr, stdout};

/// The answer to `arguments`, which must succeed.
fn answer(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    assert_eq!(code(&output), Some(0), "{arguments}: {}", stderr(&output));
    stdout(&output)
}

#[test]
fn the_long_version_names_the_libraries_and_the_short_one_does_not() {
    let (_dir, path) = folder();
    let short = answer(&path, "-V");
    assert_eq!(short, concat!("tlstax ", env!("CARGO_PKG_VERSION"), "\n"));
    let long = answer(&path, "--version");
    assert!(long.starts_with(short.trim_end()) && long.contains("\nrustc 1."), "{long}");
    for library in ["rustls", "aws-lc-rs", "openssl", "OpenSSL", "hyper", "reqwest", "ureq", "tokio"] {
        let version = long.lines().find_map(|line| line.strip_prefix(&format!("{library} ")));
        assert!(version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit())), "{library}: {long}");
    }
}

#[test]
fn a_run_names_its_allocator() {
    let (_dir, path) = folder();
    answer(&path, "run serial plain new-conn -n 3 -c 1 --rounds 1 --origin embedded --out one");
    let named = result(&path, "one").run.machine.allocator;
    assert_eq!(named.as_deref(), Some(measure::machine::ALLOCATOR));
}
