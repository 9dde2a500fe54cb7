//! Records the CPU time of the command and its descendants over time, and how long they waited for a CPU, in bounded
//! memory.

use std::collections::HashMap;

use measure::clock::cpu_ns_of;
use measure::schedstat::waited_for_cpu_ns;
use observation::{Cpu, CpuReading};

use super::contention::Contention;

/// The most readings that are kept. When there are more, every second one is dropped, and readings are taken half as
/// often.
const MOST: usize = 2_048;

/// The times of one process or of several, ns.
#[derive(Debug, Clone, Copy, Default)]
struct Times {
    cpu_ns: u64,
    queued_ns: u64,
}

impl Times {
    fn plus(self, other: Times) -> Times {
        Times { cpu_ns: self.cpu_ns + other.cpu_ns, queued_ns: self.queued_ns + other.queued_ns }
    }
}

/// The CPU times that have been read.
#[derive(Debug, Default)]
pub(super) struct Usage {
    last: HashMap<u32, Times>,
    /// The sum of the last readings of processes that have ended.
    gone: Times,
    readings: Vec<CpuReading>,
    processes: u64,
    /// The interval between kept readings: one in two to the power of this many.
    thinned: u32,
    looks: u64,
}

impl Usage {
    /// Reads the CPU clocks of these processes and `contention`, `at_ns` after the run began.
    pub(super) fn look(&mut self, members: &[u32], at_ns: u64, contention: &mut Contention) {
        let now: HashMap<u32, Times> = members.iter().filter_map(|pid| Some((*pid, self.read(*pid)?))).collect();
        let gone = self.last.iter().filter(|(pid, _)| !now.contains_key(pid)).map(|(_, times)| *times);
        self.gone = gone.fold(self.gone, Times::plus);
        self.processes = self.processes.max(now.len() as u64);
        let all = now.values().copied().fold(self.gone, Times::plus);
        self.last = now;
        self.looks += 1;
        if !self.looks.is_multiple_of(1 << self.thinned) {
            return;
        }
        if self.readings.len() == MOST {
            let mut keep = false;
            self.readings.retain(|_| {
                keep = !keep;
                keep
            });
            self.thinned += 1;
        }
        // The sum must not decrease if a clock can't be read any more.
        let least = self.readings.last().map_or(0, |last| last.cpu_ns);
        let short = contention.read();
        self.readings.push(CpuReading {
            at_ns,
            cpu_ns: all.cpu_ns.max(least),
            queued_ns: all.queued_ns,
            throttled_ns: short.throttled_ns,
            pressure_ns: short.pressure_ns,
            observer_delay_ns: short.observer_delay_ns,
        });
    }

    /// The times of process `pid`; `None` if it has ended.
    fn read(&self, pid: u32) -> Option<Times> {
        let before = self.last.get(&pid).copied().unwrap_or_default();
        let cpu_ns = cpu_ns_of(pid)?;
        // The waiting time of a thread is lost when the thread ends, so the sum must not decrease.
        Some(Times { cpu_ns, queued_ns: waited_for_cpu_ns(pid).max(before.queued_ns) })
    }

    /// The result. `total_ns` is the CPU time that the system reported at the end.
    pub(super) fn finish(self, total_ns: u64) -> Cpu {
        let least = self.readings.last().map_or(0, |last| last.cpu_ns);
        let cpus = std::thread::available_parallelism().map_or(0, |cpus| cpus.get() as u64);
        Cpu { total_ns: total_ns.max(least), processes: self.processes, cpus, readings: self.readings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_bounded_and_never_go_back() {
        let mut usage = Usage::default();
        let own = std::process::id();
        let mut contention = Contention::default();
        for look in 0..10 * MOST as u64 {
            let members: &[u32] = if look % 7 == 0 { &[] } else { std::slice::from_ref(&own) };
            usage.look(members, look, &mut contention);
        }
        assert!(usage.readings.len() <= MOST);
        let cpu = usage.finish(0);
        assert!(cpu.readings.is_sorted_by_key(|reading| reading.cpu_ns));
        assert!(cpu.readings.is_sorted_by_key(|reading| reading.at_ns));
        assert_eq!(cpu.processes, 1);
    }
}
