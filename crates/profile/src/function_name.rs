//! A function's name as a reader knows it: demangled, without its hash.

use std::sync::Arc;

/// The readable form of a linked name; a name that is not mangled stays as it is.
pub(crate) fn demangle(linked: &str) -> Arc<str> {
    match rustc_demangle::try_demangle(linked) {
        // The alternate form leaves the hash away.
        Ok(name) => format!("{name:#}").into(),
        Err(_) => linked.into(),
    }
}
