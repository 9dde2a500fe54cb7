//! The output after the run: what is not available, a table of handshakes, and the file of figures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bench_support::failure::Failure;
use bench_support::page;
use handshake::{Case, Primitive, Stack};
use measure::result::HANDSHAKE_FILE;
use measure::result::handshakes::{HandshakeFigure, InMemory};
use render::tables::handshakes;

/// Prints the figures, and draws the page of what was run.
pub(crate) fn report(figures: &InMemory, folder: &Path) -> Result<(), Failure> {
    if !figures.is_empty() {
        for line in left_out() {
            terminal::say(format_args!("left out: {line}"));
        }
        if !figures.handshakes.is_empty() {
            terminal::write(&format!("\n{}\n", table(&figures.handshakes)))
                .map_err(|source| Failure::Output { source })?;
        }
    }
    page::draw(folder)
}

/// Writes the figures so far into `folder`, with a run without cells if it has none.
pub(crate) fn write(figures: &InMemory, folder: &Path) -> Result<(), Failure> {
    if figures.is_empty() {
        return Ok(());
    }
    page::begin_without_cells(folder)?;
    let failed = |source| Failure::Io { doing: "writing into", path: folder.to_owned(), source };
    let text = serde_json::to_string_pretty(figures).map_err(|error| failed(error.into()))?;
    fs::write(folder.join(HANDSHAKE_FILE), text + "\n").map_err(failed)
}

/// What is not available here, by reason.
fn left_out() -> Vec<String> {
    let cases = Case::all().filter_map(|case| Some((case.missing()?, format!("{}/{}", case.stack, case.group))));
    let primitives = Stack::ALL.into_iter().flat_map(|stack| {
        let missing = move |primitive: Primitive| Some((primitive.missing(stack)?, format!("{stack}/{primitive}")));
        Primitive::ALL.into_iter().filter_map(missing)
    });
    let mut by_reason: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (reason, what) in cases.chain(primitives) {
        by_reason.entry(reason).or_default().insert(what);
    }
    let line = |(reason, what): (&str, BTreeSet<String>)| format!("{reason} ({})", Vec::from_iter(what).join(", "));
    by_reason.into_iter().map(line).collect()
}

/// Handshakes per second per core, preceded by their libraries.
fn table(figures: &[HandshakeFigure]) -> String {
    let mut text = String::from("handshakes per second per core, one side's CPU time each\n");
    let libraries: BTreeSet<(&str, &str)> = figures.iter().map(|figure| (&*figure.stack, &*figure.library)).collect();
    for (stack, library) in libraries {
        let _ = writeln!(text, "{stack}: {library}");
    }
    text + &handshakes::terminal(figures)
}
