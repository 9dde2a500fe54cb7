//! What a run needs of the system, asked before it begins.

use workload::Workload;

/// Descriptors that a client or an origin has open beside its connections: streams, reactors, listeners, libraries.
const BESIDE: u64 = 128;

/// Open files that one process of a trial needs: a connection per slot, one more per slot while it is replaced, and what
/// any process has open.
pub fn descriptors_needed(workload: &Workload) -> u64 {
    let slots = u64::from(workload.slots());
    slots + slots / 8 + BESIDE
}
