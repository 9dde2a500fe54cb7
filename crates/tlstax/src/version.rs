//! What this program was built from, for `--version`: a line each, so that an issue can quote it.

use std::sync::LazyLock;

use measure::machine::{ALLOCATOR, TOOLCHAIN};

/// The version and the git revision, the compiler, and every library that is measured. `-V` says the version alone.
pub(crate) fn long() -> &'static str {
    static LONG: LazyLock<String> = LazyLock::new(|| {
        let (version, arch) = (env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
        let revision = runner::revision().map_or_else(String::new, |revision| format!(" ({revision})"));
        let libraries = fetch::library_versions().join("\n");
        format!("{version}{revision}\n{TOOLCHAIN}, {arch}, allocator: {ALLOCATOR}\n{libraries}")
    });
    &LONG
}
