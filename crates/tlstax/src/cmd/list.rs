//! `tlstax list`: the cells that can run here.

use std::process::ExitCode;

use measure::result::LeftOut;
use runner::skipped::refuse;
use workload::{Cell, catalog};

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

/// What exists outside the matrix, listed after the names of models, clients and TLS stacks.
const BEYOND: &str = "connections resumed, keep-alive:K and new-client.
A cell may stand elsewhere on the axes: NAME@tls-version=1.2|1.3,group=x25519|x25519mlkem768|p256,cert=ecdsa-p256|rsa-2048,
chain=1|2|3,trust=mozilla|own,rtt=MS. And scenarios: tlstax run --scenario NAME.
";

pub(crate) fn run(args: &Args) -> Result<ExitCode, Failure> {
    let mut cells = args.cells.choose(&args.cells.candidates())?;
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
    for LeftOut { what, why, .. } in &refused {
        text.push_str(&format!("\ncannot run: {what}: {why}"));
    }
    if args.cells.is_empty() {
        let of_kind = |(kind, names): (&str, Vec<&str>)| format!("{kind} {}; ", names.join(", "));
        let entries: String = catalog::beyond().into_iter().map(of_kind).collect();
        text.push_str(&format!("\nBeyond the matrix, for who names them: {entries}{BEYOND}"));
    }
    write(&text)?;
    Ok(ExitCode::SUCCESS)
}
