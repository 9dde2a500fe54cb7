//! The end of what a child process writes to one of its streams.

use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::poll::poll;

/// How much is kept, bytes.
const KEPT: usize = 4096;

/// Reads a stream to its end, so that the child is never blocked, and keeps the last 4 KiB.
#[derive(Debug)]
pub(crate) struct Tail {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Tail {
    /// Reads on a new thread called `name`.
    pub(crate) fn follow(name: &str, stream: Option<impl Read + Send + 'static>) -> std::io::Result<Tail> {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&bytes);
        let reader = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let Some(mut stream) = stream else { return };
            let mut chunk = [0; 1024];
            while let Ok(length @ 1..) = stream.read(&mut chunk) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&chunk[..length]);
                let surplus = kept.len().saturating_sub(KEPT);
                kept.drain(..surplus);
            }
        })?;
        Ok(Tail { bytes, reader })
    }

    /// The kept text so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }

    /// Waits until the stream has ended, but not longer than `timeout`: a grandchild may keep it open.
    pub(crate) fn wait(&self, timeout: Duration) {
        poll(timeout, || self.reader.is_finished().then_some(()));
    }
}
