//! `tlstax list`: the cells that can run here.

use std::process::ExitCode;

use measure::result::LeftOut;
use runner::skipped::refuse;
use workload::{Axes, Cell, catalog};

use super::axis_args::AxisArgs;
use super::cells::Cells;
use crate::failure::Failure;
use crate::show::{write, write_json};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    cells: Cells,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// The least width of the column of names.
const COLUMN: usize = 42;

/// The most columns of the lines that name the axes.
const COLUMNS: usize = 124;

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let cells = args.cells.choose(&args.cells.candidates())?;
    let mut cells = args.cells.axes(&AxisArgs::default())?.of(&cells);
    let refused = refuse(&mut cells);
    if args.json {
        let rows = cells.iter().map(
            |cell| serde_json::json!({ "cell": cell, "model": fetch::note_of(cell), "tls": fetch::library_of(cell) }),
        );
        let refused = refused.iter().map(|left| serde_json::json!({ "cell": left.what, "cannot": left.why }));
        write_json(&format!("{:#}\n", serde_json::Value::Array(rows.chain(refused).collect())))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    let width = cells.iter().map(|cell| cell.to_string().len()).fold(COLUMN, usize::max);
    for cell in &cells {
        let line = format!("{cell:<width$} {}", fetch::library_of(cell).unwrap_or_default());
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    let named = |cell: &Cell| if cell.model == fetch::talk::MODEL { cell.client.clone() } else { cell.model.clone() };
    let mut models: Vec<(String, &str)> = cells.iter().map(|cell| (named(cell), fetch::note_of(cell))).collect();
    models.dedup();
    text.push('\n');
    for (model, note) in models {
        text.push_str(&format!("{model:<width$} {note}\n"));
    }
    for LeftOut { what, why, .. } in &refused {
        text.push_str(&format!("\ncannot run: {what}: {why}"));
    }
    if args.cells.is_empty() {
        let of_kind = |(kind, names): (&str, Vec<&str>)| format!("{kind} {}; ", names.join(", "));
        let entries: String = catalog::beyond().into_iter().map(of_kind).collect();
        let axes = axes();
        text.push_str(&format!(
            "\nBeyond the matrix, for who names them: {entries}connections resumed, keep-alive:K and new-client.\n\
             {axes}. And scenarios: tlstax run --scenario NAME.\n"
        ));
    }
    write(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// Every axis with its values, in lines.
fn axes() -> String {
    let mut text = "A cell may stand elsewhere on the axes: NAME@".to_owned();
    let (mut column, mut between) = (text.len(), "");
    for axis in Axes::ALL {
        let values = format!("{}={}", axis.name, axis.known("|"));
        text.push_str(between);
        column += between.len() + values.len();
        if column >= COLUMNS {
            text.push('\n');
            column = values.len();
        }
        text.push_str(&values);
        between = ",";
    }
    text
}
