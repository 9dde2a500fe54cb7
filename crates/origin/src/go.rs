//! go-httpbin from source: built once with the installed Go, kept in the user's cache.
//!
//! The sources are part of this program, so that an installed binary needs no checkout. [`Toolchain`] finds the Go,
//! [`Cache`] keeps what was built. Whether go-httpbin is wanted at all is for [`crate::choose()`].

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
