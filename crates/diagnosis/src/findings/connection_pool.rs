//! Detects a client's connection pool that keeps fewer connections than are used at once: those beyond its size are
//! closed right after their response. The finding on connection reuse reports it.

use observation::{Close, Connection, Host};

use crate::case::Case;

/// The least number of connections that the pool did not keep: fewer are no pattern.
const ENOUGH: u64 = 3;

/// The least time that a kept connection is idle at the end, ns: until the program has ended.
const KEPT_NS: u64 = 50_000_000;

/// The most time until a connection that the pool does not keep is closed, ns: its thread may wait for a CPU. One that
/// is idle for longer is closed because of its age.
const TURNED_OUT_NS: u64 = 1_000_000_000;

/// A pool that keeps fewer connections than are used at once. It shows at the end of a run: kept connections stay open
/// and idle until the client drops them, and the rest are closed right after their response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pool {
    /// The number of connections that it keeps.
    pub(crate) kept: u64,
    /// The number of connections that it did not keep.
    pub(crate) turned_out: u64,
    /// The requests that those carried.
    pub(crate) requests: u64,
}

/// The pool of connections to `host`, if it did not keep some of them.
pub(crate) fn of(case: &Case, host: &Host) -> Option<Pool> {
    let to_host = || case.pass.connections.iter().filter(|one| one.host == host.name && one.exchanged > 0);
    let last_of = |one: &Connection| one.exchanges.last().and_then(|exchange| exchange.last_ns);
    // Connections that close after the last response may do so because the program ends.
    let last_of_all = to_host().filter_map(last_of).max()?;
    // A pool that is too small closes connections while it keeps others; a program that closes all after a batch keeps
    // none.
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
