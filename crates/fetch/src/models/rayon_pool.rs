//! A rayon pool with a thread per slot, so that every slot can have its request in flight.

use super::rayon::prepare;
use crate::pair::{Pair, clients};

/// The clients that it can run.
pub(crate) fn pairs() -> Vec<Pair> {
    clients!(thread, |clients, slots, _workers| prepare(clients(slots)?, slots as usize))
}
