//! Builds go-httpbin, and caches the binary.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;

use aws_lc_rs::digest::{self, SHA256};
use etcetera::BaseStrategy;
use processes::TemporaryFolder;

use super::Toolchain;
use super::sources::SOURCES;
use super::tool::{self, Ended};
use crate::Error;

/// The file names inside an entry.
const BINARY: &str = "go-httpbin";
const GO_VERSION: &str = "go-version";

/// A folder with one entry per version of the sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    folder: PathBuf,
}

/// A built go-httpbin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// The program.
    pub binary: PathBuf,
    /// The Go that built it, e.g. `1.26`; empty if that was not recorded.
    pub go_version: String,
}

impl Cache {
    /// The user's cache: `$XDG_CACHE_HOME/tlstax`, else `~/.cache/tlstax`.
    ///
    /// # Errors
    /// The user has no home directory.
    pub fn of_user() -> Result<Cache, Error> {
        let base = etcetera::base_strategy::Xdg::new().map_err(|error| Error::NoCache(error.to_string()))?;
        Ok(Cache::at(base.cache_dir().join("tlstax")))
    }

    /// A cache in `folder`, which need not exist yet.
    pub fn at(folder: impl Into<PathBuf>) -> Cache {
        Cache { folder: folder.into() }
    }

    /// The binary that was built from exactly these sources before. It needs no Go.
    pub fn find(&self) -> Option<Built> {
        let entry = self.entry();
        let binary = entry.join(BINARY);
        let go_version = fs::read_to_string(entry.join(GO_VERSION)).unwrap_or_default().trim().to_owned();
        binary.is_file().then_some(Built { binary, go_version })
    }

    /// Returns the cached binary or builds it, which takes about 15 s and, the first time, downloads go-httpbin.
    ///
    /// Two processes may build at once: each uses its own folder, and the first to finish moves it into place. If
    /// `interrupt` becomes true, the build and all its processes are killed, and its folder is removed. The folder of a
    /// build that was killed is removed by the next one.
    ///
    /// # Errors
    /// [`Error::GoBuild`] with the compiler's words, [`Error::File`], or [`Error::Interrupted`].
    pub fn build(&self, go: &Toolchain, interrupt: &AtomicBool) -> Result<Built, Error> {
        if let Some(built) = self.find() {
            return Ok(built);
        }
        let scratch = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .and_then(|()| TemporaryFolder::within(&self.folder, "building-"));
        let scratch =
            scratch.map_err(|error| Error::NoCache(format!("making one in {}: {error}", self.folder.display())))?;
        let (module, entry) = (scratch.path().join("module"), scratch.path().join("entry"));
        for folder in [&module, &entry] {
            fs::create_dir(folder).map_err(Error::file("creating the folder", folder))?;
        }
        write_all(&module, SOURCES.iter().copied())?;
        compile(go, &module, &entry.join(BINARY), interrupt)?;
        write_all(&entry, [(GO_VERSION, go.version.to_string().as_str())])?;
        let place = self.entry();
        let moved = fs::rename(&entry, &place);
        // The rename fails if another process was faster; then its binary is used.
        match (self.find(), moved) {
            (Some(built), _) => Ok(built),
            (None, Err(error)) => Err(Error::file("moving the built go-httpbin to", place)(error)),
            (None, Ok(())) => {
                let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
                Err(Error::file("finding the built go-httpbin in", place)(missing))
            }
        }
    }

    /// The entry's name depends on the sources and the target system, but not on the Go version, since Go may have been
    /// removed.
    fn entry(&self) -> PathBuf {
        let mut hash = digest::Context::new(&SHA256);
        for (name, text) in SOURCES {
            for part in [name, text] {
                hash.update(&(part.len() as u64).to_le_bytes());
                hash.update(part.as_bytes());
            }
        }
        let hash: String = hash.finish().as_ref().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("go-httpbin-{OS}-{ARCH}-{hash}"))
    }
}

fn write_all<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<(), Error> {
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(Error::file("writing", path))?;
    }
    Ok(())
}

fn compile(go: &Toolchain, module: &Path, binary: &Path, interrupt: &AtomicBool) -> Result<(), Error> {
    let failed = |stderr: String| Error::GoBuild { program: go.program.clone(), stderr };
    let mut command = Command::new(&go.program);
    command
        .args(["build", "-trimpath", "-mod=readonly", "-buildvcs=false", "-o"])
        .arg(binary)
        .arg(".")
        .current_dir(module)
        // The build uses pure Go, so that neither a C compiler nor the system's C library is needed; only this module,
        // whatever workspace the user has; and the installed Go, not one that it would download.
        .envs([("CGO_ENABLED", "0"), ("GOWORK", "off"), ("GO111MODULE", "on"), ("GOTOOLCHAIN", "local")])
        // A binary for another system would not run here.
        .env_remove("GOOS")
        .env_remove("GOARCH");
    let built = tool::run(&mut command, interrupt).map_err(|error| failed(error.to_string()))?;
    let Ended { status, stderr, .. } = built.ok_or(Error::Interrupted)?;
    if status.success() {
        return Ok(());
    }
    Err(failed(format!("{}\n({status})", stderr.trim_end())))
}

#[cfg(test)]
mod tests {
    use super::super::toolchain::find_go_in;
    use super::super::toolchain::tests::folder_with_go;
    use super::*;

    /// A `go` that reports a new version and runs `builds` on `build`. `$6` is the file to write.
    fn go_that(builds: &str) -> (tempfile::TempDir, Toolchain) {
        let script = format!("if [ $1 = version ]; then echo go version go1.99.0 x/y; exit; fi\n{builds}");
        let folder = folder_with_go(&script);
        let go = find_go_in(folder.path().as_os_str(), &AtomicBool::new(false)).unwrap();
        (folder, go)
    }

    #[test]
    fn a_build_is_kept_and_found_without_go() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path().join("deeper/tlstax"));
        assert_eq!(cache.find(), None);
        let (_bin, go) = go_that("test -f go.mod && echo built > $6");
        let built = cache.build(&go, &AtomicBool::new(false)).unwrap();
        assert_eq!(
            (fs::read_to_string(&built.binary).unwrap().as_str(), built.go_version.as_str()),
            ("built\n", "1.99")
        );
        assert_eq!(cache.find(), Some(built));
        let names: Vec<_> = fs::read_dir(folder.path().join("deeper/tlstax")).unwrap().collect();
        assert_eq!(names.len(), 1, "nothing else is left behind");
    }

    #[test]
    fn two_builds_at_once_are_harmless() {
        let folder = tempfile::tempdir().unwrap();
        let (_bin, go) = go_that("sleep 0.2; echo built > $6");
        let build = || Cache::at(folder.path()).build(&go, &AtomicBool::new(false)).unwrap();
        let (one, two) = std::thread::scope(|scope| {
            let (one, two) = (scope.spawn(build), scope.spawn(build));
            (one.join().unwrap(), two.join().unwrap())
        });
        assert_eq!(one, two);
        assert_eq!(fs::read_to_string(one.binary).unwrap(), "built\n");
    }

    #[test]
    fn a_failed_build_has_the_compilers_words_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (_bin, go) = go_that("echo 'main.go:7: no luck' >&2; exit 1");
        let cache = Cache::at(folder.path());
        let error = cache.build(&go, &AtomicBool::new(false)).unwrap_err().to_string();
        assert!(error.contains("main.go:7: no luck") && error.contains("--origin embedded"), "{error}");
        assert_eq!(cache.find(), None);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
