//! This program itself: its command line, and how to start it as an origin.

use origin::EmbeddedProgram;

use crate::failure::Failure;

/// The command line in a form that can be typed again: with the program's name only, since its path is specific to this
/// machine.
pub(crate) fn command() -> Vec<String> {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once("tlstax".to_owned()).chain(arguments).collect()
}

/// This program, as the embedded origin.
pub(crate) fn embedded_program() -> Result<EmbeddedProgram, Failure> {
    let exe = std::env::current_exe().map_err(Failure::io("finding this program's own file"))?;
    Ok(EmbeddedProgram { exe, leading_args: vec!["serve-embedded".to_owned()] })
}
