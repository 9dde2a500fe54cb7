//! CPU time of the command and its descendants along the way, in bounded memory.

use std::collections::HashMap;

use measure::clock::cpu_ns_of;
use observation::{Cpu, CpuReading};

/// The most readings that are kept; when there are more, every second one is dropped and readings come half as often.
const MOST: usize = 2_048;

/// CPU time as it is read.
#[derive(Debug, Default)]
pub(super) struct Usage {
    last: HashMap<u32, u64>,
    /// Of processes that are gone, what was read of them last.
    gone_ns: u64,
    readings: Vec<CpuReading>,
    processes: u64,
    /// Every how many looks one is kept, as a power of two.
    thinned: u32,
    looks: u64,
}

impl Usage {
    /// Reads the CPU clocks of these processes, `at_ns` since the pass began.
    pub(super) fn look(&mut self, members: &[u32], at_ns: u64) {
        let now: HashMap<u32, u64> = members.iter().filter_map(|pid| Some((*pid, cpu_ns_of(*pid)?))).collect();
        self.gone_ns += self.last.iter().filter(|(pid, _)| !now.contains_key(pid)).map(|(_, ns)| ns).sum::<u64>();
        self.processes = self.processes.max(now.len() as u64);
        let cpu_ns = self.gone_ns + now.values().sum::<u64>();
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
        // Where a clock that was read before can't be any more, the sum must not go back.
        let least = self.readings.last().map_or(0, |last| last.cpu_ns);
        self.readings.push(CpuReading { at_ns, cpu_ns: cpu_ns.max(least) });
    }

    /// All of it; `total_ns` is what the system told at the end.
    pub(super) fn finish(self, total_ns: u64) -> Cpu {
        let least = self.readings.last().map_or(0, |last| last.cpu_ns);
        Cpu { total_ns: total_ns.max(least), processes: self.processes, readings: self.readings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_bounded_and_never_go_back() {
        let mut usage = Usage::default();
        let own = std::process::id();
        for look in 0..10 * MOST as u64 {
            usage.look(if look % 7 == 0 { &[] } else { std::slice::from_ref(&own) }, look);
        }
        assert!(usage.readings.len() <= MOST);
        let cpu = usage.finish(0);
        assert!(cpu.readings.is_sorted_by_key(|reading| reading.cpu_ns));
        assert!(cpu.readings.is_sorted_by_key(|reading| reading.at_ns));
        assert_eq!(cpu.processes, 1);
    }
}
