//! The parts of a README that are generated from a run: the finding, two small pictures, a table of five rows, and the
//! caveat; from a run of libraries as shipped, what those cost; or, from a profiled run, where the time goes.

use analysis::bills::tax_holds;
use analysis::report_data::ReportData;
use analysis::row::{Figures, Row};
use analysis::summary::Summary;
use analysis::verdict::{Sentence, as_shipped, headline};
use measure::result::Terms;
use textwrap::WordSplitter;
use workload::Connection;

use crate::bills::reading::paragraph;
use crate::charts::{Chart, ChartError, small};
use crate::format::number;
use crate::markdown_escape::escaped;
use crate::splice::Part;
use crate::table::column::{self, Column};
use crate::table::{Markup, markdown};
use crate::tables::as_shipped::readme as shipped_table;
use crate::verdict::text;

/// The names of all parts.
pub const PARTS: [&str; 6] = ["finding", PICTURES, "table", "caveat", AS_SHIPPED, BILL];

/// The part with the pictures of pinned cells.
const PICTURES: &str = "pictures";

/// The part about libraries as shipped.
const AS_SHIPPED: &str = "as-shipped";

/// The part that a profiled run writes.
const BILL: &str = "bill";

/// The parts that show pictures and name the folder for them.
pub const WITH_PICTURES: [&str; 2] = [PICTURES, BILL];

/// The parts that can be written from this result. Sampling has a small cost of its own: a profiled run shows where
/// time goes, and other runs how much there is. What libraries cost as shipped is said by a run that has them all, and
/// a run that has them and not the cells of the finding says nothing else.
pub fn writable(data: &ReportData<'_>) -> Vec<&'static str> {
    if !data.bills.is_empty() {
        return vec![BILL];
    }
    let has = |(model, client): &(&str, &str)| {
        let mut rows = data.summaries.iter().flat_map(|summary| &summary.rows);
        rows.any(|row| row.cell.model == *model && row.cell.client == *client)
    };
    let shipped = SHIPPED.iter().all(has);
    let pinned = has(&SHOWN[0]) || !shipped;
    PARTS.into_iter().filter(|part| if *part == AS_SHIPPED { shipped } else { *part != BILL && pinned }).collect()
}

/// The models and clients that are shown: each runtime, and the two ways to use threads.
const SHOWN: [(&str, &str); 5] = [
    ("tokio-current", "hyper"),
    ("tokio-multi", "hyper"),
    ("smol", "hyper"),
    ("rayon-pool", "ureq"),
    ("threads", "ureq"),
];

/// Libraries as shipped, which the pictures show beside them.
const SHIPPED: [(&str, &str); 3] =
    [("tokio-multi", "reqwest-stock"), ("tokio-multi", "hyper-util-stock"), ("threads", "ureq-stock")];

/// The stacks that the finding tells of.
const STACKS: [&str; 2] = ["rustls", "native-tls"];

/// The pictures that this result's parts show.
///
/// # Errors
/// When the chart library refuses.
pub fn pictures(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    if data.bills.is_empty() {
        return small::charts(data, &[&SHOWN[..], &SHIPPED[..]].concat());
    }
    Ok(small::bill(&data.bills.sheet, SHOWN[0])?.into_iter().collect())
}

/// A part's text. `command` is the command that made it, `pictures` are those of [`pictures`].
pub fn part(data: &ReportData<'_>, part: Part<'_>, command: &str, pictures: &[Chart]) -> String {
    match part.name {
        "finding" => prose(&finding(data)),
        PICTURES => tags(pictures, part.argument),
        "table" => table(data),
        AS_SHIPPED => shipped(data, command),
        BILL => bill(data, part.argument, command, pictures),
        _ => prose(&caveat(data, command)),
    }
}

/// Wraps a paragraph at 120 columns, like the text around it. Columns are counted in bytes, as some tools do, so
/// letters like µ count twice.
fn prose(text: &str) -> String {
    textwrap::fill(text, textwrap::Options::new(COLUMNS).break_words(false).word_splitter(WordSplitter::NoHyphenation))
}

const COLUMNS: usize = 116;

fn section<'d>(data: &'d ReportData<'_>, connection: Connection) -> Option<&'d Summary> {
    let of_kind =
        |summary: &&Summary| !summary.waits() && summary.rows.iter().any(|row| row.cell.connection == connection);
    data.summaries.iter().find(of_kind)
}

fn finding(data: &ReportData<'_>) -> String {
    let said = text(&Sentence::Headline(headline(&data.summaries, SHOWN[0], &STACKS, data.result.run.order)));
    format!("**{said}**")
}

/// What libraries cost as shipped: a sentence, a row for each over TLS, and the command that made them.
fn shipped(data: &ReportData<'_>, command: &str) -> String {
    let said = as_shipped(&data.summaries, Connection::NewConn).map(Sentence::AsShipped);
    let said = said.as_ref().map_or_else(String::new, |said| format!("{}\n\n", prose(&escaped(&text(said)))));
    let table = section(data, Connection::NewConn).map(shipped_table);
    let table = table.map_or_else(String::new, |table| markdown::write(&table).trim_end().to_owned());
    format!("{said}{table}\n\n{}", prose(&format!("Made by `{command}`.")))
}

/// The picture of where time goes, and its description.
fn bill(data: &ReportData<'_>, folder: &str, command: &str, pictures: &[Chart]) -> String {
    let (model, client) = SHOWN[0];
    let sheet = &data.bills.sheet;
    let shown = sheet.cells.iter().filter(|cell| small::is_shown(&cell.cell, SHOWN[0]));
    let told: Vec<String> =
        shown.filter(|cell| tax_holds(sheet, cell)).filter_map(paragraph).map(|told| prose(&escaped(&told))).collect();
    if pictures.is_empty() {
        return format!("This run has no bill of a new connection of {model}/{client}.");
    }
    let told = if told.is_empty() { String::new() } else { format!("\n\n{}", told.join("\n\n")) };
    let source = prose(&format!("By samples of the client's CPU time, made by `{command}`."));
    format!("{}{told}\n\n{source}", tags(pictures, folder))
}

fn tags(pictures: &[Chart], folder: &str) -> String {
    // A picture that is alone in its line has a long description, which gets a line of its own.
    let (width, gap) = if pictures.len() == 1 { (100, "\n     ") } else { (49, " ") };
    let tag = |chart: &Chart| {
        let path = if folder.is_empty() { String::new() } else { format!("{}/", folder.trim_end_matches('/')) };
        format!("<img src=\"{path}{}.svg\"{gap}alt=\"{}\" width=\"{width}%\">", chart.id, chart.title)
    };
    pictures.iter().map(tag).collect::<Vec<_>>().join("\n")
}

fn table(data: &ReportData<'_>) -> String {
    let Some(summary) = section(data, Connection::NewConn) else { return String::new() };
    let title = "client CPU per request over a new connection, µs";
    let name = |(model, client): &(&str, &str)| format!("{model}/{client}");
    let mut columns = vec![Column::new(title, name).markdown(Markup::Code)];
    columns.extend(summary.stacks().into_iter().map(|tls| {
        let cost =
            move |(model, client): &(&str, &str)| summary.figures(model, client, tls, Connection::NewConn).map(field);
        Column::new(tls, cost).right()
    }));
    let mut table = column::table(&columns, SHOWN);
    table.rows.retain(|row| row.iter().skip(1).any(|field| !field.text.is_empty()));
    markdown::write(&table).trim_end().to_owned()
}

fn field(figures: &Figures) -> String {
    let tax = figures.tls_tax.map_or_else(String::new, |tax| format!(" (×{:.1})", tax.ratio.median));
    format!("{}{tax}", number(figures.client_us.median))
}

/// The conditions under which the figures hold, and the command that made them.
fn caveat(data: &ReportData<'_>, command: &str) -> String {
    let run = &data.result.run;
    let day = run.started.split('T').next().unwrap_or_default();
    let rounds = data.summaries.iter().map(|summary| summary.rounds).max().unwrap_or(0);
    let pinned = &run.handshake;
    let cpus = match run.pinning.is_split() {
        true => format!("client on {}, origin on {}", count(run.pinning.client.len()), count(run.pinning.origin.len())),
        false => format!("client and origin sharing {}", count(run.pinning.client.len())),
    };
    let flight = data.summaries.first().map_or(0, |summary| summary.workload.slots());
    let libraries = libraries(data);
    format!(
        "Caveat: {day}, a machine with {} ({}), {cpus}, {flight} in flight, {} {}, {}, {}, {}, {}, nothing resumed, \
         {libraries}; medians of {rounds} rounds, made by `{command}`.",
        count(run.machine.cpus.len()),
        run.machine.cpu,
        run.origin.name,
        run.origin.version,
        pinned.version,
        pinned.suite,
        pinned.group,
        pinned.certificate,
    )
}

fn count(cpus: usize) -> String {
    if cpus == 1 { "one CPU".to_owned() } else { format!("{cpus} CPUs") }
}

/// The TLS libraries of the cells that are shown.
fn libraries(data: &ReportData<'_>) -> String {
    let shown = |row: &&Row| row.terms == Terms::Pinned && row.cell.is_tls();
    let rows = data.summaries.iter().flat_map(|summary| &summary.rows).filter(shown);
    let mut names: Vec<&str> = rows.filter_map(|row| row.libraries.last().map(String::as_str)).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" and ")
}

#[cfg(test)]
mod tests {
    use workload::{Cell, catalog};

    use super::*;

    #[test]
    fn every_shown_pair_is_the_start_of_a_cell() {
        for (model, client) in SHOWN.into_iter().chain(SHIPPED) {
            assert!(format!("{model}/{client}/{}/new-conn", Cell::PLAIN).parse::<Cell>().is_ok());
            assert!(
                catalog::model_named(model).is_some() && catalog::client_named(client).is_some(),
                "{model}/{client}"
            );
        }
    }
}
