//! Connections: what carries requests, one at a time or many.
//!
//! A connection is not part of a slot, which is a permit to have one request in flight. A client opens a connection,
//! sends a request over it, and puts it where the next request finds it ([`Placement`]). Phases belong to a request,
//! set-up to a connection: only the request that opened the connection reports how long that took. Making TCP
//! connections is for [`crate::runtime`], securing them for [`crate::tls`].

mod http1;
mod open;
mod placement;
mod stamped_stream;

pub(crate) use http1::Http1;
pub(crate) use open::{Message, Open};
pub(crate) use placement::Placement;
pub(crate) use stamped_stream::STAMPING;
use workload::catalog::Charged;
use workload::charged;

/// The class of the bill that this module's CPU time counts as.
pub(crate) const SYMBOLS: Charged = charged!(Http);
