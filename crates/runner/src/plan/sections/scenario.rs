//! The sections of a scenario: a built-in one by its name, or one of the user's by its file.

use std::path::{Path, PathBuf};
use std::{fs, io};

use measure::result::Section;
use workload::{Part, Scenario, ScenarioError, Server, Workload};

use crate::plan::sections::workload_options::WorkloadOptions;

/// Why a scenario cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioFileError {
    /// Its text is invalid.
    #[error(transparent)]
    Scenario(#[from] ScenarioError),
    /// It is neither a built-in scenario nor a file.
    #[error("{0:?} is no scenario: there are {names}, or a file that ends in .toml", names = names())]
    Unknown(String),
    /// Its file cannot be read.
    #[error("reading the scenario {}: {source}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// The names of the built-in scenarios.
fn names() -> String {
    Scenario::names().collect::<Vec<_>>().join(", ")
}

/// Finds and reads a scenario.
///
/// # Errors
///
/// When there is none of that name, its file cannot be read, or its text is invalid.
pub fn read(text: &str) -> Result<Scenario, ScenarioFileError> {
    if let Some(built_in) = Scenario::built_in(text) {
        return Ok(built_in?);
    }
    let path = Path::new(text);
    if path.extension().is_none_or(|extension| extension != "toml") {
        return Err(ScenarioFileError::Unknown(text.to_owned()));
    }
    let unreadable = |source| ScenarioFileError::Unreadable { path: path.to_owned(), source };
    let file = fs::read_to_string(path).map_err(unreadable)?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Scenario::parse(&name, &file)?)
}

/// Its sections, with the values in `options` in place of its own.
pub fn sections(scenario: &Scenario, options: &WorkloadOptions) -> Vec<Section> {
    scenario.sections.iter().map(|part| section(part, options)).collect()
}

fn section(part: &Part, options: &WorkloadOptions) -> Section {
    let rate = options.rates.first().copied();
    Section {
        name: part.name.clone(),
        workload: Workload {
            path: options.path.as_ref().unwrap_or(&part.path).clone(),
            amount: options.amount(part.requests, rate),
            concurrency: options.concurrency.first().copied().unwrap_or(part.concurrency),
            rate,
            server: Server::Httpbin,
            request: Default::default(),
            hosts: part.hosts,
        },
        rounds: options.rounds.unwrap_or(part.rounds.get()),
        cells: part.cells.clone(),
        varies: part.varies.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_scenario_is_answered_with_the_known_ones() {
        let error = read("resumptio").unwrap_err().to_string();
        assert!(error.contains("resumption") && error.contains(".toml"), "{error}");
        let error = read("/nowhere/mine.toml").unwrap_err().to_string();
        assert!(error.contains("/nowhere/mine.toml"), "{error}");
    }

    #[test]
    fn the_command_line_has_the_last_word() {
        let scenario = read("resumption").unwrap();
        let options = WorkloadOptions { rounds: Some(2), ..WorkloadOptions::default() };
        let sections = sections(&scenario, &options);
        assert!(sections.iter().all(|section| section.rounds == 2));
        assert_eq!(sections[0].workload.requests().unwrap().get(), 400);
    }
}
