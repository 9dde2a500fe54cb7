//! Prints a result: as tables, as JSON or as CSV.

use std::io;

use analysis::summarize::summaries;
use measure::result::RunResult;
use render::tables::{axis_comparison, cells, scaling};
use render::{run_facts, section};

use crate::failure::Failure;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Tables,
    Json,
    Csv,
}

/// The operation, for errors.
const WRITING: &str = "writing to standard output";

/// Prints `result` to standard output. What could not be read is reported on standard error.
pub(crate) fn print(result: &RunResult, form: Form) -> Result<(), Failure> {
    for problem in &result.problems {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    let summaries = summaries(result);
    match form {
        Form::Json => write_json(&format!("{:#}\n", serde_json::json!({ "run": result.run, "sections": summaries }))),
        Form::Csv => {
            let text = cells::csv(&summaries);
            write(&text.map_err(|error| Failure::Usage(format!("writing CSV failed: {error}")))?)
        }
        Form::Tables => {
            let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
            let mut tables: Vec<String> = summaries.iter().map(|summary| section::draw(summary, width)).collect();
            tables.extend(summaries.iter().filter_map(axis_comparison::terminal));
            tables.extend(scaling::tables(&result.run, &summaries));
            write(&format!("{}\n\n{}\n", run_facts::lines(result).join("\n"), tables.join("\n\n")))
        }
    }
}

/// Writes text to standard output.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    terminal::write(text).map_err(Failure::io(WRITING))
}

/// Writes a JSON document to standard output.
pub(crate) fn write_json(json: &str) -> Result<(), Failure> {
    terminal::write_json(json).map_err(Failure::io(WRITING))
}
