//! Prints a result: as tables, as JSON or as CSV.

use std::io;

use analysis::report_data::ReportData;
use analysis::summarize::summaries;
use analysis::verdict::of_run;
use measure::result::RunResult;
use render::screen::Screen;
use render::tables::{axis_comparison, cells, scaling};
use render::verdict::texts;
use render::{markdown, run_facts, section};

use crate::failure::Failure;

/// The output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Tables,
    Json,
    Csv,
    Markdown,
}

/// The operation, for errors.
const WRITING: &str = "writing to standard output";

/// The screen behind standard output.
pub(crate) fn screen(verbose: bool) -> Screen {
    Screen { width: terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0), verbose }
}

/// Prints `result` to standard output, its verdict first, `verbose` with details. What could not be read is
/// reported on standard error.
pub(crate) fn print(result: &RunResult, form: Form, verbose: bool) -> Result<(), Failure> {
    for problem in &result.problems {
        terminal::say(format_args!("tlstax: {problem}"));
    }
    if form == Form::Markdown {
        return write(&markdown::text(&ReportData::of(result)));
    }
    let summaries = summaries(result);
    let verdict = texts(&of_run(&summaries, result.run.order));
    match form {
        Form::Json => {
            let json = serde_json::json!({ "verdict": verdict, "run": result.run, "sections": summaries });
            write_json(&format!("{json:#}\n"))
        }
        Form::Csv => {
            let text = cells::csv(&summaries);
            write(&text.map_err(|error| Failure::Usage(format!("writing CSV failed: {error}")))?)
        }
        Form::Tables | Form::Markdown => {
            let screen = screen(verbose);
            let mut tables: Vec<String> = summaries.iter().map(|summary| section::draw(summary, &screen)).collect();
            tables.extend(summaries.iter().filter_map(axis_comparison::terminal));
            tables.extend(scaling::tables(&result.run, &summaries));
            let facts = screen.prose(&run_facts::lines(result).join("\n"));
            write(&format!("{}{}\n\n{facts}\n", screen.verdict(&verdict), tables.join("\n\n")))
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
