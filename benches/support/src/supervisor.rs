//! Starts the process that measures with the right environment, and draws the page when it has ended.
//!
//! OpenSSL reads the file that pins its groups when it is first used, and executors read their number of threads: both
//! from the environment, which a process cannot change for itself once it runs.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use runner::{Environment, Pins, default_pinning, default_workers};
use signal_hook::consts::SIGINT;

use crate::failure::Failure;
use crate::{folder, page};

/// Runs this program again as the one that measures, with its results in `dir`.
///
/// # Errors
///
/// When it cannot be started, or the page cannot be drawn.
pub fn supervise(dir: &Path, args: &[String]) -> Result<ExitCode, Failure> {
    let environment = Environment::new(default_workers(&default_pinning()))?;
    let failed = |source| Failure::Io { doing: "starting the benchmark", path: dir.to_owned(), source };
    let program = std::env::current_exe().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(args).envs(environment.pinned(&Pins::default())?);
    // If a signal ends the process that measures, its keys and settings remain: here they are removed with this
    // process.
    let temporary = processes::TemporaryFolder::new("bench").map_err(failed)?;
    command.env(folder::VARIABLE, dir).env("TMPDIR", temporary.path());
    // Ctrl-C on a terminal reaches both processes: the one that measures ends, and this one still draws the results. If
    // the signal was ignored when this process was started, both ignore it.
    if processes::heeded().contains(&SIGINT) {
        signal_hook::flag::register(SIGINT, Arc::default()).map_err(failed)?;
    }
    let status = command.status().map_err(failed)?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    page::close(dir, code != Some(0))?;
    page::draw(dir)?;
    Ok(match code {
        Some(code) => ExitCode::from(code),
        None if status.signal() == Some(SIGINT) => ExitCode::from(INTERRUPTED),
        None => ExitCode::from(BROKEN_OFF),
    })
}

/// 128 + SIGINT.
const INTERRUPTED: u8 = 130;

/// Ended by another signal: the benchmark failed.
const BROKEN_OFF: u8 = 2;
