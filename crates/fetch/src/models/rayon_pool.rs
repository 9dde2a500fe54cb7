//! A pool of rayon's with a thread per slot: all that are in flight at once have one.

use super::rayon::prepare;
use crate::pair::{Pair, clients};

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(thread, |clients, slots, _workers| prepare(clients(slots)?, slots as usize))
}
