//! Temporary folders that outlive nobody.
//!
//! A process that is killed removes nothing. So each folder is locked (flock(2)) by the process that it is of: the lock
//! goes with the process, however that ends, and the next one removes the folders that nobody holds. It takes none for
//! its own that does not hold [`MARK`], whatever it is called.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Once;

use nix::libc::{O_DIRECTORY, O_NOFOLLOW};
use nix::unistd::geteuid;
use tempfile::TempDir;

/// What the names of temporary folders begin with.
const PREFIX: &str = "tlstax-";

/// The file that tells such a folder from one that somebody else called so. It is made once the folder is locked.
const MARK: &str = ".tlstax-temporary";

/// A folder that only its owner may enter, and that goes with this value, or at the latest with the next process that
/// makes one in the same place.
#[derive(Debug)]
pub struct TemporaryFolder {
    folder: TempDir,
    /// Held for its lock.
    _lock: File,
}

impl TemporaryFolder {
    /// A folder among the system's temporary files, for `purpose`. The first of a process also removes those of
    /// processes that were killed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(purpose: &str) -> io::Result<TemporaryFolder> {
        static SWEPT: Once = Once::new();
        let place = std::env::temp_dir();
        SWEPT.call_once(|| sweep(&place, PREFIX));
        TemporaryFolder::make(&place, &format!("{PREFIX}{purpose}-"))
    }

    /// A folder in `place` whose name begins with `prefix`, having removed those of processes that were killed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn within(place: &Path, prefix: &str) -> io::Result<TemporaryFolder> {
        sweep(place, prefix);
        TemporaryFolder::make(place, prefix)
    }

    fn make(place: &Path, prefix: &str) -> io::Result<TemporaryFolder> {
        let mut builder = tempfile::Builder::new();
        let folder = builder.prefix(prefix).permissions(Permissions::from_mode(0o700)).tempdir_in(place)?;
        let lock = open(folder.path())?;
        match lock.lock() {
            Ok(()) => fs::write(folder.path().join(MARK), "")?,
            // Without a mark nobody takes it for left behind.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        Ok(TemporaryFolder { folder, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn open(folder: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(O_DIRECTORY | O_NOFOLLOW).open(folder)
}

/// Removes the folders in `place` whose processes have gone. What cannot be removed stays: nobody's work depends on it.
fn sweep(place: &Path, prefix: &str) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()));
    for folder in named.map(|entry| entry.path()) {
        if let Ok(_lock) = abandoned(&folder) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// The lock of a folder that is this user's, bears the mark, and that nobody holds.
fn abandoned(folder: &Path) -> io::Result<File> {
    let lock = open(folder)?;
    let is_ours = lock.metadata()?.uid() == geteuid().as_raw() && folder.join(MARK).symlink_metadata()?.is_file();
    if !is_ours {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    lock.try_lock()?;
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let held = TemporaryFolder::within(place.path(), "x-").unwrap();
        let marked = |name: &str| {
            let folder = place.path().join(name);
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join(MARK), "").unwrap();
            folder
        };
        let (left, other) = (marked("x-left"), marked("y-other"));
        fs::write(left.join("key.pem"), "secret").unwrap();
        let unmarked = place.path().join("x-notes");
        fs::create_dir(&unmarked).unwrap();
        std::os::unix::fs::symlink(&other, place.path().join("x-link")).unwrap();
        let next = TemporaryFolder::within(place.path(), "x-").unwrap();
        assert!(!left.exists(), "nobody holds it");
        assert!(held.path().exists() && next.path().exists() && other.join(MARK).exists() && unmarked.exists());
        let paths = [held.path().to_owned(), next.path().to_owned()];
        drop((held, next));
        assert!(paths.iter().all(|path| !path.exists()), "they go with the value");
    }

    #[test]
    fn many_at_once_take_nothing_from_each_other() {
        let place = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let folder = TemporaryFolder::within(place.path(), "x-").unwrap();
                        fs::write(folder.path().join("file"), "there").unwrap();
                        assert_eq!(fs::read_to_string(folder.path().join("file")).unwrap(), "there");
                    }
                });
            }
        });
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
