//! Scenarios: workloads with a name and a reason, written as TOML. Those in `scenarios/` are built in.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Cell, CellError, Concurrency, Hosts, Path, Requests, Variable};

/// A scenario, read and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// Its description.
    pub about: About,
    /// Its workloads, with their cells.
    pub sections: Vec<Part>,
}

/// The description of a scenario, as results contain it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct About {
    /// Its name: the stem of its file's name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why anyone should run it, in prose.
    pub why: String,
}

/// One workload of a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The path that is fetched.
    pub path: Path,
    /// Requests of a trial.
    pub requests: Requests,
    /// Requests in flight at most.
    pub concurrency: Concurrency,
    /// Hosts that are fetched from.
    pub hosts: Hosts,
    /// How often each cell runs.
    pub rounds: NonZeroU32,
    /// The parameters in which its cells differ on purpose.
    pub varies: Vec<Variable>,
    /// Its cells, including those that cannot run here.
    pub cells: Vec<Cell>,
}

/// Why a text is not a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// Not TOML, or not of this form.
    #[error("the scenario {name} cannot be read: {reason}")]
    Form {
        /// The scenario.
        name: String,
        /// The parser's error, with the line.
        reason: String,
    },
    /// A cell or an axis in it.
    #[error("the scenario {name}, section {section}: {reason}")]
    Cell {
        /// The scenario.
        name: String,
        /// The section.
        section: String,
        /// The reason.
        reason: Box<CellError>,
    },
    /// More hosts than a section may have.
    #[error("the scenario {name}, section {section}: {hosts} hosts are too many: {MOST_HOSTS} at most")]
    Hosts {
        /// The scenario.
        name: String,
        /// The section.
        section: String,
        /// The number of hosts.
        hosts: Hosts,
    },
    /// There is nothing to run.
    #[error("the scenario {0} has no section with cells")]
    Empty(String),
}

/// The most hosts of a section. Each has a name, an address and a URL in every trial's job: 10,000 of them are a
/// megabyte or two, and no question about hosts needs more.
const MOST_HOSTS: u32 = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    why: String,
    #[serde(rename = "section")]
    sections: Vec<FileSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileSection {
    name: String,
    #[serde(default = "Path::get")]
    path: Path,
    requests: Requests,
    concurrency: Concurrency,
    #[serde(default = "one")]
    hosts: Hosts,
    rounds: NonZeroU32,
    #[serde(default)]
    varies: Vec<Variable>,
    cells: Vec<String>,
    /// Combinations of axis values for each cell, the default written `""`; none: only the default.
    #[serde(default)]
    at: Vec<String>,
}

fn one() -> Hosts {
    Hosts::MIN
}

/// The built-in scenarios, by name.
const BUILT_IN: [(&str, &str); 8] = [
    ("as-shipped", include_str!("../scenarios/as-shipped.toml")),
    ("many-hosts-once", include_str!("../scenarios/many-hosts-once.toml")),
    ("one-host-often", include_str!("../scenarios/one-host-often.toml")),
    ("post-quantum", include_str!("../scenarios/post-quantum.toml")),
    ("client-per-request", include_str!("../scenarios/client-per-request.toml")),
    ("resumption", include_str!("../scenarios/resumption.toml")),
    ("far-away", include_str!("../scenarios/far-away.toml")),
    ("big-body", include_str!("../scenarios/big-body.toml")),
];

impl Scenario {
    /// The names of the built-in ones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The built-in one of this name, if there is one.
    ///
    /// # Errors
    /// As [`Scenario::parse`].
    pub fn built_in(name: &str) -> Option<Result<Scenario, ScenarioError>> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(name, text)| Scenario::parse(name, text))
    }

    /// Reads the scenario called `name` from the text of its file.
    ///
    /// # Errors
    /// When it is not TOML of this form, names no cell or something that is no cell, or has a section of more than
    /// 10,000 hosts.
    pub fn parse(name: &str, text: &str) -> Result<Scenario, ScenarioError> {
        let form = |error: toml::de::Error| ScenarioError::Form { name: name.to_owned(), reason: error.to_string() };
        let file: File = toml::from_str(text).map_err(form)?;
        let sections: Vec<Part> =
            file.sections.into_iter().map(|section| part(name, section)).collect::<Result<_, _>>()?;
        if sections.iter().all(|section| section.cells.is_empty()) {
            return Err(ScenarioError::Empty(name.to_owned()));
        }
        let about = About { name: name.to_owned(), title: file.title, why: file.why.trim().to_owned() };
        Ok(Scenario { about, sections })
    }
}

fn part(name: &str, section: FileSection) -> Result<Part, ScenarioError> {
    let refuse = |reason: CellError| ScenarioError::Cell {
        name: name.to_owned(),
        section: section.name.clone(),
        reason: Box::new(reason),
    };
    if section.hosts.get() > MOST_HOSTS {
        return Err(ScenarioError::Hosts { name: name.to_owned(), section: section.name, hosts: section.hosts });
    }
    let usual = vec![String::new()];
    let places = if section.at.is_empty() { &usual } else { &section.at };
    let mut cells: Vec<Cell> = Vec::new();
    for text in &section.cells {
        let cell: Cell = text.parse().map_err(refuse)?;
        for place in places {
            let axes = match place.as_str() {
                "" => cell.axes,
                place => place.parse().map_err(|reason| refuse(CellError::Axes { cell: text.clone(), reason }))?,
            };
            let cell = cell.at(axes);
            if !cells.contains(&cell) {
                cells.push(cell);
            }
        }
    }
    let FileSection { name, path, requests, concurrency, hosts, rounds, varies, .. } = section;
    Ok(Part { name, path, requests, concurrency, hosts, rounds, varies, cells })
}

#[cfg(test)]
mod tests {
    use params::Values;

    use super::*;
    use crate::Axes;

    #[test]
    fn every_built_in_scenario_reads_and_says_why() {
        for name in Scenario::names() {
            let scenario = Scenario::built_in(name).unwrap().unwrap();
            assert!(scenario.about.why.len() > 80, "{name}");
            assert!(scenario.sections.iter().all(|section| section.cells.len() > 1), "{name}");
            assert!(scenario.sections.iter().all(|section| section.rounds.get() >= 6), "{name} makes no claim");
        }
        assert!(Scenario::built_in("elsewhere").is_none());
    }

    #[test]
    fn cells_stand_at_every_place_and_plain_ones_once() {
        let text = "title = 't'\nwhy = 'w'\n[[section]]\nname = 's'\nrequests = 1\nconcurrency = 1\nrounds = 6\n\
                    cells = ['m/c/plain/new-conn', 'm/c/rustls/new-conn']\nat = ['', 'group=p256']\n";
        let scenario = Scenario::parse("x", text).unwrap();
        let names: Vec<String> = scenario.sections[0].cells.iter().map(Cell::to_string).collect();
        assert_eq!(names, ["m/c/plain/new-conn", "m/c/rustls/new-conn", "m/c/rustls/new-conn@group=p256"]);
    }

    #[test]
    fn a_section_may_vary_every_axis_and_stand_at_each_of_its_values() {
        for axis in Axes::ALL {
            let values: Vec<String> = match axis.values {
                Values::Named(names) => names.iter().map(|name| (*name).to_owned()).collect(),
                Values::UpTo(most) => [0, most].map(|number| number.to_string()).to_vec(),
            };
            let places: Vec<String> = values.iter().map(|value| format!("{}={value}", axis.name)).collect();
            let text = format!(
                "title='t'\nwhy='w'\n[[section]]\nname='s'\nrequests=1\nconcurrency=1\nrounds=6\n\
                 cells=['m/c/rustls/new-conn']\nvaries=['{}']\nat={places:?}\n",
                axis.name
            );
            let section = &Scenario::parse("x", &text).unwrap().sections[0];
            assert_eq!(section.varies, [Variable::Axis(axis)]);
            let read: Vec<String> = section.cells.iter().map(|cell| axis.text(&cell.axes)).collect();
            assert_eq!(read, values, "{axis:?}");
        }
    }

    #[test]
    fn what_is_no_scenario_is_refused_with_the_place() {
        let said = |text: &str| Scenario::parse("x", text).unwrap_err().to_string();
        assert!(said("title = 1").contains("x"));
        let section = |cells: &str| {
            format!("title='t'\nwhy='w'\n[[section]]\nname='s'\nrequests=1\nconcurrency=1\nrounds=6\ncells=[{cells}]\n")
        };
        assert!(said(&section("'m/c'")).contains("section s"));
        assert!(said(&section("")).contains("no section with cells"));
        assert!(said(&(section("'m/c/plain/new-conn'") + "speed = 3\n")).contains("speed"));
    }

    #[test]
    fn hosts_have_a_bound_that_the_refusal_names() {
        let read = |hosts: u32| {
            let text = format!(
                "title='t'\nwhy='w'\n[[section]]\nname='s'\nrequests=1\nconcurrency=1\nrounds=6\nhosts={hosts}\n\
                 cells=['m/c/plain/new-conn']\n"
            );
            Scenario::parse("x", &text).map_err(|error| error.to_string())
        };
        assert_eq!(read(10_000).unwrap().sections[0].hosts.get(), 10_000);
        for hosts in [10_001, u32::MAX] {
            let said = read(hosts).unwrap_err();
            assert!(said.contains(&format!("section s: {hosts} hosts")) && said.contains("10000 at most"), "{said}");
        }
    }
}
