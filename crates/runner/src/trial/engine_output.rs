//! The lines of an engine's output, with a limit on their length.
//!
//! An engine may write anything, without end. Its output is read only as far as lines are requested: the rest fills its
//! pipe, and then it has to wait.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use workload::{Amount, Workload};

/// The longest line but for `done`, bytes.
const LONGEST: usize = 1 << 20;

/// The longest `done` without its rows and steps, bytes: histograms take less than 1 MiB.
const DONE: u64 = 8 << 20;

/// The longest row of a request in it, bytes: eight timestamps of 20 digits with their names, and some room.
const ROW: u64 = 320;

/// The most requests with rows; an engine that makes more sends histograms.
const ROWS: u64 = 1_000_000;

/// The most bytes for the steps of a request in it: 20 of them.
const STEPS: u64 = 2_048;

/// The most requests with steps: steps are for trials so short that they can be drawn.
const TRACED: u64 = 10_000;

/// The least ns per row, if the number of requests is not known beforehand.
const SHORTEST_ROW_NS: u64 = 50_000;

/// A line of an engine's output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum EngineLine {
    Line(String),
    /// A line that exceeded this many bytes. Nothing is read after it.
    TooLong(usize),
}

/// The lines of a stream, one at a time.
pub(crate) struct Lines {
    said: Receiver<EngineLine>,
    longest: Arc<AtomicUsize>,
}

impl Lines {
    /// Reads `stream` on a thread of its own, which ends when the stream or this value does.
    pub(crate) fn follow(stream: Option<impl Read + Send + 'static>) -> Lines {
        // The channel holds no line: the reader keeps the next one until it is requested.
        let (sender, said) = sync_channel(0);
        let longest = Arc::new(AtomicUsize::new(LONGEST));
        let limit = Arc::clone(&longest);
        thread::spawn(move || {
            let Some(stream) = stream else { return };
            let mut reader = BufReader::with_capacity(1 << 16, stream);
            while let Ok(Some(said)) = next(&mut reader, &limit) {
                let is_last = matches!(said, EngineLine::TooLong(_));
                if sender.send(said).is_err() || is_last {
                    return;
                }
            }
        });
        Lines { said, longest }
    }

    /// Makes room for the `done` of a trial of `workload`.
    pub(crate) fn expect_done(&self, workload: &Workload) {
        self.longest.store(usize::try_from(longest_done(workload)).unwrap_or(usize::MAX), Relaxed);
    }

    /// The next line, within this time.
    pub(crate) fn next(&self, timeout: Duration) -> Result<EngineLine, RecvTimeoutError> {
        self.said.recv_timeout(timeout)
    }
}

/// How long a `done` may be, bytes: a row for every request, and the steps of the first of them.
fn longest_done(workload: &Workload) -> u64 {
    let requests = match workload.amount {
        Amount::Requests(requests) => requests.get(),
        Amount::Duration(ns) => ns.get() / SHORTEST_ROW_NS,
    };
    DONE + requests.min(ROWS) * ROW + requests.min(TRACED) * STEPS
}

/// The next line without its line end; `None` at the end of the stream. Text that is not UTF-8 is not JSON either, and
/// is shown with replacement characters.
fn next(reader: &mut impl BufRead, longest: &AtomicUsize) -> io::Result<Option<EngineLine>> {
    let mut line = Vec::new();
    loop {
        let chunk = match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let (taken, is_over) = (end.unwrap_or(chunk.len()), end.is_some() || chunk.is_empty());
        let limit = longest.load(Relaxed);
        if line.len() + taken > limit {
            return Ok(Some(EngineLine::TooLong(limit)));
        }
        line.extend_from_slice(&chunk[..taken]);
        reader.consume(taken + usize::from(end.is_some()));
        if is_over {
            let is_end = end.is_none() && line.is_empty();
            let text = String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
            return Ok((!is_end).then_some(EngineLine::Line(text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn all(text: &[u8], limit: usize) -> Vec<EngineLine> {
        let (limit, mut reader) = (AtomicUsize::new(limit), BufReader::with_capacity(4, text));
        std::iter::from_fn(|| next(&mut reader, &limit).unwrap()).take(9).collect()
    }

    #[test]
    fn lines_end_with_their_end_or_that_of_the_stream() {
        let line = |text: &str| EngineLine::Line(text.to_owned());
        assert_eq!(all(b"{\"a\":1}\n\nlast", 9), [line("{\"a\":1}"), line(""), line("last")]);
        assert_eq!(all(b"", 9), []);
        assert_eq!(all(b"\xff\n", 9), [line("\u{fffd}")]);
    }

    #[test]
    fn a_line_past_the_limit_is_given_up() {
        assert_eq!(all(b"12345\n", 5), [EngineLine::Line("12345".to_owned())]);
        assert_eq!(all(b"123456\nnext\n", 5)[0], EngineLine::TooLong(5));
    }

    #[test]
    fn a_done_has_room_for_a_row_of_every_request() {
        let stamp = u64::MAX;
        let names = ["due", "start", "built", "connected", "secured", "sent", "first_byte", "done"];
        let row = serde_json::json!(names.map(|name| (name, stamp)).into_iter().collect::<BTreeMap<_, _>>());
        let spaced = row.to_string().len() + 16;
        assert!((spaced as u64) < ROW, "{spaced}");
    }

    #[test]
    fn what_nobody_asks_for_is_not_read() {
        let (reader, mut writer) = io::pipe().unwrap();
        let lines = Lines::follow(Some(reader));
        let (done, written) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let mut count = 0_u64;
            while io::Write::write_all(&mut writer, b"x\n").is_ok() {
                count += 1;
                let _ = done.send(count);
            }
        });
        // The pipe and the reader's buffer fill, and nothing more is read: 2 bytes at a time into 64 KiB each, and some
        // room.
        let mut last = 0;
        while let Ok(count) = written.recv_timeout(Duration::from_millis(500)) {
            last = count;
        }
        assert!(last > 0 && last <= 4 * 65_536, "{last} lines were taken");
        assert_eq!(lines.next(Duration::from_secs(5)), Ok(EngineLine::Line("x".to_owned())));
        drop(lines);
    }
}
