//! Whether a client's pool of connections keeps fewer than are used at once: what it has no room for is closed as soon
//! as it has had its response. What follows from that is said by the finding on connection reuse.

use observation::{Close, Connection, Host};

use crate::case::Case;

/// Connections that there was no room for: fewer are no pattern.
const ENOUGH: u64 = 3;

/// How long a connection that the pool keeps stands idle at the end at least, ns: until a program has ended.
const KEPT_NS: u64 = 50_000_000;

/// How long one that there is no room for may take to be closed, ns: its thread may wait for a CPU. What stands idle
/// for longer is closed for its age.
const TURNED_OUT_NS: u64 = 1_000_000_000;

/// A pool that keeps fewer connections than are used at once, as it shows at the end of a run: what it has room for
/// stays open, idle, until the client drops it, and the rest is closed as soon as it has had its response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    /// Connections that it keeps.
    pub(crate) kept: u64,
    /// Connections that it had no room for.
    pub(crate) turned_out: u64,
    /// Requests that those carried.
    pub(crate) requests: u64,
}

/// The pool of connections to `host`, where it turned some out.
pub(crate) fn of(case: &Case, host: &Host) -> Option<Pool> {
    let to_host = || case.pass.connections.iter().filter(|one| one.host == host.name && one.exchanged > 0);
    let last_of = |one: &Connection| one.exchanges.last().and_then(|exchange| exchange.last_ns);
    // What is closed when all is done may be a program that ends.
    let last_of_all = to_host().filter_map(last_of).max()?;
    // What has no room is closed while others are kept; what is closed when a batch is done leaves none.
    let kept_from = to_host().filter(|one| one.closed_ns.is_none_or(|closed| closed >= last_of_all));
    let kept_from = kept_from.map(|one| one.opened_ns).min()?;
    let mut pool = Pool { kept: 0, turned_out: 0, requests: 0 };
    for connection in to_host() {
        let closed = match connection.close {
            Close::Client => connection.closed_ns?,
            Close::Open => case.pass.wall_ns,
            _ => return None,
        };
        let idle = closed.saturating_sub(last_of(connection)?);
        if closed >= last_of_all {
            pool.kept += u64::from(idle >= KEPT_NS);
        } else if idle < TURNED_OUT_NS && closed > kept_from {
            pool.turned_out += 1;
            pool.requests += connection.exchanged;
        }
    }
    let is_pool = pool.kept > 0 && pool.turned_out >= ENOUGH && pool.kept < case.needed_of(host);
    is_pool.then_some(pool)
}
