//! The registers that a sample contains, by processor architecture: those from which unwinding starts.

use crate::error::ProfileError;

/// The registers from which unwinding starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UserRegisters {
    /// The instruction pointer in user space.
    pub(crate) ip: u64,
    /// The stack pointer: the copied bytes begin here.
    pub(crate) sp: u64,
    /// The frame pointer.
    pub(crate) fp: u64,
    /// The return address, if the architecture keeps it in a register; 0 on x86_64, which keeps it on the stack.
    pub(crate) lr: u64,
}

/// Register numbers of `uapi/asm/perf_regs.h`, ascending, as samples store them.
#[cfg(target_arch = "x86_64")]
const NUMBERS: &[u32] = &[6, 7, 8];
#[cfg(target_arch = "aarch64")]
const NUMBERS: &[u32] = &[29, 30, 31, 32];
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
const NUMBERS: &[u32] = &[];

/// The mask of registers to be sampled.
pub(crate) fn mask() -> Result<u64, ProfileError> {
    if NUMBERS.is_empty() {
        return Err(ProfileError::Processor(std::env::consts::ARCH));
    }
    Ok(NUMBERS.iter().map(|number| 1u64 << number).sum())
}

/// The registers of a sample, from their values in ascending order of their numbers.
pub(crate) fn read(values: &[u64]) -> Option<UserRegisters> {
    match *values {
        #[cfg(target_arch = "x86_64")]
        [fp, sp, ip] => Some(UserRegisters { ip, sp, fp, lr: 0 }),
        #[cfg(target_arch = "aarch64")]
        [fp, lr, sp, ip] => Some(UserRegisters { ip, sp, fp, lr }),
        _ => None,
    }
}
