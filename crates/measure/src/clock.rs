//! The two clocks of all figures: CLOCK_MONOTONIC for timestamps, the process CPU clock for cost.
//!
//! `std::time::Instant` reads the same clock, but does not reveal its value; timestamps of several processes, in Rust
//! and in Go, must be comparable.

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// CLOCK_MONOTONIC, ns. 0 where the kernel has none (no Linux does).
#[inline]
pub fn now_ns() -> u64 {
    read(ClockId::CLOCK_MONOTONIC).unwrap_or(0)
}

/// CPU time that this process has used, its ended threads included, ns.
pub fn own_cpu_ns() -> u64 {
    read(ClockId::CLOCK_PROCESS_CPUTIME_ID).unwrap_or(0)
}

/// CPU time that the calling thread has used, ns.
#[inline]
pub fn thread_cpu_ns() -> u64 {
    read(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap_or(0)
}

/// CPU time that process `pid` has used, its ended threads included, ns; `None` if it has ended.
pub fn cpu_ns_of(pid: u32) -> Option<u64> {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(pid).ok()?)).ok()?;
    read(clock)
}

fn read(clock: ClockId) -> Option<u64> {
    let time = clock_gettime(clock).ok()?;
    Some(time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_sees_its_own_cost_from_outside() {
        let before = cpu_ns_of(std::process::id()).unwrap();
        let start = own_cpu_ns();
        while own_cpu_ns() < start + 5_000_000 {}
        assert!(cpu_ns_of(std::process::id()).unwrap() >= before + 5_000_000);
    }

    #[test]
    fn time_goes_forward() {
        let first = now_ns();
        assert!(first > 0 && now_ns() >= first);
    }
}
