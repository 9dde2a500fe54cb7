//! Regular files, and nothing else.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use nix::libc::{O_NOCTTY, O_NONBLOCK};

/// The most that a file beside the trials may hold, bytes. The largest that tlstax writes, an observation of many
/// connections, is below a tenth of it.
pub const LIMIT: u64 = 256 << 20;

/// Opens a regular file for reading, through symbolic links.
///
/// # Errors
/// When the system refuses, and when it is no regular file; the error then says what it is.
pub fn open(path: &Path) -> io::Result<File> {
    open_with(path, OpenOptions::new().read(true))
}

/// The same with options of the caller's.
///
/// # Errors
/// As [`open`].
pub fn open_with(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Opening a device can have effects of its own: it is looked at first.
    refuse_others(&path.metadata()?)?;
    // A FIFO that takes its place meanwhile is opened without waiting for its other end, and then refused.
    let file = options.custom_flags(O_NONBLOCK | O_NOCTTY).open(path)?;
    refuse_others(&file.metadata()?)?;
    Ok(file)
}

/// All bytes of a regular file that holds at most [`LIMIT`].
///
/// # Errors
/// As [`open`], and when it holds more.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    read_at_most(&open(path)?, LIMIT)
}

/// The text of a regular file that holds at most [`LIMIT`].
///
/// # Errors
/// As [`read`], and when it is not UTF-8.
pub fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}

/// All bytes of an open file from its current position, at most `limit`.
///
/// # Errors
/// When the system refuses, and when there are more than `limit`, which are not read then.
pub fn read_at_most(file: &File, limit: u64) -> io::Result<Vec<u8>> {
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    if length <= limit {
        bytes.reserve(usize::try_from(length).unwrap_or_default());
        // It may grow while it is read.
        file.take(limit + 1).read_to_end(&mut bytes)?;
    }
    if length > limit || bytes.len() as u64 > limit {
        let words = format!("it holds more than the {} MiB that are read of one file", limit >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, words));
    }
    Ok(bytes)
}

fn refuse_others(found: &Metadata) -> io::Result<()> {
    match what_it_is(found.file_type()) {
        None => Ok(()),
        Some(what) => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("it is {what}, not a regular file"))),
    }
}

/// What a file is that is not regular.
fn what_it_is(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some("a directory")
    } else if kind.is_fifo() {
        Some("a FIFO")
    } else if kind.is_socket() {
        Some("a socket")
    } else {
        Some("a device")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    use std::{fs, iter};

    use nix::sys::stat::Mode;
    use nix::unistd::mkfifo;

    use super::*;

    #[test]
    fn what_is_no_regular_file_is_refused_by_what_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        mkfifo(&at("fifo"), Mode::S_IRWXU).unwrap();
        let _listener = UnixListener::bind(at("socket")).unwrap();
        symlink("/dev/zero", at("device")).unwrap();
        symlink("fifo", at("link")).unwrap();
        fs::create_dir(at("directory")).unwrap();
        let kinds = [
            ("fifo", "a FIFO"),
            ("link", "a FIFO"),
            ("socket", "a socket"),
            ("device", "a device"),
            ("directory", "a directory"),
        ];
        for (name, what) in kinds {
            let error = read(&at(name)).unwrap_err().to_string();
            assert!(error.contains(what) && error.contains("not a regular file"), "{name}: {error}");
            let error = open_with(&at(name), OpenOptions::new().read(true).append(true)).unwrap_err().to_string();
            assert!(error.contains(what), "{name}: {error}");
        }
        assert_eq!(read(&at("nothing")).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::write(at("file"), "text").unwrap();
        symlink("file", at("linked")).unwrap();
        assert_eq!(read_text(&at("linked")).unwrap(), "text");
    }

    #[test]
    fn no_more_than_the_limit_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let length = |bytes: usize| fs::write(&path, iter::repeat_n(b' ', bytes).collect::<Vec<u8>>()).unwrap();
        length(1000);
        assert_eq!(read_at_most(&open(&path).unwrap(), 1000).unwrap().len(), 1000);
        assert_eq!(read_at_most(&open(&path).unwrap(), 999).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        // A file may say that it is larger than any disk.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("more than the 256 MiB"));
    }
}
