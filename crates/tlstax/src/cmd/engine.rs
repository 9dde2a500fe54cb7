//! `tlstax engine`: one trial of a built-in cell, for the harness.

use std::io;
use std::process::{self, ExitCode};

use crate::failure::Failure;

pub(crate) fn run() -> Result<ExitCode, Failure> {
    measure::process::raise_open_files().map_err(|error| Failure::Usage(error.to_string()))?;
    // When the harness ends, the trial must end at once, whatever it is doing.
    fetch::engine::serve(io::stdin(), io::stdout(), || process::exit(0))?;
    Ok(ExitCode::SUCCESS)
}
