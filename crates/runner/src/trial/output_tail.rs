//! Keeps the end of what a process writes to one of its streams.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::trial::error::in_one_line;

/// How much of it is kept, bytes.
const KEPT: usize = 4096;

/// How long reading the rest of an ended process's output may take.
pub(crate) const READ_WITHIN: Duration = Duration::from_millis(200);

/// A stream that is read to its end, so that the process never has to wait, and whose last 4 KiB are kept.
pub(crate) struct Tail {
    kept: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
}

impl Tail {
    /// Reads the stream on a thread of its own.
    pub(crate) fn follow(pipe: Option<impl Read + Send + 'static>) -> Tail {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&kept);
        let reader = pipe.map(|pipe| thread::spawn(move || keep_tail(pipe, &into)));
        Tail { kept, reader }
    }

    /// The last output of an ended process, with its lines but without terminal control sequences. A process that it
    /// has left behind may hold the stream open: that is not waited for long.
    pub(crate) fn text(&self) -> String {
        let until = Instant::now() + READ_WITHIN;
        while self.reader.as_ref().is_some_and(|reader| !reader.is_finished()) && Instant::now() < until {
            thread::sleep(Duration::from_millis(1));
        }
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        text.lines().map(terminal::plain).collect::<Vec<_>>().join("\n")
    }

    /// The same in one line, for a reason.
    pub(crate) fn words(&self) -> String {
        in_one_line(&self.text())
    }
}

fn keep_tail(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut chunk = [0; 1024];
    while let Ok(length @ 1..) = pipe.read(&mut chunk) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&chunk[..length]);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
}
