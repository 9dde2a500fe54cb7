//! Printing a result: as tables, as JSON or as CSV.

use std::io::{self, Write};

use measure::result::RunResult;
use report::{heading, scaling, spreadsheet, summary, table, varied};

use crate::failure::Failure;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Tables,
    Json,
    Csv,
}

/// Prints `result` to standard output. Standard error names what could not be read.
pub(crate) fn print(result: &RunResult, form: Form) -> Result<(), Failure> {
    for problem in &result.problems {
        anstream::eprintln!("tlstax: {problem}");
    }
    let summaries = summary::summaries(result);
    match form {
        Form::Json => write(&format!("{:#}\n", serde_json::json!({ "run": result.run, "sections": summaries }))),
        Form::Csv => {
            let text = spreadsheet::csv(&summaries);
            write(&text.map_err(|error| Failure::Usage(format!("writing CSV failed: {error}")))?)
        }
        Form::Tables => {
            let width = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
            let mut tables: Vec<String> = summaries.iter().map(|summary| table::draw(summary, width)).collect();
            tables.extend(summaries.iter().filter_map(varied::table));
            tables.extend(scaling::tables(&result.run, &summaries));
            write(&format!("{}\n\n{}\n", heading::lines(result).join("\n"), tables.join("\n\n")))
        }
    }
}

/// Writes text to standard output.
pub(crate) fn write(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Failure::io("writing to standard output"))
}
