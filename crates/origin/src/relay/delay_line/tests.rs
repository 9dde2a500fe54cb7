//! Tests a delay line with given pieces, a sink that may be full, and made-up times.

use super::*;

/// Returns one piece per read, then would block. An empty piece is the end.
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

/// Accepts `room` bytes, then would block.
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

fn line(opens: Instant) -> (DelayLine, Held) {
    let held = Held::default();
    (DelayLine::new(10 * MS, opens, true, held.clone()), held)
}

#[test]
fn bytes_and_the_end_are_due_to_the_nanosecond() {
    let start = Instant::now();
    let (mut line, held) = line(start + 20 * MS);
    let (mut taker, mut scratch) = (Taker { room: 100, ..Taker::default() }, [0; 8192]);
    line.fill(&mut Pieces::of(&[b"early"]), &mut scratch, || start);
    line.fill(&mut Pieces::of(&[b"late", b""]), &mut scratch, || start + 25 * MS);
    assert_eq!((line.alarm(), line.alarm()), (Some(start + 30 * MS), None));
    assert_eq!(line.pass(Some(&mut taker), start + 30 * MS - NS), Passed::Some);
    assert_eq!(taker.taken, b"");
    assert_eq!(line.pass(Some(&mut taker), start + 30 * MS), Passed::Some);
    assert_eq!(taker.taken, b"early");
    line.woken();
    assert_eq!(line.alarm(), Some(start + 35 * MS));
    assert_eq!(line.pass(Some(&mut taker), start + 35 * MS - NS), Passed::Some);
    assert_eq!(line.pass(Some(&mut taker), start + 35 * MS), Passed::All);
    assert_eq!((taker.taken.as_slice(), taker.ended.get(), held.0.get()), (&b"earlylate"[..], true, 0));
}

#[test]
fn a_full_lane_stops_reading_and_asks_for_more_when_there_is_room() {
    let start = Instant::now();
    let (mut line, held) = line(start);
    let mut taker = Taker { room: LINE / 2, ..Taker::default() };
    let mut pieces = Pieces::of(&[&vec![7; 3 * LINE]]);
    let mut scratch = vec![0; 65_536];
    line.fill(&mut pieces, &mut scratch, || start);
    assert!(held.0.get() <= LINE + OVERHEAD && held.0.get() > LINE - TOO_LITTLE - OVERHEAD);
    assert!(line.paused && !line.wants_more());
    line.pass(Some(&mut taker), start + 10 * MS);
    assert!(line.wants_more());
    assert_eq!(line.alarm(), None, "a sink that is full wakes it by itself");
    line.sink_ready();
    assert_eq!(line.alarm(), Some(start + 10 * MS));
}

#[test]
fn a_crowd_keeps_each_lane_to_the_floor_and_starves_none() {
    let start = Instant::now();
    let (mut line, held) = line(start);
    held.0.set(ALL);
    line.fill(&mut Pieces::of(&[&vec![7; LINE]]), &mut vec![0; 65_536], || start);
    assert!(line.held >= FLOOR - TOO_LITTLE && line.held <= FLOOR + OVERHEAD, "{}", line.held);
    drop(line);
    assert_eq!(held.0.get(), ALL);
}

#[test]
fn many_small_items_are_not_free() {
    let start = Instant::now();
    let (mut line, _) = line(start);
    let mut pieces = Pieces((0..100_000).map(|_| Ok(vec![1])).collect());
    line.fill(&mut pieces, &mut [0; 8192], || start);
    assert!(line.queue.len() <= LINE / OVERHEAD, "{}", line.queue.len());
}

#[test]
fn a_reset_comes_after_what_was_sent_before_it_and_does_not_wait_for_a_full_sink() {
    let start = Instant::now();
    let reset = || Pieces([Ok(b"last words".to_vec()), Err(ErrorKind::ConnectionReset.into())].into());
    for room in [100, 4] {
        let (mut line, _) = line(start);
        let mut taker = Taker { room, ..Taker::default() };
        line.fill(&mut reset(), &mut [0; 8192], || start);
        assert_eq!(line.pass(Some(&mut taker), start + 10 * MS - NS), Passed::Some);
        assert_eq!(line.pass(Some(&mut taker), start + 10 * MS), Passed::Reset);
        assert_eq!(taker.taken, b"last words"[..room.min(10)]);
    }
}

#[test]
fn a_reset_before_the_lane_opens_waits_for_it_as_bytes_do() {
    let start = Instant::now();
    let reset = || Pieces([Ok(b"last words".to_vec()), Err(ErrorKind::ConnectionReset.into())].into());
    let fills: [fn(&mut DelayLine, &mut Pieces, Instant); 3] = [
        |line, source, now| line.fill(source, &mut [0; 8192], || now),
        |line, source, now| line.source_broken(source, &mut [0; 8192], || now),
        // A failed write has consumed the error that reading would have returned.
        |line, _, now| line.source_broken(&mut Pieces::of(&[b"last words", b""]), &mut [0; 8192], || now),
    ];
    for fill in fills {
        let (mut line, _) = line(start + 20 * MS);
        let mut taker = Taker { room: 100, ..Taker::default() };
        fill(&mut line, &mut reset(), start + 5 * MS);
        assert_eq!(line.alarm(), Some(start + 30 * MS));
        assert_eq!(line.pass(Some(&mut taker), start + 30 * MS - NS), Passed::Some);
        assert_eq!(taker.taken, b"");
        assert_eq!(line.pass(Some(&mut taker), start + 30 * MS), Passed::Reset);
        assert_eq!(taker.taken, b"last words");
    }
}

/// A failed write consumes the error that reading would have returned, and reading returns an end instead.
#[test]
fn the_end_of_a_broken_source_is_a_reset() {
    let start = Instant::now();
    let (mut line, _) = line(start);
    let mut taker = Taker { room: 100, ..Taker::default() };
    line.source_broken(&mut Pieces::of(&[b"words", b""]), &mut [0; 8192], || start);
    assert_eq!(line.pass(Some(&mut taker), start + 10 * MS), Passed::Reset);
    assert_eq!((taker.taken.as_slice(), taker.ended.get()), (&b"words"[..], false));
}
