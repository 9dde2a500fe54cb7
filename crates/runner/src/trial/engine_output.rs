//! The lines that an engine says, of which no more is held than one that is due.
//!
//! An engine may say anything, and without an end. Its stream is read only as far as its lines are asked for: what it
//! says beyond that fills its pipe, and then it waits.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use workload::{Amount, Workload};

/// The longest line but for `done`, bytes.
const LONGEST: usize = 1 << 20;

/// What a `done` may take without its rows and steps, bytes: histograms take less than 1 MiB.
const DONE: u64 = 8 << 20;

/// What a request's row may take in it, bytes: eight stamps of 20 digits with their names, and some room.
const ROW: u64 = 320;

/// Rows are taken of so many requests; whoever makes more sends histograms.
const ROWS: u64 = 1_000_000;

/// What the steps of a request may take in it, bytes: 20 of them.
const STEPS: u64 = 2_048;

/// Steps are taken of so many requests: they are for trials so short that they can be drawn.
const TRACED: u64 = 10_000;

/// One request in so many ns at most has a row, where their number is not known beforehand.
const SHORTEST_ROW_NS: u64 = 50_000;

/// What was said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Said {
    Line(String),
    /// A line that was given up when it grew past so many bytes. Nothing is read after it.
    TooLong(usize),
}

/// The lines of a stream, one at a time.
pub(crate) struct Lines {
    said: Receiver<Said>,
    longest: Arc<AtomicUsize>,
}

impl Lines {
    /// Reads `stream` on a thread of its own, which ends with this value at the latest when the stream does.
    pub(crate) fn follow(stream: Option<impl Read + Send + 'static>) -> Lines {
        // No line waits in the channel: the reader holds the one that was not asked for yet.
        let (sender, said) = sync_channel(0);
        let longest = Arc::new(AtomicUsize::new(LONGEST));
        let limit = Arc::clone(&longest);
        thread::spawn(move || {
            let Some(stream) = stream else { return };
            let mut reader = BufReader::with_capacity(1 << 16, stream);
            while let Ok(Some(said)) = next(&mut reader, &limit) {
                let is_last = matches!(said, Said::TooLong(_));
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

    /// The next line, waited for at most so long.
    pub(crate) fn next(&self, timeout: Duration) -> Result<Said, RecvTimeoutError> {
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

/// The next line without its end; `None` at the end of the stream. What is no UTF-8 is no JSON either, and is shown as
/// such.
fn next(reader: &mut impl BufRead, longest: &AtomicUsize) -> io::Result<Option<Said>> {
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
            return Ok(Some(Said::TooLong(limit)));
        }
        line.extend_from_slice(&chunk[..taken]);
        reader.consume(taken + usize::from(end.is_some()));
        if is_over {
            let is_end = end.is_none() && line.is_empty();
            let text = String::from_utf8(line).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into());
            return Ok((!is_end).then_some(Said::Line(text)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], limit: usize) -> Vec<Said> {
        let (limit, mut reader) = (AtomicUsize::new(limit), BufReader::with_capacity(4, text));
        std::iter::from_fn(|| next(&mut reader, &limit).unwrap()).take(9).collect()
    }

    #[test]
    fn lines_end_with_their_end_or_that_of_the_stream() {
        let line = |text: &str| Said::Line(text.to_owned());
        assert_eq!(all(b"{\"a\":1}\n\nlast", 9), [line("{\"a\":1}"), line(""), line("last")]);
        assert_eq!(all(b"", 9), []);
        assert_eq!(all(b"\xff\n", 9), [line("\u{fffd}")]);
    }

    #[test]
    fn a_line_past_the_limit_is_given_up() {
        assert_eq!(all(b"12345\n", 5), [Said::Line("12345".to_owned())]);
        assert_eq!(all(b"123456\nnext\n", 5)[0], Said::TooLong(5));
    }

    #[test]
    fn a_done_has_room_for_a_row_of_every_request() {
        let stamp = u64::MAX;
        let row = serde_json::json!({ "due": stamp, "start": stamp, "built": stamp, "connected": stamp, "secured": stamp,
            "sent": stamp, "first_byte": stamp, "done": stamp });
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
        // The pipe and the reader's buffer fill, and no more is taken: 2 bytes at a time into 64 KiB each, and some
        // room.
        let mut last = 0;
        while let Ok(count) = written.recv_timeout(Duration::from_millis(500)) {
            last = count;
        }
        assert!(last > 0 && last <= 4 * 65_536, "{last} lines were taken");
        assert_eq!(lines.next(Duration::from_secs(5)), Ok(Said::Line("x".to_owned())));
        drop(lines);
    }
}
