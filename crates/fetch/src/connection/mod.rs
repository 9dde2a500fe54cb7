//! Connections: what carries requests, one at a time or many.
//!
//! A connection is no part of a slot, which is a permit to have one request in flight. A client opens one, sends a
//! request over it, and puts it where the next request finds it ([`Placement`]). Phases are of a request, set-up is of
//! a connection: only the request that opened one reports how long that took. How TCP connections are made, and
//! secured, is for [`crate::runtime`] and [`crate::tls`].

mod http1;
mod open;
mod placement;
mod stamped_stream;

pub(crate) use http1::Http1;
pub(crate) use open::{Get, Open};
pub(crate) use placement::Placement;
pub(crate) use stamped_stream::STAMPING;
use workload::catalog::Charged;
use workload::charged;

/// What the bill charges this module to.
pub(crate) const SYMBOLS: Charged = charged!(Http);
