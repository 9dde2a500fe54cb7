//! This program itself: how it was called, and how it is called again as an origin.

use origin::EmbeddedProgram;

use crate::failure::Failure;

/// The command line as it can be typed again: the program by its name alone, since its path is of this machine.
pub(crate) fn command() -> Vec<String> {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once("tlstax".to_owned()).chain(arguments).collect()
}

/// This program, as the embedded origin.
pub(crate) fn embedded_program() -> Result<EmbeddedProgram, Failure> {
    let exe = std::env::current_exe().map_err(Failure::io("finding this program's own file"))?;
    Ok(EmbeddedProgram { exe, leading_args: vec!["serve-embedded".to_owned()] })
}
