//! The report as Markdown: decisions, tables and links to the charts, for places that do not show HTML.

use analysis::report_data::ReportData;

use crate::charts::Chart;
use crate::decisions::decisions;
use crate::markdown_escape::escaped;
use crate::table::markdown as writer;
use crate::tables::{cells, derived};
use crate::verdict::before_choices;
use crate::{bills, drift, open_loop, run_facts, warm_up};

/// The whole report, without charts.
pub fn text(data: &ReportData<'_>) -> String {
    report(data, [].into_iter())
}

/// The whole report with links to its charts.
pub(crate) fn report<'a>(data: &ReportData<'_>, charts: impl Iterator<Item = &'a Chart>) -> String {
    let run = &data.result.run;
    let command = escaped(&shell_words::join(&run.command));
    let mut text = format!("# {}\n\n{command}, begun {}.\n", run_facts::title(data), run.started);
    let mut put = |line: String| {
        text.push_str(&line);
        text.push('\n');
    };
    if let Some(about) = &run.scenario {
        put(format!("\n{}", escaped(&about.why)));
    }
    for problem in data.problems() {
        put(format!("\n**{}**", escaped(problem)));
    }
    for said in before_choices(data) {
        put(format!("\n{}", escaped(&said)));
    }
    let decisions = if data.is_talk() { Vec::new() } else { decisions(&data.summaries, run.order) };
    if !decisions.is_empty() {
        put("\n## What to choose".to_owned());
    }
    for decision in decisions {
        put(format!("\n### {}\n\n{}\n", escaped(&decision.when), escaped(&decision.choose)));
        decision.others.iter().for_each(|others| put(writer::write(others)));
        for sentence in decision.matters.iter().chain(&decision.taxes) {
            put(format!("\n{}", escaped(sentence)));
        }
    }
    for summary in &data.summaries {
        put(format!("\n## {}\n", escaped(&summary.section)));
        put(cells::markdown(summary));
        open_loop::sentences(summary).iter().for_each(|told| put(format!("{}\n", escaped(told))));
        let told = drift::lines(summary).into_iter().chain(warm_up::line(summary));
        told.for_each(|line| put(format!("- {}", escaped(&line))));
    }
    for table in derived::tables(data) {
        put(format!("## {}\n\n{}\n", escaped(&table.title), escaped(&table.intro)));
        put(writer::write(&table));
    }
    if !data.bills.is_empty() {
        let table = bills::page_table::page(&data.bills.sheet);
        put(format!("## {}\n\n{}\n", escaped(&table.title), escaped(&table.intro)));
        bills::reading::paragraphs(&data.bills.sheet).iter().for_each(|told| put(format!("{}\n", escaped(told))));
        put(writer::write(&table));
    }
    let charts: Vec<String> =
        charts.map(|chart| format!("- [{}]({}.svg)\n", escaped(&chart.title), chart.id)).collect();
    if !charts.is_empty() {
        put(format!("## Charts\n\n{}", charts.concat()));
    }
    put("## About this run\n".to_owned());
    run_facts::facts(data.result).iter().for_each(|fact| put(format!("- {}: {}", fact.name, escaped(&fact.text))));
    text
}
