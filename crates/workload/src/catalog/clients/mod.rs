//! The HTTP clients, a file each.

pub mod hyper;
pub mod hyper_util_stock;
pub mod reqwest;
pub mod reqwest_stock;
pub mod ureq;
pub mod ureq_stock;

use super::client::Client;

macro_rules! entries {
    ($($module:ident on $place:ident,)*) => { &[$(&$module::CLIENT),*] };
}

/// Every client, in the order in which tables list them.
pub static ALL: &[&Client] = crate::for_each_client!(entries;);
