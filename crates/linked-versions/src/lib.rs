//! The versions of the libraries that a crate is built with, for build scripts: a result names them, so that two
//! results with different libraries are never taken for the same. Only the lock file knows them: Cargo tells a build
//! script nothing about its crate's dependencies.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// The text of a `Cargo.lock`.
#[derive(Debug)]
pub struct LockFile(String);

impl LockFile {
    /// The lock file that a crate is built with, and its path, which the build script tells Cargo to watch.
    /// `manifest` is the crate's folder: the workspace's lock file stands two folders above it. A crate that was
    /// packaged has one of its own, with the versions of the day on which it was packaged; `cargo install --locked`
    /// builds with those.
    ///
    /// # Errors
    /// Neither file can be read.
    pub fn of(manifest: &Path) -> io::Result<(Self, PathBuf)> {
        let workspace = manifest.join("../../Cargo.lock");
        let packaged = manifest.join("Cargo.lock");
        let path = if workspace.is_file() { workspace } else { packaged };
        let text = fs::read_to_string(&path).map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("can't read {}, which names the libraries' versions: {error}", path.display()),
            )
        })?;
        Ok((Self(text), path))
    }

    /// The names of the direct dependencies of `package`.
    pub fn dependencies<'a>(&'a self, package: &str) -> impl Iterator<Item = &'a str> {
        self.listed(package).filter_map(|listed| listed.split(' ').next())
    }

    /// The version of `library` that `package` is built with. Where the lock file has several versions of a library,
    /// the list of the package's dependencies says which. A library that only a dependency of `package` asks for is
    /// found by its name; `None` if there is none of that name.
    #[must_use]
    pub fn version<'a>(&'a self, package: &str, library: &str) -> Option<&'a str> {
        let listed = self.listed(package).find_map(|listed| {
            let mut words = listed.split(' ');
            (words.next() == Some(library)).then(|| words.next())?
        });
        listed.or_else(|| field(self.entry(library)?, "version"))
    }

    /// The first entry of that name.
    fn entry(&self, package: &str) -> Option<&str> {
        self.0.split("[[package]]").skip(1).find(|entry| field(entry, "name") == Some(package))
    }

    /// The dependencies of `package`, each as `NAME`, or as `NAME VERSION` where there are several of that name.
    fn listed<'a>(&'a self, package: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.entry(package).unwrap_or_default().lines();
        let list = lines.skip_while(|line| *line != "dependencies = [").skip(1).take_while(|line| *line != "]");
        list.map(|line| line.trim().trim_matches(['"', ',']))
    }
}

/// The value of `key = "value"` in an entry.
fn field<'a>(entry: &'a str, key: &str) -> Option<&'a str> {
    entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

#[cfg(test)]
mod tests {
    use super::LockFile;
    use std::path::Path;

    fn lock() -> LockFile {
        let package = |name: &str, version: &str, rest: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}\n")
        };
        LockFile(
            [
                "version = 4\n\n".to_owned(),
                package("client", "0.1.0", "dependencies = [\n \"hyper 1.9.0\",\n \"rustls\",\n]\n"),
                package("hyper", "0.14.1", ""),
                package("hyper", "1.9.0", "dependencies = [\n \"ring\",\n]\n"),
                package("ring", "0.17.1", ""),
                package("rustls", "0.23.40", ""),
                package("rustls-pki-types", "1.2.3", ""),
            ]
            .concat(),
        )
    }

    #[test]
    fn of_several_versions_the_one_that_the_package_depends_on_is_named() {
        assert_eq!(lock().version("client", "hyper"), Some("1.9.0"));
        assert_eq!(lock().version("client", "rustls"), Some("0.23.40"));
        assert_eq!(lock().version("client", "ring"), Some("0.17.1"), "brought by hyper");
        assert_eq!(lock().version("client", "openssl"), None);
    }

    #[test]
    fn direct_dependencies_are_listed_by_name() {
        assert_eq!(lock().dependencies("client").collect::<Vec<_>>(), ["hyper", "rustls"]);
        assert_eq!(lock().dependencies("ring").count(), 0);
        assert_eq!(lock().dependencies("nosuch").count(), 0);
    }

    #[test]
    fn a_packaged_crate_is_built_with_its_own_lock_file() {
        let (workspace, path) = LockFile::of(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(path.ends_with("../../Cargo.lock"), "{}", path.display());
        assert!(workspace.version("tlstax-fetch", "rustls").is_some());

        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let error = LockFile::of(&folder).unwrap_err().to_string();
        assert!(error.contains("src/Cargo.lock, which names the libraries' versions"), "{error}");
    }
}
