//! Starts a process on chosen CPUs.
//!
//! A child inherits the CPU affinity of the thread that starts it, so that thread is bound temporarily. Setting the
//! affinity between fork and exec would need unsafe code, and after the start it would be too late, because the child
//! counts its CPUs first.

use crate::Error;

/// Runs `start` with the calling thread bound to `cpus`, then restores the thread's affinity.
pub fn on_cpus<T>(cpus: Option<&[usize]>, start: impl FnOnce() -> T) -> Result<T, Error> {
    let Some(cpus) = cpus else { return Ok(start()) };
    let _bound = Bound::to(cpus).map_err(|reason| Error::Affinity { cpus: cpus.to_vec(), reason })?;
    Ok(start())
}

#[cfg(target_os = "linux")]
struct Bound {
    before: nix::sched::CpuSet,
}

#[cfg(target_os = "linux")]
impl Bound {
    fn to(cpus: &[usize]) -> Result<Bound, String> {
        use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};

        let mut wanted = CpuSet::new();
        for cpu in cpus {
            wanted.set(*cpu).map_err(|_| format!("there is no CPU {cpu}"))?;
        }
        let before = sched_getaffinity(THIS_THREAD).map_err(|error| error.to_string())?;
        sched_setaffinity(THIS_THREAD, &wanted).map_err(|error| error.to_string())?;
        Ok(Bound { before })
    }
}

#[cfg(target_os = "linux")]
const THIS_THREAD: nix::unistd::Pid = nix::unistd::Pid::from_raw(0);

#[cfg(target_os = "linux")]
impl Drop for Bound {
    fn drop(&mut self) {
        // These CPUs were allowed before. If they no longer are, there is no affinity to restore.
        let _ = nix::sched::sched_setaffinity(THIS_THREAD, &self.before);
    }
}

#[cfg(not(target_os = "linux"))]
struct Bound;

#[cfg(not(target_os = "linux"))]
impl Bound {
    fn to(_: &[usize]) -> Result<Bound, String> {
        Err("this system can't".to_owned())
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use nix::sched::sched_getaffinity;

    use super::*;

    #[test]
    fn the_thread_is_bound_for_the_moment_only() {
        let before = sched_getaffinity(THIS_THREAD).unwrap();
        let cpu = (0..nix::sched::CpuSet::count()).find(|cpu| before.is_set(*cpu).unwrap()).unwrap();
        let during = on_cpus(Some(&[cpu]), || sched_getaffinity(THIS_THREAD).unwrap()).unwrap();
        let bound: Vec<_> = (0..nix::sched::CpuSet::count()).filter(|cpu| during.is_set(*cpu).unwrap()).collect();
        assert_eq!(bound, [cpu]);
        assert_eq!(sched_getaffinity(THIS_THREAD).unwrap(), before);
    }

    #[test]
    fn a_cpu_that_is_not_there_is_named() {
        let error = on_cpus(Some(&[1_000_000]), || ()).unwrap_err().to_string();
        assert!(error.contains("1000000"), "{error}");
    }
}
