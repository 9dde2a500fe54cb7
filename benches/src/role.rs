//! What a benchmark's program is to be: its name is all that the harness has to start engines and origins with.

use std::io;
use std::process::{self, ExitCode};

use origin::EmbeddedProgram;
use origin::embedded::{Settings, serve};

use crate::failure::Failure;

/// The first argument of the embedded origin.
const ORIGIN: &str = "serve-embedded";

/// What this process is.
#[derive(Debug, PartialEq, Eq)]
pub enum Role {
    /// An engine that examines a client, as the trial protocol tells it.
    Engine,
    /// The embedded origin.
    Origin(Vec<String>),
    /// Who measures.
    Laboratory,
    /// Who was started by cargo, and starts who measures.
    Supervisor,
}

impl Role {
    /// What the arguments, without the program's name, and the supervisor's variable make of it.
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
