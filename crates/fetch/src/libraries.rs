//! The libraries that models and clients are made of, with their versions, as results name them.

pub(crate) const ASYNC_STD: &str = concat!("async-std ", env!("TLSTAX_VERSION_ASYNC_STD"));
pub(crate) const HYPER: &str = concat!("hyper ", env!("TLSTAX_VERSION_HYPER"));
pub(crate) const RAYON: &str = concat!("rayon ", env!("TLSTAX_VERSION_RAYON"));
pub(crate) const REQWEST: &str = concat!("reqwest ", env!("TLSTAX_VERSION_REQWEST"));
pub(crate) const SMOL: &str = concat!("smol ", env!("TLSTAX_VERSION_SMOL"));
pub(crate) const TOKIO: &str = concat!("tokio ", env!("TLSTAX_VERSION_TOKIO"));
pub(crate) const UREQ: &str = concat!("ureq ", env!("TLSTAX_VERSION_UREQ"));
