//! Chooses the origin, and states the reason in one line, so that every result shows it.

use std::env;
use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::AtomicBool;

use crate::go::{Built, Cache};
use crate::launch::{EmbeddedProgram, Kind};
use crate::{Error, go};

/// The requested origin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// go-httpbin if it is available, else the embedded origin.
    #[default]
    Auto,
    /// go-httpbin, or an error if it is not available.
    GoHttpbin,
    /// The embedded origin, written in Rust.
    Embedded,
}

impl Choice {
    const ALL: [Choice; 3] = [Choice::Auto, Choice::GoHttpbin, Choice::Embedded];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::GoHttpbin => "go-httpbin",
            Choice::Embedded => "embedded",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Choice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Choice::ALL.into_iter().find(|choice| choice.name() == name).ok_or_else(|| Error::UnknownName {
            what: "origin",
            given: name.to_owned(),
            known: Choice::ALL.map(Choice::name).join(", "),
        })
    }
}

/// Returns the origin to start, and one line that says which it is and why. `embedded` is the program of the embedded
/// origin. `say` is called with a message before a step that takes long; such a step ends with [`Error::Interrupted`]
/// when `interrupt` becomes true.
///
/// # Errors
/// go-httpbin is requested and not available. Also, for [`Choice::Auto`], Go is installed but the build fails: a typing
/// error or a lost network must not silently change the origin of the results.
pub fn choose(
    choice: Choice,
    embedded: EmbeddedProgram,
    say: &mut dyn FnMut(&str),
    interrupt: &AtomicBool,
) -> Result<(Kind, String), Error> {
    let path = env::var_os("PATH").unwrap_or_default();
    choose_from(choice, embedded, say, interrupt, &path, Cache::of_user())
}

/// The same with a given PATH and cache.
fn choose_from(
    choice: Choice,
    embedded: EmbeddedProgram,
    say: &mut dyn FnMut(&str),
    interrupt: &AtomicBool,
    path: &OsStr,
    cache: Result<Cache, Error>,
) -> Result<(Kind, String), Error> {
    if choice == Choice::Embedded {
        return Ok((Kind::Embedded(embedded), "embedded: as asked".to_owned()));
    }
    let error = match cache.and_then(|cache| obtain(path, &cache, say, interrupt)) {
        Ok((built, how)) => return Ok((Kind::GoHttpbin { binary: built.binary }, format!("go-httpbin: {how}"))),
        Err(error) if choice == Choice::GoHttpbin => return Err(error),
        Err(error) => error,
    };
    let why = match error {
        Error::NoGo { minimum } => format!("no `go` on PATH to build go-httpbin with (Go {minimum} or newer)"),
        Error::OldGo { program, found, minimum } => {
            format!("{} is Go {found}, and go-httpbin needs {minimum} or newer", program.display())
        }
        Error::NoCache(reason) => format!("no folder to keep a built go-httpbin in ({reason})"),
        error => return Err(error),
    };
    Ok((Kind::Embedded(embedded), format!("embedded: {why}")))
}

/// Takes go-httpbin from the cache or builds it, and says which.
fn obtain(
    path: &OsStr,
    cache: &Cache,
    say: &mut dyn FnMut(&str),
    interrupt: &AtomicBool,
) -> Result<(Built, String), Error> {
    if let Some(built) = cache.find() {
        let how = format!("built before, with Go {}", built.go_version);
        return Ok((built, how));
    }
    let go = go::find_go_in(path, interrupt)?;
    say(&format!("building go-httpbin with {} (once, about 15 s)", go.program.display()));
    let built = cache.build(&go, interrupt)?;
    let how = format!("built now, with Go {}", built.go_version);
    Ok((built, how))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::folder_with_go;

    fn chosen(choice: Choice, go: &str, cache: &Cache) -> Result<(&'static str, String), Error> {
        let bin = folder_with_go(go);
        let program = EmbeddedProgram { exe: "tlstax".into(), leading_args: Vec::new() };
        let (interrupt, path) = (AtomicBool::new(false), bin.path().as_os_str());
        let (kind, why) = choose_from(choice, program, &mut |_| {}, &interrupt, path, Ok(cache.clone()))?;
        Ok((kind.name(), why))
    }

    /// A `go` that builds, one that fails, and one that is too old.
    const GOOD: &str = "[ $1 = version ] && echo go version go1.99.0 x/y || echo built > $6";
    const FAILING: &str = "[ $1 = version ] && echo go version go1.99.0 x/y && exit; echo 'no network' >&2; exit 1";
    const OLD: &str = "echo go version go1.2.1 x/y";

    #[test]
    fn auto_takes_go_httpbin_and_remembers_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let (name, why) = chosen(Choice::Auto, GOOD, &cache).unwrap();
        assert_eq!((name, why.as_str()), ("go-httpbin", "go-httpbin: built now, with Go 1.99"));
        let (name, why) = chosen(Choice::Auto, OLD, &cache).unwrap();
        assert_eq!((name, why.as_str()), ("go-httpbin", "go-httpbin: built before, with Go 1.99"));
    }

    #[test]
    fn auto_takes_the_embedded_one_where_go_is_missing_or_old_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::at(folder.path());
        let (name, why) = chosen(Choice::Auto, OLD, &cache).unwrap();
        assert_eq!(name, "embedded");
        assert!(why.contains("is Go 1.2,") && !why.contains('\n'), "{why}");
        let error = chosen(Choice::GoHttpbin, OLD, &cache).unwrap_err();
        assert!(matches!(error, Error::OldGo { .. }), "{error}");
    }

    #[test]
    fn a_failed_build_is_never_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        for choice in [Choice::Auto, Choice::GoHttpbin] {
            let error = chosen(choice, FAILING, &Cache::at(folder.path())).unwrap_err().to_string();
            assert!(error.contains("no network") && error.contains("--origin embedded"), "{error}");
        }
        assert_eq!(chosen(Choice::Embedded, FAILING, &Cache::at(folder.path())).unwrap().0, "embedded");
    }
}
