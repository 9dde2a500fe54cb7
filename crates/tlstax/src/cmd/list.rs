//! `tlstax list`: the cells that can run here.

use std::process::ExitCode;

use workload::Cell;

use super::cells::Cells;
use crate::failure::Failure;
use crate::show::write;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    cells: Cells,
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let cells = args.cells.selection()?.choose(&args.cells.candidates())?;
    if args.json {
        let rows = cells.iter().map(
            |cell| serde_json::json!({ "cell": cell, "model": fetch::note_of(cell), "tls": fetch::library_of(cell) }),
        );
        write(&format!("{:#}\n", serde_json::Value::Array(rows.collect())))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut text = String::new();
    for cell in &cells {
        text.push_str(&format!("{cell:<42} {}\n", fetch::library_of(cell).unwrap_or_default()));
    }
    let named = |cell: &Cell| if cell.model == fetch::talk::MODEL { cell.client.clone() } else { cell.model.clone() };
    let mut models: Vec<(String, &str)> = cells.iter().map(|cell| (named(cell), fetch::note_of(cell))).collect();
    models.dedup();
    text.push('\n');
    for (model, note) in models {
        text.push_str(&format!("{model:<42} {note}\n"));
    }
    write(&text)?;
    Ok(ExitCode::SUCCESS)
}
