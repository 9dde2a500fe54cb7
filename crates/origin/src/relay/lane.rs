//! One direction of a connection: what was read and when it is due at the other end.
//!
//! It knows no clock but the one it is given and no sockets but what reads and writes; when to be woken is for it to
//! say ([`Lane::alarm`]) and for others to see to.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// The most that one lane holds, bytes: the source isn't read beyond, as a sender stops whose window is full. This
/// much per one-way delay is 100 MiB/s at an RTT of 20 ms, of the order that Linux's windows long let through by default
/// (`tcp_rmem` of 6 MB, about half of it window, per RTT).
const LANE: usize = 1 << 20;
/// The most that all lanes may hold before each is kept to [`FLOOR`], bytes.
const ALL: usize = 256 << 20;
/// What a lane may hold however much the others do, bytes: it must never starve.
const FLOOR: usize = 16 << 10;
/// Room that is not worth a system call, bytes.
const TOO_LITTLE: usize = 4 << 10;
/// What a parcel costs besides its bytes: many small ones must not grow memory unseen.
const OVERHEAD: usize = 128;

/// What all lanes of a relay hold together, bytes.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Rc<Cell<usize>>);

/// Where a lane's bytes go.
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
pub(super) struct Lane {
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

impl Lane {
    /// One that lets nothing leave its source's end before `opens`.
    pub(super) fn new(one_way: Duration, opens: Instant, sink_ready: bool, held_by_all: Held) -> Lane {
        Lane {
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
                Ok(0) if self.source == Source::Broken => self.reset_at(clock()),
                Ok(0) => {
                    self.source = Source::Ended;
                    self.push(Freight::End, clock());
                }
                Ok(length) => self.push(Freight::Bytes { bytes: scratch[..length].into(), sent: 0 }, clock()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.reset_at(clock()),
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
            self.reset_at(clock());
        }
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

    /// When to call [`Lane::pass`] next, unless that was asked for already.
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

    /// How much may be read. A lane that holds nothing has room always, so that one without has an alarm to come.
    fn room(&self) -> usize {
        let most = if self.held_by_all.0.get() < ALL { LANE } else { FLOOR };
        most.saturating_sub(self.held)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.release(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one piece per read, then would block; an empty piece is the end.
    struct Pieces(VecDeque<io::Result<Vec<u8>>>);

    impl Pieces {
        fn of(pieces: &[&[u8]]) -> Pieces {
            Pieces(pieces.iter().map(|piece| Ok(piece.to_vec())).collect())
        }
    }

    impl Read for Pieces {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let mut piece = self.0.pop_front().unwrap_or_else(|| Err(ErrorKind::WouldBlock.into()))?;
            let rest = piece.split_off(piece.len().min(into.len()));
            into[..piece.len()].copy_from_slice(&piece);
            if !rest.is_empty() {
                self.0.push_front(Ok(rest));
            }
            Ok(piece.len())
        }
    }

    /// Takes `room` bytes, then would block.
    #[derive(Default)]
    struct Taker {
        taken: Vec<u8>,
        room: usize,
        ended: Cell<bool>,
    }

    impl Write for Taker {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = bytes.len().min(self.room);
            self.room -= length;
            self.taken.extend(&bytes[..length]);
            if length == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(length) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Sink for Taker {
        fn end(&self) -> io::Result<()> {
            self.ended.set(true);
            Ok(())
        }
    }

    const MS: Duration = Duration::from_millis(1);
    const NS: Duration = Duration::from_nanos(1);

    fn lane(opens: Instant) -> (Lane, Held) {
        let held = Held::default();
        (Lane::new(10 * MS, opens, true, held.clone()), held)
    }

    #[test]
    fn bytes_and_the_end_are_due_to_the_nanosecond() {
        let start = Instant::now();
        let (mut lane, held) = lane(start + 20 * MS);
        let (mut taker, mut scratch) = (Taker { room: 100, ..Taker::default() }, [0; 8192]);
        lane.fill(&mut Pieces::of(&[b"early"]), &mut scratch, || start);
        lane.fill(&mut Pieces::of(&[b"late", b""]), &mut scratch, || start + 25 * MS);
        assert_eq!((lane.alarm(), lane.alarm()), (Some(start + 30 * MS), None));
        assert_eq!(lane.pass(Some(&mut taker), start + 30 * MS - NS), Passed::Some);
        assert_eq!(taker.taken, b"");
        assert_eq!(lane.pass(Some(&mut taker), start + 30 * MS), Passed::Some);
        assert_eq!(taker.taken, b"early");
        lane.woken();
        assert_eq!(lane.alarm(), Some(start + 35 * MS));
        assert_eq!(lane.pass(Some(&mut taker), start + 35 * MS - NS), Passed::Some);
        assert_eq!(lane.pass(Some(&mut taker), start + 35 * MS), Passed::All);
        assert_eq!((taker.taken.as_slice(), taker.ended.get(), held.0.get()), (&b"earlylate"[..], true, 0));
    }

    #[test]
    fn a_full_lane_stops_reading_and_asks_for_more_when_there_is_room() {
        let start = Instant::now();
        let (mut lane, held) = lane(start);
        let mut taker = Taker { room: LANE / 2, ..Taker::default() };
        let mut pieces = Pieces::of(&[&vec![7; 3 * LANE]]);
        let mut scratch = vec![0; 65_536];
        lane.fill(&mut pieces, &mut scratch, || start);
        assert!(held.0.get() <= LANE + OVERHEAD && held.0.get() > LANE - TOO_LITTLE - OVERHEAD);
        assert!(lane.paused && !lane.wants_more());
        lane.pass(Some(&mut taker), start + 10 * MS);
        assert!(lane.wants_more());
        assert_eq!(lane.alarm(), None, "a sink that is full wakes it by itself");
        lane.sink_ready();
        assert_eq!(lane.alarm(), Some(start + 10 * MS));
    }

    #[test]
    fn a_crowd_keeps_each_lane_to_the_floor_and_starves_none() {
        let start = Instant::now();
        let (mut lane, held) = lane(start);
        held.0.set(ALL);
        lane.fill(&mut Pieces::of(&[&vec![7; LANE]]), &mut vec![0; 65_536], || start);
        assert!(lane.held >= FLOOR - TOO_LITTLE && lane.held <= FLOOR + OVERHEAD, "{}", lane.held);
        drop(lane);
        assert_eq!(held.0.get(), ALL);
    }

    #[test]
    fn many_small_parcels_are_not_free() {
        let start = Instant::now();
        let (mut lane, _) = lane(start);
        let mut pieces = Pieces((0..100_000).map(|_| Ok(vec![1])).collect());
        lane.fill(&mut pieces, &mut [0; 8192], || start);
        assert!(lane.queue.len() <= LANE / OVERHEAD, "{}", lane.queue.len());
    }

    #[test]
    fn a_reset_comes_after_what_was_sent_before_it_and_does_not_wait_for_a_full_sink() {
        let start = Instant::now();
        let reset = || Pieces([Ok(b"last words".to_vec()), Err(ErrorKind::ConnectionReset.into())].into());
        for room in [100, 4] {
            let (mut lane, _) = lane(start);
            let mut taker = Taker { room, ..Taker::default() };
            lane.fill(&mut reset(), &mut [0; 8192], || start);
            assert_eq!(lane.pass(Some(&mut taker), start + 10 * MS - NS), Passed::Some);
            assert_eq!(lane.pass(Some(&mut taker), start + 10 * MS), Passed::Reset);
            assert_eq!(taker.taken, b"last words"[..room.min(10)]);
        }
    }

    /// A failed write takes the error that reading would have told, and reading tells an end instead.
    #[test]
    fn the_end_of_a_broken_source_is_a_reset() {
        let start = Instant::now();
        let (mut lane, _) = lane(start);
        let mut taker = Taker { room: 100, ..Taker::default() };
        lane.source_broken(&mut Pieces::of(&[b"words", b""]), &mut [0; 8192], || start);
        assert_eq!(lane.pass(Some(&mut taker), start + 10 * MS), Passed::Reset);
        assert_eq!((taker.taken.as_slice(), taker.ended.get()), (&b"words"[..], false));
    }
}
