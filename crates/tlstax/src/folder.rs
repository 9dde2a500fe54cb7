//! The default folder for results, and the latest run in it.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// Local results, ignored by git.
const LOCAL: &str = "results/local";

/// The folder for a run's results. If it was created here and is empty when this value is dropped, it is removed: a run
/// that could not start leaves nothing behind.
pub(crate) struct Place {
    dir: PathBuf,
    /// Whether it was created here.
    is_made: bool,
}

impl Place {
    /// The named folder, or a new one for a run that starts now. The new one is created at once, so that runs that
    /// start at the same time get different folders.
    pub(crate) fn of(named: Option<&Path>) -> Result<Place, Failure> {
        match named {
            Some(dir) => Ok(Place { dir: dir.to_owned(), is_made: false }),
            None => fresh(),
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.dir
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.is_made {
            // Fails if the folder is not empty, which then remains.
            let _ = std::fs::remove_dir(&self.dir);
        }
    }
}

/// Creates a new folder, named by the time.
fn fresh() -> Result<Place, Failure> {
    let stamp = jiff::Timestamp::now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let local = Path::new(LOCAL);
    std::fs::create_dir_all(local).map_err(Failure::folder(local))?;
    let mut number = 1_u32;
    loop {
        let name = if number == 1 { stamp.clone() } else { format!("{stamp}-{number}") };
        let dir = local.join(name);
        match std::fs::create_dir(&dir) {
            Ok(()) => return Ok(Place { dir, is_made: true }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(Failure::folder(&dir)(error)),
        }
    }
}

/// The folder of the latest local run: names sort by time.
pub(crate) fn latest() -> Result<PathBuf, Failure> {
    let none = || Failure::Usage(format!("there is no run in {LOCAL} yet: `tlstax run` makes one, or name a folder"));
    let entries = std::fs::read_dir(LOCAL).map_err(|_| none())?;
    let runs = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.join("run.json").is_file());
    runs.max().ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_named_is_left_to_who_writes_it() {
        let place = Place::of(Some(Path::new("nowhere/r"))).unwrap();
        assert!(place.path() == Path::new("nowhere/r") && !place.path().exists());
    }
}
