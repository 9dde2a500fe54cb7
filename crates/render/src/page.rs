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

use crate::bills;
use crate::bills::folder::links;
use crate::charts::{self, Chart, ChartError};
use crate::decisions::{DecisionText, decisions};
use crate::drift;
use crate::field::Field;
use crate::format::{memory, number, time, with_interval};
use crate::heading::{self, BLOCKS, Fact, title};
use crate::in_memory::{self, Table};
use crate::{axis_comparison, floors, open_loop, warm_up};

/// Charts that belong together.
pub struct Panel {
    id: &'static str,
    heading: &'static str,
    intro: &'static str,
    /// Whether it waits to be asked for.
    folded: bool,
    /// What its charts say, in words.
    told: Vec<String>,
    /// Its charts.
    pub charts: Vec<Chart>,
}

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
    fields: Vec<Field>,
}

/// Draws all charts of a result, in the order of the page.
///
/// # Errors
/// When the chart library refuses, which none of its rules gives it reason to.
pub fn panels(data: &ReportData<'_>) -> Result<Vec<Panel>, ChartError> {
    let panels = if data.is_talk() { of_talk(data)? } else { of_matrix(data)? };
    let panels = of_bills(data)?.into_iter().chain(panels);
    Ok(panels.filter(|panel| !panel.charts.is_empty()).collect())
}

/// A profiled run is about its bills: they come before everything else.
fn of_bills(data: &ReportData<'_>) -> Result<Vec<Panel>, ChartError> {
    let sheet = &data.bills.sheet;
    let panel = |id, heading, intro, told, charts| Panel { id, heading, intro, folded: false, told, charts };
    Ok(vec![
        panel(
            "bill",
            "Where the CPU time of a request goes",
            "CPU time of the client's process per request by class of work, from samples of it; the line at a bar's \
             end is the 95 % interval of sampling. Pale bars marked ✗ do not account for the process's CPU clock; of \
             those marked * something is missing that the table of bills names. Time spent waiting is on no bill.",
            Vec::new(),
            charts::bill::charts(sheet)?,
        ),
        panel(
            "bill-tax",
            "What TLS adds, item by item",
            "The bill over TLS without that of the plain request, class by class: what TLS saves stands left of zero.",
            bills::reading::paragraphs(sheet),
            charts::bill::taxes(sheet)?,
        ),
    ])
}

fn of_talk(data: &ReportData<'_>) -> Result<Vec<Panel>, ChartError> {
    let panel = |id, heading, intro, charts| Panel { id, heading, intro, folded: false, told: Vec::new(), charts };
    Ok(vec![
        panel(
            "stages",
            "The same program, slow or fast",
            "The same requests, all opened together. What differs is how the TLS layer waits: it holds the thread, or \
             gives it away. Square by square as the talk has it; what did not come out as published is framed.",
            charts::stages::matrix::charts(data)?,
        ),
        panel(
            "times",
            "Ten requests, one second or ten",
            "Measured, published, and as the slides model it.",
            charts::stages::times::charts(data)?,
        ),
        panel(
            "lanes",
            "Who waited for whom",
            "A lane per request. Look for dark red: a request that waits and holds the only thread, so that all \
             others, open as they are, stand still. Pale blue waits too, and costs nobody anything.",
            charts::stages::lanes::charts(data)?,
        ),
    ])
}

fn of_matrix(data: &ReportData<'_>) -> Result<Vec<Panel>, ChartError> {
    let panel = |id, heading, intro, folded, charts| Panel { id, heading, intro, folded, told: Vec::new(), charts };
    Ok(vec![
        panel(
            "tax",
            "What TLS costs",
            "Client CPU that TLS adds to a request, by model and stack, with the plain request beside it. Darker is a \
             greater ratio.",
            false,
            charts::tax_map::charts(data)?,
        ),
        panel(
            "cpu",
            "Client CPU per request",
            "What a user pays for: CPU time of the client's process per request, in user mode (full) and in the kernel \
             (pale), with the interval of the whole. The split is a sample of timer ticks, the whole is exact.",
            false,
            charts::cpu::charts(data)?,
        ),
        panel(
            "rate",
            "Requests per second",
            "On a shared machine rates drift more than CPU time does. Pale bars are lower bounds: the origin was busy.",
            false,
            charts::rate::charts(data)?,
        ),
        panel(
            "latency",
            "Latency by percentile",
            "From when a request was due. Entries of a legend switch their line off.",
            true,
            charts::percentiles::charts(data)?,
        ),
        panel(
            "phases",
            "Where a request's time goes",
            "Means of the phases of a request over a new connection. At many requests in flight most of a phase is \
             waiting for the CPU.",
            true,
            charts::phases::charts(data)?,
        ),
        panel(
            "scaling",
            "Scaling with concurrency",
            "Where a run swept the number of requests in flight.",
            true,
            charts::scaling::charts(data)?,
        ),
        panel(
            "timelines",
            "Timelines",
            "Requests of one trial, a lane each: of the cell over TLS that was done soonest and of the one that took \
             longest.",
            true,
            charts::timeline::charts(data)?,
        ),
    ])
}

/// The page with these charts.
///
/// # Errors
/// None that the data can cause: the template was checked when it was compiled.
pub fn html(data: &ReportData<'_>, panels: &[Panel]) -> Result<String, askama::Error> {
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
        tables: tables(data),
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

/// The tables beside that of all cells, those that have rows.
pub(crate) fn tables(data: &ReportData<'_>) -> Vec<Table> {
    let summaries = &data.summaries;
    let mut tables = vec![axis_comparison::page_table(summaries), floors::page_table(summaries)];
    tables.retain(|table| !table.rows.is_empty());
    tables.extend(in_memory::tables(&data.result.in_memory));
    tables
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
        heading::facts(result).into_iter().map(|Fact { name, text }| (name, text)).collect();
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
        Some(figure) => Field::of(say(figure), figure.median),
        None => Field::empty(),
    };
    let median = |figure: Option<Figure>, say: fn(f64) -> String| field(figure, &|figure| say(figure.median));
    let tax = figures.and_then(|figures| figures.tls_tax);
    let fields = vec![
        Field::words(summary.section.clone()),
        field(figures.map(|f| f.client_us), &|figure| with_interval(&figure)),
        match figures.and_then(|figures| figures.user_share) {
            Some(share) => Field::of(format!("{:.0}", share * 100.0), share),
            None => Field::empty(),
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
        Field::of(row.counted.to_string(), row.counted as f64),
        Field::words(notes(row)),
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
