//! The kernel's counters for the whole machine: stolen time, sockets in TIME_WAIT, connections dropped because a
//! backlog was full.

use procfs::{CurrentSI, KernelStats};

/// One reading of the machine's counters. A counter that this kernel does not have is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// CPU time that the hypervisor gave to other machines, ns (sampled by timer ticks).
    pub steal_ns: u64,
    /// Times a connection was dropped because a listener's backlog was full.
    pub listen_overflows: u64,
    /// Sockets in TIME_WAIT now.
    pub time_wait: u64,
}

impl Counters {
    /// Reads the counters now.
    pub fn read() -> Counters {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Counters {
            steal_ns: steal_ns(),
            listen_overflows: listen_overflows(&read("/proc/net/netstat")),
            time_wait: time_wait(&read("/proc/net/sockstat")),
        }
    }
}

/// The most sockets that the kernel keeps in TIME_WAIT.
pub fn most_time_wait() -> u64 {
    let limit = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_max_tw_buckets").ok();
    limit.and_then(|limit| limit.trim().parse().ok()).unwrap_or(u64::MAX)
}

fn steal_ns() -> u64 {
    let ticks = KernelStats::current().ok().and_then(|stats| stats.total.steal).unwrap_or(0);
    ticks * 1_000_000_000 / procfs::ticks_per_second().max(1)
}

/// `/proc/net/netstat` holds pairs of lines: names, then values, both beginning with the group's name.
fn listen_overflows(netstat: &str) -> u64 {
    let mut group = netstat.lines().filter(|line| line.starts_with("TcpExt:"));
    let (Some(names), Some(values)) = (group.next(), group.next()) else { return 0 };
    let mut pairs = names.split_whitespace().zip(values.split_whitespace());
    pairs.find(|(name, _)| *name == "ListenOverflows").and_then(|(_, value)| value.parse().ok()).unwrap_or(0)
}

/// `/proc/net/sockstat` holds `TCP: inuse 5 orphan 0 tw 12 …`.
fn time_wait(sockstat: &str) -> u64 {
    let Some(tcp) = sockstat.lines().find(|line| line.starts_with("TCP:")) else { return 0 };
    let mut words = tcp.split_whitespace().skip_while(|word| *word != "tw").skip(1);
    words.next().and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_tables_are_read() {
        assert_eq!(time_wait("sockets: used 9\nTCP: inuse 5 orphan 0 tw 12 alloc 6 mem 1\nUDP: inuse 1"), 12);
        assert_eq!(listen_overflows("TcpExt: A ListenOverflows B\nTcpExt: 1 7 3\nIpExt: X\nIpExt: 9"), 7);
        assert_eq!((time_wait(""), listen_overflows("TcpExt: A\n")), (0, 0));
    }
}
