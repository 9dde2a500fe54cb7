//! The resources that a concurrency needs, checked before anything is measured.

use std::fmt;
use std::fs;

use workload::{Cell, Concurrency, Connection, Rtt, Workload, catalog};

/// Descriptors that a client or an origin has open besides its connections: streams, reactors, listeners, libraries.
const BESIDE: u64 = 128;

/// A limit of the machine that a cell at some concurrency would exceed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Limit {
    /// C.
    concurrency: Concurrency,
    /// The scarce resource.
    what: &'static str,
    /// How many are needed.
    needed: u64,
    /// How many are allowed.
    limit: u64,
    /// How to raise it.
    advice: &'static str,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limit { concurrency, what, needed, limit, advice } = self;
        write!(
            f,
            "{concurrency} requests in flight need {needed} {what} and the limit is {limit}: {advice} or use a smaller \
             -c"
        )
    }
}

/// The limit that would be exceeded when `cell` runs `workload` with `open_files` descriptors per process; `None` if
/// there is none.
pub(crate) fn binding(cell: &Cell, workload: &Workload, open_files: u64) -> Option<Limit> {
    let slots = u64::from(workload.slots());
    // A connection per slot, and sometimes one more while a connection is replaced.
    let files = slots + slots / 8 + BESIDE;
    let exceeds =
        |what, needed, limit, advice| Limit { concurrency: workload.concurrency, what, needed, limit, advice };
    if files > open_files {
        return Some(exceeds("open files in each process", files, open_files, "raise it (ulimit -Hn)"));
    }
    let of_relay = relay_files(cell, slots);
    if of_relay > open_files {
        return Some(exceeds("open files of the relay", of_relay, open_files, "raise it (ulimit -Hn)"));
    }
    let threads = slots + BESIDE;
    let most = most_threads();
    let thread_per_slot = catalog::model_named(&cell.model).is_some_and(|model| model.thread_per_slot);
    (thread_per_slot && threads > most)
        .then(|| exceeds("threads", threads, most, "raise it (kernel.threads-max, vm.max_map_count, pids.max)"))
}

/// Files that the relay of a distant cell has open at once: a socket in each direction for every connection. It keeps a
/// connection for a round trip after the client has closed it, because the close is on its way for that long; and since
/// slots that start together stay together, each then has a new one. 200 slots used 838 files with a connection per
/// request (RTT 100 ms), and 438 with kept connections.
fn relay_files(cell: &Cell, slots: u64) -> u64 {
    if cell.axes.rtt == Rtt::NONE {
        return 0;
    }
    let connections = match cell.connection {
        Connection::KeepAlive => slots + slots / 8,
        _ => 2 * slots,
    };
    2 * connections + BESIDE
}

/// Number of threads that one process can have: the least of the limits of the kernel, the control group and the
/// address space. A thread takes two memory maps: its stack and the guard page below it.
fn most_threads() -> u64 {
    let read = |path: &str| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let maps = read("/proc/sys/vm/max_map_count").map(|maps| maps / 2);
    let limits =
        [read("/proc/sys/kernel/threads-max"), read("/proc/sys/kernel/pid_max"), read("/sys/fs/cgroup/pids.max"), maps];
    limits.into_iter().flatten().min().unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(model: &str, concurrency: u32, open_files: u64) -> Option<Limit> {
        of(&format!("{model}/ureq/plain/new-conn"), concurrency, open_files)
    }

    fn of(cell: &str, concurrency: u32, open_files: u64) -> Option<Limit> {
        let cell = cell.parse().unwrap();
        let workload = Workload::of(
            workload::Path::get(),
            workload::Amount::Requests(u64::MAX.try_into().unwrap()),
            concurrency.try_into().unwrap(),
        );
        binding(&cell, &workload, open_files)
    }

    #[test]
    fn descriptors_bind_every_model() {
        let limit = at("serial", 1000, 1000).unwrap();
        assert_eq!((limit.what, limit.needed, limit.limit), ("open files in each process", 1253, 1000));
        assert_eq!(at("serial", 1000, 1253), None);
    }

    #[test]
    fn a_relay_needs_a_file_each_way_also_for_what_is_still_closing() {
        let limit = of("serial/ureq/plain/new-conn@rtt=10", 1000, 4127).unwrap();
        assert_eq!((limit.what, limit.needed), ("open files of the relay", 4128));
        assert_eq!(of("serial/ureq/plain/new-conn@rtt=10", 1000, 4128), None);
        assert_eq!(of("serial/ureq/plain/keep-alive@rtt=10", 1000, 2377).unwrap().needed, 2378);
        assert_eq!(of("serial/ureq/plain/keep-alive:3@rtt=10", 1000, 2378).unwrap().needed, 4128);
        assert_eq!(of("serial/ureq/plain/new-conn", 1000, 2378), None);
    }

    #[test]
    fn threads_bind_models_that_have_one_per_slot() {
        let limit = at("threads", 100_000_000, u64::MAX).unwrap();
        assert_eq!(limit.what, "threads");
        assert_eq!(at("serial", 100_000_000, u64::MAX), None);
    }
}
