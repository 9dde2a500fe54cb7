//! The clock of every figure: CPU time of the calling thread.
//!
//! Both sides of a handshake take turns in one thread, so wall time would suffice on an idle machine; on a shared one,
//! it includes other threads that were scheduled in between. Reading this clock is a system call (some 0.2 µs), and a
//! handshake consists of five to seven turns, so the measured time of an empty turn is subtracted from each.

use std::sync::OnceLock;

use nix::time::{ClockId, clock_gettime};

/// How many empty turns are timed. The clock's cost is their minimum, since everything above it is disturbance.
const EMPTY_STRETCHES: usize = 1000;

/// CPU time that this thread has used, ns (CLOCK_THREAD_CPUTIME_ID). 0 where the kernel has no such clock (no Linux
/// does).
#[inline]
pub fn thread_cpu_ns() -> u64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |time| time.tv_sec() as u64 * 1_000_000_000 + time.tv_nsec() as u64)
}

/// Runs `work`, and adds its CPU time to `sum`, ns, without the cost of reading the clock.
#[inline]
pub(crate) fn timed<T>(sum: &mut u64, work: impl FnOnce() -> T) -> T {
    let own = own_cost_ns();
    let start = thread_cpu_ns();
    let result = work();
    let end = thread_cpu_ns();
    *sum += end.saturating_sub(start).saturating_sub(own);
    result
}

/// The measured time of an empty turn, ns.
fn own_cost_ns() -> u64 {
    static COST: OnceLock<u64> = OnceLock::new();
    *COST.get_or_init(|| {
        let empty = |_| {
            let start = thread_cpu_ns();
            thread_cpu_ns().saturating_sub(start)
        };
        (0..EMPTY_STRETCHES).map(empty).min().unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn waiting_costs_nothing_and_working_does() {
        let (mut waited, mut worked) = (0, 0);
        timed(&mut waited, || std::thread::sleep(Duration::from_millis(20)));
        timed(&mut worked, || {
            let start = thread_cpu_ns();
            while thread_cpu_ns() < start + 5_000_000 {}
        });
        assert!(waited < 5_000_000, "{waited}");
        assert!(worked >= 4_900_000, "{worked}");
    }

    #[test]
    fn of_an_empty_stretch_less_remains_than_was_taken_off() {
        let mut stretches: Vec<u64> = (0..1001)
            .map(|_| {
                let mut sum = 0;
                timed(&mut sum, || ());
                sum
            })
            .collect();
        stretches.sort_unstable();
        assert!(stretches[500] <= own_cost_ns(), "{} ns", stretches[500]);
    }
}
