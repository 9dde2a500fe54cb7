//! The role of a benchmark's process: the harness starts engines and origins by running the benchmark's own program.

use std::io;
use std::process::{self, ExitCode};

use origin::EmbeddedProgram;
use origin::embedded::{Settings, serve};

use crate::failure::Failure;

/// The first argument of the embedded origin.
const ORIGIN: &str = "serve-embedded";

/// The role of this process.
#[derive(Debug, PartialEq, Eq)]
pub enum Role {
    /// An engine that checks a client, by the trial protocol.
    Engine,
    /// The embedded origin.
    Origin(Vec<String>),
    /// The process that measures.
    Laboratory,
    /// The process that cargo started, which starts the one that measures.
    Supervisor,
}

impl Role {
    /// The role that follows from the arguments, without the program's name, and from the supervisor's variable.
    pub fn of(args: &[String], supervised: bool) -> Role {
        match args {
            [only] if only == "engine" => Role::Engine,
            [first, rest @ ..] if first == ORIGIN => Role::Origin(rest.to_vec()),
            _ if supervised => Role::Laboratory,
            _ => Role::Supervisor,
        }
    }
}

/// This program, as engine and origin.
///
/// # Errors
/// When its own file cannot be found.
pub fn program() -> Result<EmbeddedProgram, Failure> {
    let exe = std::env::current_exe();
    let exe = exe.map_err(|source| Failure::Io { doing: "finding this program", path: "".into(), source })?;
    Ok(EmbeddedProgram { exe, leading_args: vec![ORIGIN.to_owned()] })
}

/// Runs one trial for the harness.
///
/// # Errors
/// When the cell cannot be prepared or the harness does not keep to the protocol.
pub fn engine() -> Result<ExitCode, Failure> {
    measure::process::raise_open_files()?;
    fetch::engine::serve(io::stdin(), io::stdout(), || process::exit(0))?;
    Ok(ExitCode::SUCCESS)
}

/// Serves as the embedded origin.
///
/// # Errors
/// When it cannot listen.
pub fn origin(args: Vec<String>) -> Result<ExitCode, Failure> {
    serve(Settings::from_args(args.into_iter())?)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_no_role() {
        let role =
            |args: &[&str], supervised| Role::of(&args.iter().map(ToString::to_string).collect::<Vec<_>>(), supervised);
        assert_eq!(role(&["engine"], false), Role::Engine);
        assert_eq!(role(&["engine", "--bench"], false), Role::Supervisor);
        assert_eq!(role(&["--bench"], true), Role::Laboratory);
        assert_eq!(role(&[ORIGIN, "--http", "0"], true), Role::Origin(vec!["--http".into(), "0".into()]));
    }
}
