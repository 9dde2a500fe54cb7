//! A command line that is measured as an engine: any program that fetches a URL, with placeholders for the URL and
//! other parameters.
//!
//! Running such a program and reading its costs is for the trial.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use workload::Workload;

use crate::plan::engine_command::EngineCommand;

/// The duration passed to a program with the placeholder `{s}`, s.
const SECONDS: u64 = 2;

/// A command line, split into words as by a shell, with placeholders: `{url}`, `{c}`, `{n}`, `{s}`, `{ca}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    pub(crate) program: PathBuf,
    name: String,
    args: Vec<String>,
}

/// Why a command line cannot be an engine.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Its quotes do not match.
    #[error("--engine {0:?}: its quotes do not match")]
    Quotes(String),
    /// It names no program.
    #[error("--engine is empty: give a command line, e.g. 'curl -s --cacert {{ca}} {{url}}'")]
    Empty,
    /// Its program is not installed.
    #[error("{program:?} of --engine {line:?} is not installed: not found on PATH")]
    NotInstalled {
        /// The program.
        program: String,
        /// The command line.
        line: String,
    },
}

impl CommandLine {
    /// Parses a command line, and looks up its program.
    pub fn parse(line: &str) -> Result<CommandLine, CommandError> {
        let words = shell_words::split(line).map_err(|_| CommandError::Quotes(line.to_owned()))?;
        let (first, args) = words.split_first().ok_or(CommandError::Empty)?;
        let missing = || CommandError::NotInstalled { program: first.clone(), line: line.to_owned() };
        let program = which::which(first).map_err(|_| missing())?;
        let name: String =
            PathBuf::from(first).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // In the form that a cell's name allows.
        let name = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        Ok(CommandLine { program, name, args: args.to_vec() })
    }

    /// The program's name, as the client of a cell.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it fetches a URL that it is given; otherwise it must speak the trial protocol.
    pub fn takes_url(&self) -> bool {
        self.args.iter().any(|arg| arg.contains("{url}"))
    }

    /// Whether it is given the number of requests.
    fn takes_requests(&self) -> bool {
        self.args.iter().any(|arg| arg.contains("{n}"))
    }

    /// As an engine that speaks the trial protocol.
    pub fn as_engine(&self) -> EngineCommand {
        EngineCommand { program: self.program.clone(), args: self.args.iter().map(OsString::from).collect() }
    }

    /// Its arguments with the placeholders filled in.
    pub(crate) fn filled(&self, url: &str, workload: &Workload, trust_file: &Path) -> Vec<String> {
        let values = [
            ("{url}", url.to_owned()),
            ("{c}", workload.slots().to_string()),
            ("{n}", requests(workload).to_string()),
            ("{s}", SECONDS.to_string()),
            ("{ca}", trust_file.display().to_string()),
        ];
        let fill = |arg: &String| values.iter().fold(arg.clone(), |arg, (name, value)| arg.replace(name, value));
        self.args.iter().map(fill).collect()
    }

    /// The least number of requests that the origin must have served.
    pub(crate) fn requests(&self, workload: &Workload) -> u64 {
        if self.takes_requests() { requests(workload) } else { 1 }
    }
}

/// N. A workload whose number of requests is not known beforehand is never run by a program, because nothing would end
/// it.
fn requests(workload: &Workload) -> u64 {
    workload.requests().map_or(1, workload::Requests::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in() {
        let line = CommandLine::parse("sh -c 'fetch {url} {n}' -c {c} --ca={ca} {s}").unwrap();
        assert!(line.takes_url() && line.name() == "sh");
        let workload = Workload::of(
            workload::Path::get(),
            workload::Amount::Requests(9.try_into().unwrap()),
            64.try_into().unwrap(),
        );
        let filled = line.filled("http://x/", &workload, std::path::Path::new("/ca.pem"));
        assert_eq!(filled, ["-c", "fetch http://x/ 9", "-c", "9", "--ca=/ca.pem", "2"]);
        assert_eq!(line.requests(&workload), 9);
    }

    #[test]
    fn what_is_no_engine_is_refused() {
        assert!(matches!(CommandLine::parse("sh 'a"), Err(CommandError::Quotes(_))));
        assert!(matches!(CommandLine::parse("  "), Err(CommandError::Empty)));
        assert!(matches!(CommandLine::parse("no-such-program {url}"), Err(CommandError::NotInstalled { .. })));
    }
}
