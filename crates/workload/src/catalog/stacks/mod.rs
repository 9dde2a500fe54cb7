//! The TLS stacks, a file each, including the one without TLS.

pub mod native_tls;
pub mod openssl;
pub mod plain;
pub mod rustls;
pub mod rustls_ring;

use super::stack::Stack;

macro_rules! entries {
    ($($module:ident,)*) => { &[$(&$module::STACK),*] };
}

/// Every TLS stack, in the order in which tables list them.
pub static ALL: &[&Stack] = crate::for_each_stack!(entries;);
