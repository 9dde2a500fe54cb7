//! `--scenario`: a built-in scenario by its name, or one of the user's by its file.

use std::fs;
use std::path::Path;

use measure::result::Section;
use workload::{Part, Scenario, Server, Workload};

use crate::failure::Failure;
use crate::plan::WorkloadOptions;

/// Finds and reads a scenario.
pub(crate) fn read(text: &str) -> Result<Scenario, Failure> {
    let usage = |error: workload::ScenarioError| Failure::Usage(error.to_string());
    if let Some(built_in) = Scenario::built_in(text) {
        return built_in.map_err(usage);
    }
    let path = Path::new(text);
    if path.extension().is_none_or(|extension| extension != "toml") {
        let names: Vec<&str> = Scenario::names().collect();
        return Err(Failure::Usage(format!(
            "{text:?} is no scenario: there are {}, or a file that ends in .toml",
            names.join(", ")
        )));
    }
    let file = fs::read_to_string(path)
        .map_err(|error| Failure::Usage(format!("reading the scenario {}: {error}", path.display())))?;
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    Scenario::parse(&name, &file).map_err(usage)
}

/// Its sections, with what the command line says instead.
pub(crate) fn sections(scenario: &Scenario, options: &WorkloadOptions) -> Vec<Section> {
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
