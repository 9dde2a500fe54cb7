//! Engines that are not built in: programs that the user names, and the cells that they run. An external engine is any
//! program that fetches a URL, or one that speaks the trial protocol.

use std::collections::BTreeMap;

use measure::result::LeftOut;
use workload::{Cell, Connection};

use crate::plan::command_line::{CommandError, CommandLine};
use crate::plan::engine_command::EngineCommand;

/// The model of cells that an external engine runs.
pub const EXTERNAL: &str = "engine";

/// The TLS stack in the name of an external engine's cell, since only the engine knows which one it is.
const HTTPS: &str = "https";

/// An external engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExternalEngine {
    /// A program that speaks the trial protocol.
    Protocol(EngineCommand),
    /// Any program that fetches a URL.
    Command(CommandLine),
}

/// The external engines, their cells, and the command lines that cannot run.
#[derive(Debug, Default)]
pub struct ExternalEngines {
    /// The engines, by the clients of their cells.
    pub by_name: BTreeMap<String, ExternalEngine>,
    /// Their cells.
    pub cells: Vec<Cell>,
    /// Command lines whose programs are not installed.
    pub left_out: Vec<LeftOut>,
}

impl ExternalEngines {
    /// Parses the command lines. One without `{url}` must speak the protocol; one whose program is not installed is
    /// skipped.
    ///
    /// # Errors
    ///
    /// When a command line is invalid.
    pub fn read(lines: &[String]) -> Result<ExternalEngines, CommandError> {
        let mut engines = ExternalEngines::default();
        for line in lines {
            match CommandLine::parse(line) {
                Ok(command) => engines.take(command),
                Err(missing @ CommandError::NotInstalled { .. }) => {
                    engines.left_out.push(LeftOut { what: line.clone(), concurrency: None, why: missing.to_string() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(engines)
    }

    fn take(&mut self, command: CommandLine) {
        let name = self.free_name(command.name());
        let (kinds, engine) = match command.takes_url() {
            true => (vec![Connection::Own], ExternalEngine::Command(command)),
            false => (Connection::MATRIX.to_vec(), ExternalEngine::Protocol(command.as_engine())),
        };
        for tls in [Cell::PLAIN, HTTPS] {
            self.cells.extend(kinds.iter().map(|connection| Cell::new(EXTERNAL, name.clone(), tls, *connection)));
        }
        self.by_name.insert(name, engine);
    }

    /// The program's name, with a number if another engine has that name.
    fn free_name(&self, name: &str) -> String {
        let numbered = (2..).map(|number: u32| format!("{name}-{number}"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| !self.by_name.contains_key(name)).unwrap_or_else(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_makes_a_command_of_it_and_none_an_engine() {
        let lines = ["sh -c 'x {url}'", "sh -c x", "no-such-program {url}"].map(str::to_owned);
        let engines = ExternalEngines::read(&lines).unwrap();
        let names: Vec<String> = engines.cells.iter().map(Cell::to_string).collect();
        assert_eq!(names[..2], ["engine/sh/plain/own", "engine/sh/https/own"]);
        assert_eq!(names[2..].len(), 4);
        assert!(names[2..].iter().all(|name| name.starts_with("engine/sh-2/")));
        assert!(engines.left_out[0].why.contains("not installed"));
    }
}
