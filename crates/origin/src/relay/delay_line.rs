//! A delay line: the bytes that were read from one direction of a connection, and when each is due at the other end.
//!
//! It uses the clock that it is given, and any reader and writer. It says when it must be woken ([`DelayLine::alarm`]);
//! the caller has to do that.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The most bytes that one line holds. When it is full, the source is not read, as a sender stops when its window is
/// full. This much per one-way delay is 100 MiB/s at an RTT of 20 ms, similar to what Linux's default windows have long
/// allowed (`tcp_rmem` of 6 MB, about half of which is window, per RTT).
const LINE: usize = 1 << 20;
/// The most bytes that all lines hold together before each is limited to [`FLOOR`].
const ALL: usize = 256 << 20;
/// The bytes that a line may hold however much the others do, so that it never starves.
const FLOOR: usize = 16 << 10;
/// With less room than this a read is not worth a system call, bytes.
const TOO_LITTLE: usize = 4 << 10;
/// The memory that an item of the queue uses besides its bytes: many small ones must count too.
const OVERHEAD: usize = 128;

/// The bytes that all lines of a relay hold together.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Rc<Cell<usize>>);

/// The destination of a line's bytes.
pub(super) trait Sink: Write {
    /// Ends the direction.
    fn end(&self) -> io::Result<()>;
}

/// The result of forwarding what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passed {
    /// As much as possible was forwarded; there is more, or more may come.
    Some,
    /// Everything was forwarded, including the end.
    All,
    /// The source was reset, and the reset is due at the sink.
    Reset,
    /// The sink accepts no more bytes.
    SinkBroken,
}

#[derive(Debug)]
struct Delayed {
    due: Instant,
    payload: Payload,
}

#[derive(Debug)]
enum Payload {
    Bytes { bytes: Box<[u8]>, sent: usize },
    End,
}

/// The state of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Open,
    /// It was reset, but bytes that it sent before are still to be read.
    Broken,
    Ended,
}

/// A queue in which every byte stays for the one-way delay. Bytes have the time at which they are due.
#[derive(Debug)]
pub(super) struct DelayLine {
    one_way: Duration,
    /// Nothing leaves the source's end before this time.
    opens: Instant,
    queue: VecDeque<Delayed>,
    held: usize,
    held_by_all: Held,
    source: Source,
    /// Whether reading has stopped because the line was full, so that no further event will arrive for it.
    paused: bool,
    sink_ready: bool,
    all_passed: bool,
    /// When a reset of the source is due at the sink.
    reset: Option<Instant>,
    /// The next alarm that has been requested.
    alarm: Option<Instant>,
}

impl DelayLine {
    /// A line from which nothing leaves the source's end before `opens`.
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

    /// Reads what is available, as far as there is room. The time is taken after each read: bytes that arrive between
    /// taking the time and reading would otherwise be early.
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
                    self.push(Payload::End, clock());
                }
                Ok(length) => self.push(Payload::Bytes { bytes: scratch[..length].into(), sent: 0 }, clock()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.reset_behind(clock()),
            }
        }
    }

    /// The source was reset: forwards the reset after the bytes that were sent before it.
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

    /// Notes a reset of the source at `now`. Like its bytes, it does not leave before the line opens.
    fn reset_behind(&mut self, now: Instant) {
        self.reset_at(now.max(self.opens));
    }

    /// Schedules a reset of the sink at `left` plus the one-way delay, because the source is gone or not reachable.
    pub(super) fn reset_at(&mut self, left: Instant) {
        self.source = Source::Ended;
        self.reset.get_or_insert(left + self.one_way);
    }

    /// Drops everything, and accepts no more.
    pub(super) fn abandon(&mut self) {
        self.queue.clear();
        self.release(self.held);
        self.source = Source::Ended;
        self.paused = false;
    }

    /// The sink accepts bytes (again).
    pub(super) fn sink_ready(&mut self) {
        self.sink_ready = true;
    }

    /// Whether the source must be read again because there is room again.
    pub(super) fn wants_more(&self) -> bool {
        self.paused && self.room() >= TOO_LITTLE
    }

    /// Forwards what is due. Without a sink, only a reset can be forwarded.
    pub(super) fn pass(&mut self, mut sink: Option<&mut impl Sink>, now: Instant) -> Passed {
        while let Some(sink) = sink.as_mut()
            && self.sink_ready
            && let Some(item) = self.queue.front_mut()
            && item.due <= now
        {
            match &mut item.payload {
                Payload::Bytes { bytes, sent } => match sink.write(&bytes[*sent..]) {
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
                Payload::End => {
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

    /// When to call [`DelayLine::pass`] next, unless that was requested already.
    pub(super) fn alarm(&mut self) -> Option<Instant> {
        let next = self.queue.front().filter(|_| self.sink_ready).map(|item| item.due);
        let wanted = next.into_iter().chain(self.reset).min()?;
        if self.alarm.is_some_and(|asked| asked <= wanted) {
            return None;
        }
        self.alarm = Some(wanted);
        self.alarm
    }

    /// Notes that the requested alarm has occurred.
    pub(super) fn woken(&mut self) {
        self.alarm = None;
    }

    fn push(&mut self, payload: Payload, now: Instant) {
        let bytes = match &payload {
            Payload::Bytes { bytes, .. } => bytes.len(),
            Payload::End => 0,
        };
        self.held += bytes + OVERHEAD;
        self.held_by_all.0.update(|held| held + bytes + OVERHEAD);
        self.queue.push_back(Delayed { due: now.max(self.opens) + self.one_way, payload });
    }

    fn release(&mut self, bytes: usize) {
        self.held = self.held.saturating_sub(bytes);
        self.held_by_all.0.update(|held| held.saturating_sub(bytes));
    }

    /// How much may be read. An empty line always has room, so a line without room always has a pending alarm.
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
