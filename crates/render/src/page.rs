//! The page: one HTML file that opens from disk, loads nothing from the network, and shows everything without its
//! script too.

use analysis::report_data::ReportData;
use analysis::row::Row;
use analysis::summary::Summary;
use askama::Template;
use measure::result::{RunResult, TrialOrder};

use crate::charts::tax_map;
use crate::decisions::{DecisionText, decisions};
use crate::format::time;
use crate::panels::DrawnPanel;
use crate::run_facts::{self, BLOCKS, Fact, title};
use crate::table::Table;
use crate::tables::{cells, derived};
use crate::verdict::before_choices;
use crate::{bills, drift, open_loop, warm_up};

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    title: String,
    subtitle: String,
    problems: Vec<&'a String>,
    /// The sentences of the verdict.
    verdict: Vec<String>,
    /// Whether there are decisions to show.
    chooses: bool,
    decisions: &'a [DecisionText],
    caution: Option<&'a str>,
    /// The panel before the decisions, which they are read from.
    first: Vec<&'a DrawnPanel>,
    panels: Vec<&'a DrawnPanel>,
    bills: Option<Table>,
    tables: Vec<Table>,
    scenario: Option<&'a str>,
    cells: Table,
    about: Vec<(&'a str, String)>,
    command: String,
    invalid: Vec<String>,
    style: &'a str,
    script: &'a str,
}

/// The page with these charts.
///
/// # Errors
/// None that the data can cause: the template was checked when it was compiled.
pub(crate) fn html(data: &ReportData<'_>, panels: &[DrawnPanel]) -> Result<String, askama::Error> {
    let result = data.result;
    let talk = data.is_talk();
    let decisions = if talk { Vec::new() } else { decisions(&data.summaries, result.run.order) };
    let (first, panels) = panels.iter().partition(|drawn| drawn.panel.id == tax_map::PANEL.id);
    let page = Page {
        title: title(data).to_owned(),
        chooses: !talk,
        subtitle: subtitle(result),
        scenario: result.run.scenario.as_ref().map(|about| about.why.as_str()),
        problems: data.problems().collect(),
        verdict: before_choices(data),
        decisions: &decisions,
        caution: (result.run.order == TrialOrder::Blocks).then_some(BLOCKS),
        first,
        panels,
        bills: (!data.bills.is_empty()).then(|| bills::page_table::linked(&data.bills)),
        tables: derived::tables(data),
        cells: cells::page(&data.summaries),
        about: about(data),
        command: shell_words::join(&result.run.command),
        invalid: data.summaries.iter().flat_map(invalid).collect(),
        style: include_str!("../templates/page.css"),
        script: include_str!("../templates/page.js"),
    };
    page.render()
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
    about.extend(run.machine.allocator.clone().map(|allocator| ("allocator", allocator)));
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
