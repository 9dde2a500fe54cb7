//! The concurrency models, a file each.

pub mod async_std;
#[cfg(feature = "compio")]
pub mod compio;
pub mod rayon;
pub mod rayon_pool;
pub mod serial;
pub mod smol;
pub mod threads;
pub mod tokio_current;
pub mod tokio_multi;

use super::model::Model;

macro_rules! entries {
    ($($(#[$on:meta])? $module:ident,)*) => { &[$($(#[$on])? &$module::MODEL),*] };
}

/// Every model, in the order in which tables list them.
pub static ALL: &[&Model] = crate::for_each_model!(entries;);
