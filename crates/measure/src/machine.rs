//! The machine on which a run was made.

use nix::sched::{CpuSet, sched_getaffinity};
use nix::unistd::Pid;
use procfs::{CpuInfo, Current, LoadAverage};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The machine, as far as it affects the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Machine {
    /// The CPU's model name.
    pub cpu: String,
    /// CPUs that this process may use.
    pub cpus: Vec<usize>,
    /// The kernel's release.
    pub kernel: String,
    /// Load average over the last minute when the run began.
    pub load: Option<f32>,
    /// The compiler that built tlstax.
    pub toolchain: String,
    /// Whose allocator the programs of this build have: [`ALLOCATOR`]. Absent where an older build did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocator: Option<String>,
}

/// The compiler that built this program, as it names itself.
pub const TOOLCHAIN: &str = env!("TLSTAX_RUSTC");

/// Whose allocator this program has: that of the C library that it is linked with.
pub const ALLOCATOR: &str = if cfg!(target_env = "gnu") {
    "glibc"
} else if cfg!(target_env = "musl") {
    "musl"
} else {
    "the system's"
};

impl Machine {
    /// Reads the machine's properties now.
    pub fn read() -> Machine {
        let cpu = CpuInfo::current().ok().and_then(|info| info.model_name(0).map(str::to_owned));
        Machine {
            cpu: cpu.unwrap_or_else(|| "unknown".to_owned()),
            cpus: allowed_cpus(),
            kernel: std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            load: LoadAverage::current().ok().map(|load| load.one),
            toolchain: TOOLCHAIN.to_owned(),
            allocator: Some(ALLOCATOR.to_owned()),
        }
    }
}

/// The CPUs that this process may use, by number. At least one.
pub fn allowed_cpus() -> Vec<usize> {
    let allowed = sched_getaffinity(Pid::from_raw(0)).unwrap_or_else(|_| CpuSet::new());
    let cpus: Vec<usize> = (0..CpuSet::count()).filter(|cpu| allowed.is_set(*cpu).unwrap_or(false)).collect();
    if cpus.is_empty() { vec![0] } else { cpus }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_a_cpu_and_a_kernel() {
        let machine = Machine::read();
        assert!(!machine.cpus.is_empty() && !machine.kernel.is_empty() && machine.toolchain.contains("rustc"));
        assert_eq!(machine.allocator.as_deref(), Some(ALLOCATOR));
    }
}
