//! Parses the kernel's records, and copies them out of the ring buffer.
//!
//! Which records are kept is decided by the callers, who follow the processes.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::Arc;

use perf_event::Record;
use perf_event::data::{Mmap2, Record as Parsed, Sample};
use perf_event_open_sys::bindings::{PERF_RECORD_MISC_COMM_EXEC, PERF_RECORD_SAMPLE};

use crate::maps::{Mapping, Source};
use crate::raw_sample::{RawSample, UserStack};
use crate::registers;

/// One record. Times are CLOCK_MONOTONIC, ns.
#[derive(Debug)]
pub(crate) enum Event {
    Sample(RawSample),
    /// Thread `tid` of process `pid` was started by thread `parent` of process `parent_pid`, which is another process
    /// if this is the first thread of a new one.
    Fork {
        time: u64,
        pid: u32,
        tid: u32,
        parent_pid: u32,
        parent: u32,
    },
    /// A thread changed its name; with `exec`, the process now runs the program of that name.
    Name {
        time: u64,
        pid: u32,
        tid: u32,
        name: Arc<str>,
        exec: bool,
    },
    /// A process mapped executable memory.
    Map {
        time: u64,
        pid: u32,
        mapping: Mapping,
    },
    /// A thread of process `pid` ended.
    Exit {
        time: u64,
        pid: u32,
    },
    /// Records for which the ring had no room, or that could not be read.
    Lost(u64),
}

impl Event {
    /// Its time; 0 for lost records, which have none.
    pub(crate) fn time(&self) -> u64 {
        match self {
            Self::Sample(sample) => sample.time,
            Self::Fork { time, .. } | Self::Name { time, .. } | Self::Map { time, .. } | Self::Exit { time, .. } => {
                *time
            }
            Self::Lost(_) => 0,
        }
    }
}

/// Parses `record` if its type matters here. Samples are parsed only if `wanted` returns true for their process and
/// thread: copying their stacks is most of the work.
pub(crate) fn read(record: &Record<'_>, wanted: impl FnOnce(u32, u32) -> bool) -> Option<Event> {
    let Ok(parsed) = record.parse_record() else {
        let ending = (record.ty() == PERF_RECORD_SAMPLE).then(|| without_user(&record.to_contiguous())).flatten();
        return match ending {
            Some(sample) => wanted(sample.pid, sample.tid).then_some(Event::Sample(sample)),
            None => Some(Event::Lost(1)),
        };
    };
    match parsed {
        Parsed::Sample(sample) => {
            let (pid, tid) = (sample.pid()?, sample.tid()?);
            wanted(pid, tid).then(|| Event::Sample(raw(pid, tid, &sample)))
        }
        Parsed::Lost(lost) => Some(Event::Lost(lost.lost)),
        Parsed::LostSamples(lost) => Some(Event::Lost(lost.lost)),
        Parsed::Fork(fork) => Some(Event::Fork {
            time: fork.time,
            pid: fork.pid,
            tid: fork.tid,
            parent_pid: fork.ppid,
            parent: fork.ptid,
        }),
        Parsed::Exit(exit) => Some(Event::Exit { time: exit.time, pid: exit.pid }),
        Parsed::Comm(comm) => Some(Event::Name {
            time: trailer_time(&record.to_contiguous()),
            pid: comm.pid,
            tid: comm.tid,
            name: String::from_utf8_lossy(unpadded(&comm.comm)).into(),
            exec: u32::from(record.misc()) & PERF_RECORD_MISC_COMM_EXEC != 0,
        }),
        Parsed::Mmap2(map) => {
            let mapping = mapping(&map)?;
            Some(Event::Map { time: trailer_time(&record.to_contiguous()), pid: map.pid, mapping })
        }
        _ => None,
    }
}

/// The executable memory that was mapped from a file, or the kernel's page.
fn mapping(map: &Mmap2<'_>) -> Option<Mapping> {
    let end = map.addr.checked_add(map.len)?;
    let name = unpadded(&map.filename);
    if name == b"[vdso]" {
        return Some(Mapping { start: map.addr, end, offset: 0, source: Source::Vdso });
    }
    let path = PathBuf::from(OsStr::from_bytes(name));
    // Other mappings have names such as `[stack]` and `//anon`.
    if !path.is_absolute() || name.starts_with(b"//") {
        return None;
    }
    Some(Mapping { start: map.addr, end, offset: map.pgoff, source: Source::File { path, inode: map.ino()? } })
}

/// The bytes without the zeros that pad them.
fn unpadded(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end]
}

/// The time of a record other than a sample: its trailer is `pid, tid: u32; time: u64; cpu, reserved: u32` with the
/// attributes used here (`struct sample_id` in perf_event_open(2)). 0 if it is too short to have one.
fn trailer_time(record: &[u8]) -> u64 {
    record
        .len()
        .checked_sub(16)
        .and_then(|at| record.get(at..at + 8))
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_ne_bytes)
}

/// Markers between the parts of a call chain use the last page of addresses (`PERF_CONTEXT_MAX`).
const MARKERS: u64 = u64::MAX - 4095;

/// Parses the sample of a thread that has no user space any more, because it is ending. In place of a stack such a
/// sample has the size 0 and nothing after it, which the library does not expect.
///
/// The layout is that of `PERF_RECORD_SAMPLE` in perf_event_open(2) with the attributes used here: `ip: u64; pid, tid:
/// u32; time: u64; cpu, reserved: u32; nr, chain[nr]: u64; abi: u64 = 0; size: u64 = 0`.
fn without_user(record: &[u8]) -> Option<RawSample> {
    let word = |at: usize| Some(u64::from_ne_bytes(record.get(at..at + 8)?.try_into().ok()?));
    let half = |at: usize| Some(u32::from_ne_bytes(record.get(at..at + 4)?.try_into().ok()?));
    let chain = usize::try_from(word(32)?).ok().filter(|&count| count <= record.len() / 8)?;
    let end = 40 + 8 * chain;
    if record.len() != end + 16 || word(end)? != 0 || word(end + 8)? != 0 {
        return None;
    }
    let kernel = (0..chain).filter_map(|index| word(40 + 8 * index)).filter(|&address| address < MARKERS).collect();
    Some(RawSample { time: word(16)?, pid: half(8)?, tid: half(12)?, kernel, user: None })
}

fn raw(pid: u32, tid: u32, sample: &Sample<'_>) -> RawSample {
    let kernel = sample.callchain().unwrap_or_default().iter().copied().filter(|&address| address < MARKERS).collect();
    let user = sample.regs_user().and_then(|values| {
        let registers = registers::read(&values.regs)?;
        Some(UserStack { registers, bytes: sample.stack_user().unwrap_or_default().into() })
    });
    RawSample { time: sample.time().unwrap_or(0), pid, tid, kernel, user }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_name_is_read_without_its_padding() {
        assert_eq!(unpadded(b"worker\0\0"), b"worker");
        assert_eq!(unpadded(b""), b"");
    }

    #[test]
    fn the_time_stands_before_the_cpu() {
        let mut record = vec![9; 24];
        record.extend(7u64.to_ne_bytes());
        record.extend([0; 8]);
        assert_eq!(trailer_time(&record), 7);
        assert_eq!(trailer_time(&[1, 2, 3]), 0);
    }

    #[test]
    fn a_sample_without_user_space_is_read_and_a_cut_off_one_is_not() {
        let ids = u64::from(7u32) | u64::from(8u32) << 32;
        let words = [1, ids, 99, 0, 2, u64::MAX - 127, 0xffff_ffff_8100_0000, 0, 0];
        let record: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        let sample = without_user(&record).unwrap();
        assert_eq!((sample.pid, sample.tid, sample.time), (7, 8, 99));
        assert_eq!(*sample.kernel, [0xffff_ffff_8100_0000]);
        assert!(sample.user.is_none());
        for length in 0..record.len() {
            assert!(without_user(&record[..length]).is_none(), "{length}");
        }
    }
}
