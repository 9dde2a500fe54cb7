//! A disk that fills up leaves the lines before intact. In a program of its own: the limit that simulates the full disk
//! applies to the whole process.

use std::fs;

use crate::records::{run, trial};
use measure::result::{ResultWriter, RunResult};
use rusty_fork::rusty_fork_test;

rusty_fork_test! {
    #[test]
    fn a_full_disk_leaves_the_lines_before_intact() {
        // A limit on file size fails a write halfway, as a full disk does, and needs no disk of its own.
        let dir = tempfile::tempdir().unwrap();
        let mut writer = ResultWriter::create(dir.path(), &run()).unwrap();
        writer.append(&trial(1)).unwrap();
        let length = fs::metadata(dir.path().join("trials.ndjson")).unwrap().len();
        let (soft, hard) = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_FSIZE).unwrap();
        let size = nix::sys::resource::Resource::RLIMIT_FSIZE;
        let limit = |bytes| nix::sys::resource::setrlimit(size, bytes, hard).unwrap();
        // Past the limit the kernel sends SIGXFSZ, whose default ends the process; blocked, write(2) fails with EFBIG.
        let mut blocked = nix::sys::signal::SigSet::empty();
        blocked.add(nix::sys::signal::Signal::SIGXFSZ);
        blocked.thread_block().unwrap();
        limit(length + 40);
        let error = writer.append(&trial(2)).unwrap_err();
        limit(soft);
        assert!(error.to_string().contains("trials.ndjson"), "{error}");
        assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(1)]);
        writer.append(&trial(3)).unwrap();
        assert_eq!(RunResult::read(dir.path()).unwrap().trials, [trial(1), trial(3)]);
    }
}
