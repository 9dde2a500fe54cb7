//! Engines that are not built in: programs that the user names, and the model that their cells bear.

use crate::plan::command_line::CommandLine;
use crate::plan::engine_command::EngineCommand;

/// The model of cells that an external engine runs.
pub const EXTERNAL: &str = "engine";

/// An external engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalEngine {
    /// A program that speaks the trial protocol.
    Protocol(EngineCommand),
    /// Any program that fetches a URL.
    Command(CommandLine),
}
