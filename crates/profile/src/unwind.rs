//! Unwinds copied stacks by the objects' DWARF call frame information, outside the process and afterwards.
//!
//! Nothing here runs inside the sampled process: unwinders that do have made it crash.

use std::ops::Range;
use std::sync::Arc;

use framehop::{CacheNative, ExplicitModuleSectionInfo, Module, UnwindRegsNative, Unwinder, UnwinderNative};

use crate::memory::{Memory, Place};
use crate::object_file::Section;
use crate::raw_sample::UserStack;
use crate::registers::UserRegisters;

/// The deepest stack that is unwound. A deeper one is a loop, or a recursion that no picture can show.
const DEEPEST: usize = 1024;

/// An unwound stack.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unwound {
    /// Addresses to look up, innermost first: those of the calls, not of the instructions after them.
    pub(crate) addresses: Vec<u64>,
    /// Whether unwinding stopped before the thread's start.
    pub(crate) truncated: bool,
}

/// Unwinds the stacks of one process.
pub(crate) struct StackUnwinder {
    unwinder: UnwinderNative<Arc<[u8]>, framehop::MayAllocateDuringUnwind>,
    cache: CacheNative<framehop::MayAllocateDuringUnwind>,
    /// The code at which the kernel enters programs: it has no caller.
    entries: Vec<Range<u64>>,
}

/// The size of the code at an object's entry point: 61 bytes in glibc's loader on x86_64. It has no call frame
/// information, so without this exception all stacks of starting programs would be truncated.
const ENTRY_BYTES: u64 = 64;

impl StackUnwinder {
    /// An unwinder for the objects in `memory`.
    pub(crate) fn new(memory: &Memory) -> Self {
        let mut unwinder = UnwinderNative::new();
        let mut entries = Vec::new();
        for place in memory.places() {
            unwinder.add_module(module(place));
            if place.object.file.entry != 0 {
                let entry = place.object.file.entry.wrapping_add(place.bias);
                entries.push(entry..entry.saturating_add(ENTRY_BYTES));
            }
        }
        Self { unwinder, cache: CacheNative::new(), entries }
    }

    /// The addresses on a stack. If its bytes were not kept: the innermost address only, and truncated.
    pub(crate) fn unwind(&mut self, user: &UserStack) -> Unwound {
        if user.bytes.is_empty() {
            return Unwound { addresses: vec![user.registers.ip], truncated: true };
        }
        let mut read = |address: u64| read_word(user, address).ok_or(());
        let registers = native(&user.registers);
        let mut frames = self.unwinder.iter_frames(user.registers.ip, registers, &mut self.cache, &mut read);
        let mut addresses = Vec::with_capacity(64);
        loop {
            match frames.next() {
                Ok(Some(frame)) if addresses.len() < DEEPEST => addresses.push(frame.address_for_lookup()),
                Ok(None) => return Unwound { addresses, truncated: false },
                Ok(Some(_)) => return Unwound { addresses, truncated: true },
                Err(_) => {
                    let entered = |last| self.entries.iter().any(|entry| entry.contains(last));
                    let truncated = !addresses.last().is_some_and(entered);
                    return Unwound { addresses, truncated };
                }
            }
        }
    }
}

fn module(place: &Place) -> Module<Arc<[u8]>> {
    let file = &place.object.file;
    let bytes = |section: &Option<Section>| section.as_ref().map(|section| Arc::clone(&section.bytes));
    let addresses = |section: &Option<Section>| section.as_ref().map(|section| section.addresses.clone());
    let sections = ExplicitModuleSectionInfo {
        base_svma: 0,
        text_svma: addresses(&file.text),
        text: bytes(&file.text),
        eh_frame_svma: addresses(&file.eh_frame),
        eh_frame: bytes(&file.eh_frame),
        eh_frame_hdr_svma: addresses(&file.eh_frame_hdr),
        eh_frame_hdr: bytes(&file.eh_frame_hdr),
        got_svma: file.got.clone(),
        ..ExplicitModuleSectionInfo::default()
    };
    Module::new(place.object.name.to_string(), place.range.clone(), place.bias, sections)
}

#[cfg(target_arch = "x86_64")]
fn native(registers: &UserRegisters) -> UnwindRegsNative {
    UnwindRegsNative::new(registers.ip, registers.sp, registers.fp)
}

#[cfg(target_arch = "aarch64")]
fn native(registers: &UserRegisters) -> UnwindRegsNative {
    UnwindRegsNative::new(registers.lr, registers.sp, registers.fp)
}

/// The eight bytes of copied stack at `address`.
fn read_word(user: &UserStack, address: u64) -> Option<u64> {
    let at = usize::try_from(address.checked_sub(user.registers.sp)?).ok()?;
    let bytes = user.bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_outside_the_copied_stack_is_not_read() {
        let registers = UserRegisters { ip: 0, sp: 4096, fp: 0, lr: 0 };
        let user = UserStack { registers, bytes: Box::from([1, 0, 0, 0, 0, 0, 0, 0, 9]) };
        assert_eq!(read_word(&user, 4096), Some(1));
        assert_eq!(read_word(&user, 4097), Some(9 << 56));
        assert_eq!(read_word(&user, 4098), None);
        assert_eq!(read_word(&user, 4095), None);
        assert_eq!(read_word(&user, u64::MAX), None);
    }
}
