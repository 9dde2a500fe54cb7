//! Empties the ring buffers while the sampled process runs, and keeps what is of that process.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::time::{ClockId, clock_gettime};
use nix::unistd::{Pid, gettid};
use perf_event::Sampler;
use perf_event::data::{Mmap2, Record, Sample};

use crate::clocks::Clocks;
use crate::event::{PERIOD_NS, STACK_BYTES};
use crate::maps::{Mapping, Source};
use crate::recording::{Drained, RawSample, Recording, TaskEvent, UserStack};
use crate::registers;

/// The clocks, shared between whoever switches them and the thread that reads them.
pub(crate) type Shared = Arc<Mutex<Clocks>>;

/// The clocks, whatever became of another thread that held them.
pub(crate) fn lock(clocks: &Shared) -> MutexGuard<'_, Clocks> {
    clocks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The running thread. Dropped, it has ended, and what it had read is lost.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The thread, and what is closed to say: once more, and that was all. `None` once it has ended.
    running: Option<(JoinHandle<Drained>, Sender<()>)>,
}

impl Reader {
    /// Starts the thread, on `cpus` if any are given.
    pub(crate) fn spawn(pid: u32, clocks: Shared, ring: usize, cpus: BTreeSet<usize>) -> std::io::Result<Self> {
        let (running, stopped) = channel();
        let thread = std::thread::Builder::new().name("profile-reader".to_owned()).spawn(move || {
            pin(&cpus);
            read(pid, &clocks, pause(ring), &stopped)
        })?;
        Ok(Self { running: Some((thread, running)) })
    }

    /// Empties the ring buffers a last time and gives all that was in them; `None` if the thread failed.
    pub(crate) fn finish(mut self) -> Option<Drained> {
        self.end()
    }

    fn end(&mut self) -> Option<Drained> {
        let (thread, running) = self.running.take()?;
        drop(running);
        thread.join().ok()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.end();
    }
}

/// Time between two looks: a quarter of what it takes to fill a ring.
fn pause(ring: usize) -> Duration {
    let samples = ring as u64 / u64::from(STACK_BYTES);
    Duration::from_nanos((samples * PERIOD_NS / 4).clamp(1_000_000, 25_000_000))
}

/// Keeps this thread off the CPUs that are being measured; where that is refused, it merely costs them a little.
fn pin(cpus: &BTreeSet<usize>) {
    let mut set = CpuSet::new();
    let known = cpus.iter().filter(|&&cpu| set.set(cpu).is_ok()).count();
    if known > 0 {
        let _ = sched_setaffinity(Pid::from_raw(0), &set);
    }
}

fn read(pid: u32, clocks: &Shared, pause: Duration, stopped: &Receiver<()>) -> Drained {
    let own_tid = gettid().as_raw().unsigned_abs();
    let mut drained = Drained::default();
    loop {
        let last = stopped.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected);
        for ring in &mut lock(clocks).rings {
            drain(ring, pid, own_tid, &mut drained);
        }
        if last {
            drained.reader_cpu_ns = own_cpu_ns();
            return drained;
        }
    }
}

fn own_cpu_ns() -> u64 {
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(0, |time| time.tv_sec().unsigned_abs() * 1_000_000_000 + time.tv_nsec().unsigned_abs())
}

/// Takes everything out of one ring.
fn drain(ring: &mut Sampler, pid: u32, own_tid: u32, drained: &mut Drained) {
    while let Some(record) = ring.next_record() {
        match record.parse_record() {
            Ok(Record::Sample(sample)) if sample.pid() == Some(pid) && sample.tid() != Some(own_tid) => {
                drained.keep(raw(&sample), Recording::MOST_STACK_BYTES);
            }
            Ok(Record::Lost(lost)) => drained.lost += lost.lost,
            Ok(Record::LostSamples(lost)) => drained.lost += lost.lost,
            Ok(Record::Fork(fork)) if fork.pid == pid => {
                drained.tasks.push(TaskEvent::Fork { time: fork.time, tid: fork.tid, parent: fork.ptid });
            }
            Ok(Record::Comm(comm)) if comm.pid == pid => {
                let name = name(&comm.comm);
                // Its time stands in the trailer that every record carries.
                let time = trailer_time(&record.to_contiguous());
                drained.tasks.push(TaskEvent::Name { time, tid: comm.tid, name });
            }
            Ok(Record::Mmap2(map)) if map.pid == pid => drained.maps.extend(mapping(&map)),
            Ok(_) => {}
            Err(_) => drained.lost += 1,
        }
    }
}

/// Executable memory that was just mapped from a file.
fn mapping(map: &Mmap2<'_>) -> Option<Mapping> {
    let path = PathBuf::from(OsStr::from_bytes(unpadded(&map.filename)));
    // Others are named `[vdso]`, `//anon` and the like.
    if !path.is_absolute() || map.filename.starts_with(b"//") {
        return None;
    }
    let inode = map.ino()?;
    let end = map.addr.checked_add(map.len)?;
    Some(Mapping { start: map.addr, end, offset: map.pgoff, source: Source::File { path, inode } })
}

/// A thread's name.
fn name(bytes: &[u8]) -> Arc<str> {
    String::from_utf8_lossy(unpadded(bytes)).into()
}

/// Bytes without the zeros that pad them.
fn unpadded(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    &bytes[..end]
}

/// The time of a record other than a sample: its trailer is `pid, tid: u32; time: u64; cpu, reserved: u32` for what is
/// sampled here (`struct sample_id` in perf_event_open(2)). 0 if it is too short to have one.
fn trailer_time(record: &[u8]) -> u64 {
    record
        .len()
        .checked_sub(16)
        .and_then(|at| record.get(at..at + 8))
        .and_then(|bytes| bytes.try_into().ok())
        .map_or(0, u64::from_ne_bytes)
}

/// Markers between the parts of a call chain are the last page of addresses (`PERF_CONTEXT_MAX`).
const MARKERS: u64 = u64::MAX - 4095;

fn raw(sample: &Sample<'_>) -> RawSample {
    let kernel = sample.callchain().unwrap_or_default().iter().copied().filter(|&address| address < MARKERS).collect();
    let user = sample.regs_user().and_then(|values| {
        let registers = registers::read(&values.regs)?;
        Some(UserStack { registers, bytes: sample.stack_user().unwrap_or_default().into() })
    });
    RawSample { time: sample.time().unwrap_or(0), tid: sample.tid().unwrap_or(0), kernel, user }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_padded_name_is_read_without_its_padding() {
        assert_eq!(&*name(b"worker\0\0"), "worker");
        assert_eq!(&*name(b""), "");
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
    fn a_small_ring_is_emptied_more_often() {
        assert!(pause(256 << 10) < pause(8 << 20));
    }
}
