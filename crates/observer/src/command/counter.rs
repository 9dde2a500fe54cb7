//! Counters that are read from kernel files, each of which is opened once.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The most bytes that are read of such a file.
const MOST: usize = 4_096;

/// A monotonic counter and its file.
#[derive(Debug)]
pub(super) struct Counter {
    file: File,
    parse: fn(&str) -> Option<u64>,
    first: u64,
    last: u64,
}

impl Counter {
    /// A counter that starts at the file's present value, which `parse` reads. `None` if the file can't be read.
    pub(super) fn from_now(path: &Path, parse: fn(&str) -> Option<u64>) -> Option<Counter> {
        let mut counter = Counter::from_zero(path, parse)?;
        counter.first = counter.last;
        Some(counter)
    }

    /// A counter that starts at zero.
    pub(super) fn from_zero(path: &Path, parse: fn(&str) -> Option<u64>) -> Option<Counter> {
        let file = File::open(path).ok()?;
        let last = value(&file, parse)?;
        Some(Counter { file, parse, first: 0, last })
    }

    /// What has been counted so far. If the file can't be read any more, what had been counted until then.
    pub(super) fn read(&mut self) -> u64 {
        self.last = value(&self.file, self.parse).map_or(self.last, |now| now.max(self.last));
        self.last.saturating_sub(self.first)
    }
}

fn value(file: &File, parse: fn(&str) -> Option<u64>) -> Option<u64> {
    let mut text = [0; MOST];
    let read = file.read_at(&mut text, 0).ok()?;
    parse(std::str::from_utf8(text.get(..read)?).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use processes::TemporaryFolder;

    #[test]
    fn a_counter_is_read_again_and_never_goes_back() {
        let folder = TemporaryFolder::new("counter").unwrap();
        let path = folder.path().join("counter");
        let parse = |text: &str| text.trim().parse().ok();
        assert!(Counter::from_now(&path, parse).is_none());
        std::fs::write(&path, "none\n").unwrap();
        assert!(Counter::from_now(&path, parse).is_none());
        std::fs::write(&path, "10\n").unwrap();
        let (mut now, mut zero) = (Counter::from_now(&path, parse).unwrap(), Counter::from_zero(&path, parse).unwrap());
        assert_eq!((now.read(), zero.read()), (0, 10));
        for (text, counted) in [("25\n", 15), ("5\n", 15), ("", 15), ("26\n", 16)] {
            std::fs::write(&path, text).unwrap();
            assert_eq!((now.read(), zero.read()), (counted, counted + 10));
        }
    }
}
