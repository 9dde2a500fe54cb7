//! How an engine that speaks the trial protocol is started.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The program of an engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineCommand {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
}

impl EngineCommand {
    /// A build of tlstax, which speaks the trial protocol when called with the argument `engine`.
    pub(crate) fn of_build(exe: &Path) -> EngineCommand {
        EngineCommand { program: exe.to_owned(), args: vec![OsString::from("engine")] }
    }
}
