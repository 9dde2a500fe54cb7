//! The page: one HTML file that opens from disk, asks nothing of any network, and shows everything without its script
//! too.

use std::collections::BTreeMap;

use analysis::drift::is_unsteady;
use analysis::figure::Figure;
use analysis::report_data::ReportData;
use analysis::row::Row;
use analysis::summary::Summary;
use askama::Template;
use measure::result::{Order, RunResult, Terms};

use crate::bills::folder::links;
use crate::decisions::{DecisionText, decisions};
use crate::derived_tables::derived_tables;
use crate::format::{memory, number, time, with_interval};
use crate::page_table::Table;
use crate::panels::Panel;
use crate::run_facts::{self, BLOCKS, Fact, title};
use crate::table_cell::TableCell;
use crate::{bills, drift, open_loop, warm_up};

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    subtitle: String,
    problems: Vec<&'a String>,
    /// Whether there is anything to choose from by its kind.
    chooses: bool,
    decisions: &'a [DecisionText],
    caution: Option<&'a str>,
    panels: &'a [Panel],
    bills: Option<BillTable>,
    tables: Vec<Table>,
    scenario: Option<&'a str>,
    columns: &'a [&'a str],
    rows: Vec<TableRow>,
    about: Vec<(&'a str, String)>,
    command: String,
    invalid: Vec<String>,
    style: &'a str,
    script: &'a str,
}

/// The table of bills, and the files that go with each row.
struct BillTable {
    table: Table,
    links: Vec<BTreeMap<String, String>>,
}

struct TableRow {
    cell: String,
    fields: Vec<TableCell>,
}

/// The page with these charts.
///
/// # Errors
/// None that the data can cause: the template was checked when it was compiled.
pub(crate) fn html(data: &ReportData<'_>, panels: &[Panel]) -> Result<String, askama::Error> {
    let result = data.result;
    let talk = data.is_talk();
    let decisions = if talk { Vec::new() } else { decisions(&data.summaries, result.run.order) };
    let page = Page {
        title: title(data).to_owned(),
        chooses: !talk,
        subtitle: subtitle(result),
        scenario: result.run.scenario.as_ref().map(|about| about.why.as_str()),
        problems: data.problems().collect(),
        decisions: &decisions,
        caution: (result.run.order == Order::Blocks).then_some(BLOCKS),
        panels,
        bills: bill_table(data),
        tables: derived_tables(data),
        columns: &COLUMNS,
        rows: data
            .summaries
            .iter()
            .flat_map(|summary| summary.rows.iter().map(|row| table_row(summary, row)))
            .collect(),
        about: about(data),
        command: shell_words::join(&result.run.command),
        invalid: data.summaries.iter().flat_map(invalid).collect(),
        style: include_str!("../templates/page.css"),
        script: include_str!("../templates/page.js"),
    };
    page.render()
}

fn bill_table(data: &ReportData<'_>) -> Option<BillTable> {
    let sheet = &data.bills.sheet;
    (!data.bills.is_empty()).then(|| BillTable {
        table: bills::columns::table(sheet),
        links: sheet.cells.iter().map(|cell| links(&data.bills, cell)).collect(),
    })
}

fn subtitle(result: &RunResult) -> String {
    let run = &result.run;
    let cells: usize = run.sections.iter().map(|section| section.cells.len()).sum();
    let trials = result.trials.len();
    format!("{cells} cells, {trials} trials, begun {}, {}, tlstax {}", run.started, run.machine.cpu, run.tlstax)
}

/// Everything about the run that is not in its tables.
fn about(data: &ReportData<'_>) -> Vec<(&'static str, String)> {
    let (result, run) = (data.result, &data.result.run);
    let none = || "not known".to_owned();
    let mut about: Vec<(&str, String)> =
        run_facts::facts(result).into_iter().map(|Fact { name, text }| (name, text)).collect();
    about.extend([
        ("kernel", run.machine.kernel.clone()),
        ("load", run.machine.load.map_or_else(none, |load| format!("{load:.2} in the minute before it began"))),
        ("compiler", run.machine.toolchain.clone()),
        ("revision", run.revision.clone().unwrap_or_else(none)),
        ("begun", run.started.clone()),
        ("ended", run.ended.clone().unwrap_or_else(none)),
        ("seed", run.seed.to_string()),
        ("ports", format!("{} per transport", run.origin.ports)),
        ("steal", steal(result)),
    ]);
    about.extend(run.sections.iter().map(|section| {
        let workload = &section.workload;
        let text = format!(
            "{}: {}, {} in flight at most, {} rounds",
            section.name,
            open_loop::asked(workload),
            workload.concurrency,
            section.rounds
        );
        ("section", text)
    }));
    let beneath = data.summaries.iter().flat_map(|summary| {
        let kept_up = open_loop::sentences(summary).into_iter();
        let told = kept_up.chain(drift::lines(summary)).chain(warm_up::line(summary));
        told.map(|line| ("note", format!("{}: {line}", summary.section))).collect::<Vec<_>>()
    });
    about.extend(beneath);
    about
}

fn steal(result: &RunResult) -> String {
    let stolen: u64 = result.trials.iter().map(|trial| trial.steal_ns).sum();
    let wall: u64 = result.trials.iter().map(|trial| trial.wall_ns).sum();
    let share = if wall == 0 { 0.0 } else { stolen as f64 / wall as f64 * 100.0 };
    format!("{} of CPU time went to other machines meanwhile: {share:.1} % of the trials' time", time(stolen as f64))
}

fn invalid(summary: &Summary) -> Vec<String> {
    let of_row = |row: &Row| {
        let lines = row.invalid.iter().map(|(reason, count)| {
            format!("{}, {}: {count} of {} rounds: {reason}", summary.section, row.cell, summary.rounds)
        });
        lines.collect::<Vec<_>>()
    };
    summary.rows.iter().flat_map(of_row).collect()
}

const COLUMNS: [&str; 16] = [
    "cell",
    "section",
    "client CPU µs/req",
    "user %",
    "TLS adds µs/req",
    "× plain",
    "req/s",
    "p50",
    "p99",
    "origin CPU µs/req",
    "peak RSS",
    "in flight",
    "loop late",
    "threads",
    "rounds",
    "notes",
];

fn table_row(summary: &Summary, row: &Row) -> TableRow {
    let figures = row.figures.as_ref();
    let field = |figure: Option<Figure>, say: &dyn Fn(Figure) -> String| match figure {
        Some(figure) => TableCell::of(say(figure), figure.median),
        None => TableCell::empty(),
    };
    let median = |figure: Option<Figure>, say: fn(f64) -> String| field(figure, &|figure| say(figure.median));
    let tax = figures.and_then(|figures| figures.tls_tax);
    let fields = vec![
        TableCell::words(summary.section.clone()),
        field(figures.map(|f| f.client_us), &|figure| with_interval(&figure)),
        match figures.and_then(|figures| figures.user_share) {
            Some(share) => TableCell::of(format!("{:.0}", share * 100.0), share),
            None => TableCell::empty(),
        },
        field(tax.map(|tax| tax.added_us), &|added| with_interval(&added)),
        field(tax.map(|tax| tax.ratio), &|ratio| format!("{:.1} ({:.1}–{:.1})", ratio.median, ratio.low, ratio.high)),
        field(figures.map(|f| f.per_second), &|rate| bound(row, number(rate.median))),
        median(figures.and_then(|f| f.p50_ns), time),
        median(figures.and_then(|f| f.p99_ns), time),
        median(figures.map(|f| f.origin_us), number),
        median(figures.map(|f| f.memory_bytes).filter(|bytes| bytes.median > 0.0), memory),
        median(figures.and_then(|f| f.client_in_flight), |most| format!("{most:.0}")),
        median(figures.and_then(|f| f.loop_late_ns), time),
        median(figures.and_then(|f| f.threads), |most| format!("{most:.0}")),
        TableCell::of(row.counted.to_string(), row.counted as f64),
        TableCell::words(notes(row)),
    ];
    TableRow { cell: row.cell.to_string(), fields }
}

fn bound(row: &Row, rate: String) -> String {
    if row.flags.contains(&measure::result::Flag::OriginBound) { format!("≥ {rate}") } else { rate }
}

fn notes(row: &Row) -> String {
    let terms = match row.terms {
        Terms::Pinned => None,
        Terms::Pooled => Some("pool of its own".to_owned()),
        Terms::Stock => Some("as it comes, not compared".to_owned()),
        Terms::Command => Some("program, answers not checked".to_owned()),
        Terms::Floor => Some("floor".to_owned()),
    };
    let seen = row.seen.as_ref().filter(|_| !row.terms.compares());
    let seen = seen.map(|seen| format!("{} connections per request", number(seen.accepts_per_request)));
    let unproven = row.unproven.then(|| "unproven".to_owned());
    let invalid: usize = row.invalid.values().sum();
    let invalid = (invalid > 0).then(|| format!("{invalid} invalid"));
    let flags = row.flags.iter().map(|flag| flag.mark().to_owned());
    let unsteady = is_unsteady(row).then(|| "not steady".to_owned());
    terms
        .into_iter()
        .chain(seen)
        .chain(unproven)
        .chain(invalid)
        .chain(flags)
        .chain(unsteady)
        .chain(open_loop::note(row))
        .collect::<Vec<_>>()
        .join(", ")
}
