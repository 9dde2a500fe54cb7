//! A delay line: one direction of a connection, what was read of it, and when that is due at the other end.
//!
//! It knows no clock but the one it is given and no sockets but what reads and writes; when to be woken is for it to
//! say ([`DelayLine::alarm`]) and for others to see to.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The most that one line holds, bytes: the source isn't read beyond, as a sender stops whose window is full. This much
/// per one-way delay is 100 MiB/s at an RTT of 20 ms, of the order that Linux's windows long let through by default
/// (`tcp_rmem` of 6 MB, about half of it window, per RTT).
const LINE: usize = 1 << 20;
/// The most that all lines may hold before each is kept to [`FLOOR`], bytes.
const ALL: usize = 256 << 20;
/// What a line may hold however much the others do, bytes: it must never starve.
const FLOOR: usize = 16 << 10;
/// Room that is not worth a system call, bytes.
const TOO_LITTLE: usize = 4 << 10;
/// What a parcel costs besides its bytes: many small ones must not grow memory unseen.
const OVERHEAD: usize = 128;

/// What all lines of a relay hold together, bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Rc<Cell<usize>>);

/// Where a line's bytes go.
pub(super) trait Sink: Write {
    /// Says that there will be no more.
    fn end(&self) -> io::Result<()>;
}

/// What came of passing on what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// As much as could be; there is, or may come, more.
    Some,
    /// Everything, the end included.
    All,
    /// The source was reset, and it is time that the sink learns it.
    Reset,
    /// The sink takes no more, ever.
    SinkBroken,
}

#[derive(Debug)]
struct Parcel {
    due: Instant,
    freight: Freight,
}

#[derive(Debug)]
enum Freight {
    Bytes { bytes: Box<[u8]>, sent: usize },
    End,
}

/// What may still come from the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    /// What it sent before it was reset is still to be read.
    Broken,
    Ended,
}

/// A queue in which every byte stays for the one-way delay.
#[derive(Debug)]
pub(super) struct DelayLine {
    one_way: Duration,
    /// Nothing leaves the source's end before.
    opens: Instant,
    queue: VecDeque<Parcel>,
    held: usize,
    held_by_all: Held,
    source: Source,
    /// Whether reading stopped for want of room, so that no event will ask for more of it.
    paused: bool,
    sink_ready: bool,
    all_passed: bool,
    /// When the sink learns that the source was reset.
    reset: Option<Instant>,
    /// The next time for which somebody was asked to wake it.
    alarm: Option<Instant>,
}

impl DelayLine {
    /// One that lets nothing leave its source's end before `opens`.
    pub(super) fn new(one_way: Duration, opens: Instant, sink_ready: bool, held_by_all: Held) -> DelayLine {
        DelayLine {
            one_way,
            opens,
            queue: VecDeque::new(),
            held: 0,
            held_by_all,
            source: Source::Open,
            paused: false,
            sink_ready,
            all_passed: false,
            reset: None,
            alarm: None,
        }
    }

    /// Reads what there is, as far as there is room. The stamp is taken after each read: what arrives between a stamp
    /// and the read would be early.
    pub(super) fn fill(&mut self, source: &mut impl Read, scratch: &mut [u8], clock: impl Fn() -> Instant) {
        self.paused = false;
        while self.source != Source::Ended {
            let room = self.room().min(scratch.len());
            if room < TOO_LITTLE {
                self.paused = true;
                return;
            }
            match source.read(&mut scratch[..room]) {
                Ok(0) if self.source == Source::Broken => self.reset_behind(clock()),
                Ok(0) => {
                    self.source = Source::Ended;
                    self.push(Freight::End, clock());
                }
                Ok(length) => self.push(Freight::Bytes { bytes: scratch[..length].into(), sent: 0 }, clock()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.reset_behind(clock()),
            }
        }
    }

    /// The source was reset: passes that on, after what it sent before.
    pub(super) fn source_broken(
        &mut self,
        source: &mut impl Read,
        scratch: &mut [u8],
        clock: impl Fn() -> Instant + Copy,
    ) {
        if self.source == Source::Open {
            self.source = Source::Broken;
            self.fill(source, scratch, clock);
        }
        if !self.paused {
            self.reset_behind(clock());
        }
    }

    /// The source's end was reset at `now`: like its bytes, that leaves when the line opens and not before.
    fn reset_behind(&mut self, now: Instant) {
        self.reset_at(now.max(self.opens));
    }

    /// The sink learns at `left` + the one-way delay that the source, or the way to it, is no more.
    pub(super) fn reset_at(&mut self, left: Instant) {
        self.source = Source::Ended;
        self.reset.get_or_insert(left + self.one_way);
    }

    /// Drops everything, and takes no more.
    pub(super) fn abandon(&mut self) {
        self.queue.clear();
        self.release(self.held);
        self.source = Source::Ended;
        self.paused = false;
    }

    /// The sink takes bytes (again).
    pub(super) fn sink_ready(&mut self) {
        self.sink_ready = true;
    }

    /// Whether the source is to be read again because there is room again.
    pub(super) fn wants_more(&self) -> bool {
        self.paused && self.room() >= TOO_LITTLE
    }

    /// Passes on what is due; without a sink, only a reset can be.
    pub(super) fn pass(&mut self, mut sink: Option<&mut impl Sink>, now: Instant) -> Passed {
        while let Some(sink) = sink.as_mut()
            && self.sink_ready
            && let Some(parcel) = self.queue.front_mut()
            && parcel.due <= now
        {
            match &mut parcel.freight {
                Freight::Bytes { bytes, sent } => match sink.write(&bytes[*sent..]) {
                    Ok(written) => {
                        *sent += written;
                        let length = bytes.len();
                        if *sent == length {
                            self.queue.pop_front();
                            self.release(length + OVERHEAD);
                        }
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => self.sink_ready = false,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(_) => return Passed::SinkBroken,
                },
                Freight::End => {
                    if sink.end().is_err() {
                        return Passed::SinkBroken;
                    }
                    self.queue.pop_front();
                    self.release(OVERHEAD);
                    self.all_passed = true;
                }
            }
        }
        match self.reset {
            Some(due) if due <= now => Passed::Reset,
            _ if self.all_passed => Passed::All,
            _ => Passed::Some,
        }
    }

    /// When to call [`DelayLine::pass`] next, unless that was asked for already.
    pub(super) fn alarm(&mut self) -> Option<Instant> {
        let next = self.queue.front().filter(|_| self.sink_ready).map(|parcel| parcel.due);
        let wanted = next.into_iter().chain(self.reset).min()?;
        if self.alarm.is_some_and(|asked| asked <= wanted) {
            return None;
        }
        self.alarm = Some(wanted);
        self.alarm
    }

    /// It was woken as it had asked.
    pub(super) fn woken(&mut self) {
        self.alarm = None;
    }

    fn push(&mut self, freight: Freight, now: Instant) {
        let bytes = match &freight {
            Freight::Bytes { bytes, .. } => bytes.len(),
            Freight::End => 0,
        };
        self.held += bytes + OVERHEAD;
        self.held_by_all.0.update(|held| held + bytes + OVERHEAD);
        self.queue.push_back(Parcel { due: now.max(self.opens) + self.one_way, freight });
    }

    fn release(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes);
        self.held_by_all.0.update(|held| held.saturating_sub(bytes));
    }

    /// How much may be read. A line that holds nothing has room always, so that one without has an alarm to come.
    fn room(&self) -> usize {
        let most = if self.held_by_all.0.get() < ALL { LINE } else { FLOOR };
        most.saturating_sub(self.held)
    }
}

impl Drop for DelayLine {
    fn drop(&mut self) {
        self.release(self.held);
    }
}

#[cfg(test)]
mod tests;
