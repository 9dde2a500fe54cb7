//! Builds go-httpbin from source, once, with the installed Go, and keeps it in the user's cache.
//!
//! The sources are part of this program, so that an installed binary needs no checkout. [`Toolchain`] describes the
//! installed Go, and [`Cache`] builds and keeps the binary. [`crate::choose()`] decides whether go-httpbin is used.

mod cache;
mod sources;
mod tool;
mod toolchain;
mod version;

pub use cache::{Built, Cache};
pub use sources::minimum;
pub(crate) use toolchain::find_go_in;
#[cfg(test)]
pub(crate) use toolchain::tests::folder_with_go;
pub use toolchain::{Toolchain, find_go};
pub use version::GoVersion;
