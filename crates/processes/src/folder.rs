//! Temporary folders that don't outlive their processes for long.
//!
//! A process that is killed removes nothing. So the process that owns a folder locks it (flock(2)). The lock ends with
//! the process, however that ends, and the next process removes folders that are not locked. It removes only folders
//! that contain [`MARK`], whatever their names.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Once;

use nix::libc::{O_DIRECTORY, O_NOFOLLOW};
use nix::unistd::geteuid;
use tempfile::TempDir;

/// The prefix of the names of temporary folders.
const PREFIX: &str = "tlstax-";

/// The file that distinguishes such a folder from others with a similar name. It is created after the folder is locked.
const MARK: &str = ".tlstax-temporary";

/// A folder that only its owner may enter. It is removed with this value, or at the latest by the next process that
/// creates one in the same place.
#[derive(Debug)]
pub struct TemporaryFolder {
    folder: TempDir,
    /// Held for its lock.
    _lock: File,
}

impl TemporaryFolder {
    /// Creates a folder for `purpose` in the system's temporary directory. The first call of a process also removes
    /// folders of processes that were killed.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(purpose: &str) -> io::Result<TemporaryFolder> {
        static SWEPT: Once = Once::new();
        let place = std::env::temp_dir();
        SWEPT.call_once(|| sweep(&place, PREFIX));
        TemporaryFolder::make(&place, &format!("{PREFIX}{purpose}-"))
    }

    /// Removes folders of processes that were killed, then creates a folder in `place` whose name begins with `prefix`.
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
            // Without a mark it is never removed by another process.
            Err(error) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(error) => return Err(error),
        }
        Ok(TemporaryFolder { folder, _lock: lock })
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn open(folder: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(O_DIRECTORY | O_NOFOLLOW).open(folder)
}

/// Removes the folders in `place` whose processes have ended. A folder that can't be removed stays, which does no harm.
fn sweep(place: &Path, prefix: &str) {
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(prefix.as_bytes()));
    for folder in named.map(|entry| entry.path()) {
        if let Ok(_lock) = abandoned(&folder) {
            let _ = fs::remove_dir_all(&folder);
        }
    }
}

/// Locks a folder if it belongs to this user, contains the mark, and is not locked.
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
