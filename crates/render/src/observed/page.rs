//! The page of an observed command: one HTML file that opens from disk, needs no script, and loads nothing from a
//! network.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use askama::Template;
use diagnosis::{Advice, Diagnosis, Finding};
use observation::{MOST_EXCHANGES, Observation, ObserveMode, Runtime};

use super::finding::{MOST, advice_for, cost, gain, headline, next, overlap, runtimes, title, verdict};
use super::hosts;
use super::inline_code::{Part, marked};
use super::pass::{counts, horizon_ns, name, took, traffic};
use super::sanitize::{SENTENCE, sanitize};
use super::spent;
use crate::charts::{Chart, ChartError, observed as charts};
use crate::files::PAGE;
use crate::folder::{self, FolderError, ReportFile};
use crate::format::time;
use crate::table::column::{Column, table};
use crate::table::{Look, Table};

/// Why a page could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A chart could not be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The template could not be filled in.
    #[error("filling in the page: {0}")]
    Page(#[from] askama::Error),
    /// The folder could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

#[derive(Template)]
#[template(path = "observed.html")]
struct Page<'a> {
    headline: String,
    /// The table of where the time went.
    spent: Table,
    verdict: String,
    reasons: Vec<String>,
    command: String,
    subtitle: String,
    passes: Vec<Heading>,
    findings: Vec<Card>,
    overlap: Option<&'a str>,
    charts: &'a [Chart],
    /// The number of requests of a connection that are drawn individually.
    kept: usize,
    counts: Table,
    hosts: Vec<Table>,
    notes: Vec<Vec<Part>>,
    next: Vec<String>,
    style: &'a str,
}

/// The summary of a run at the top of the page.
struct Heading {
    name: &'static str,
    took: String,
    traffic: String,
}

/// A finding as it is shown on the page.
struct Card {
    code: String,
    title: String,
    confidence: &'static str,
    evidence: Vec<Vec<Part>>,
    /// What fixing it would save in this run.
    gain: Option<String>,
    /// The cost, and how it was computed.
    cost: Option<(String, String)>,
    /// Advice for the observed program: the library or tool, and what to do.
    advice: Vec<(String, Vec<Part>)>,
    /// Advice for other programs.
    others: Vec<(String, Vec<Part>)>,
}

/// Writes `index.html` into `dir`, which is created if it doesn't exist, together with a picture of each run
/// (`lanes-https.svg`), and returns its path. Files of an earlier report in that folder are replaced, other files are
/// not touched.
///
/// # Errors
/// A file of the same name exists that was not written by a report, or the system refuses. No data causes an error.
pub fn write(dir: &Path, observation: &Observation, diagnosis: &Diagnosis) -> Result<PathBuf, PageError> {
    folder::write(dir, &files(observation, diagnosis)?)?;
    Ok(dir.join(PAGE))
}

/// The files of the page and its pictures.
pub(crate) fn files(observation: &Observation, diagnosis: &Diagnosis) -> Result<Vec<ReportFile>, PageError> {
    let charts = charts::charts(observation)?;
    let page = html(observation, diagnosis, &charts)?;
    let file = |name: String, text: String| ReportFile { name, bytes: text.into_bytes() };
    let pictures = charts.iter().map(|chart| file(format!("{}.svg", chart.id), chart.file()));
    Ok([file(PAGE.to_owned(), page)].into_iter().chain(pictures).collect())
}

fn html(observation: &Observation, diagnosis: &Diagnosis, charts: &[Chart]) -> Result<String, askama::Error> {
    let (verdict, reasons) = verdict(diagnosis);
    let sentences = |texts: &[String]| texts.iter().take(MOST).map(|text| marked(&sanitize(text, SENTENCE))).collect();
    let runtimes = runtimes(observation);
    let page = Page {
        headline: headline(diagnosis),
        spent: spent::table(diagnosis),
        verdict,
        reasons,
        command: sanitize(&shell_words::join(&observation.command), SENTENCE),
        subtitle: subtitle(observation),
        passes: observation
            .passes
            .iter()
            .map(|pass| Heading { name: name(pass.transport), took: took(pass), traffic: traffic(pass) })
            .collect(),
        findings: diagnosis.findings.iter().take(MOST).map(|one| card(one, diagnosis, &runtimes)).collect(),
        overlap: overlap(diagnosis),
        kept: MOST_EXCHANGES,
        charts,
        counts: count_table(observation),
        hosts: hosts::tables(observation),
        notes: sentences(&diagnosis.notes),
        next: next(observation, diagnosis),
        style: concat!(include_str!("../../templates/page.css"), include_str!("../../templates/observed.css")),
    };
    page.render()
}

fn subtitle(observation: &Observation) -> String {
    let how = match (observation.via, observation.service_ns) {
        (ObserveMode::Url, Some(ns)) => {
            format!("with the URL of an origin that takes {} for each response", time(ns as f64))
        }
        (ObserveMode::Url, None) => "with the URL of an origin".to_owned(),
        (ObserveMode::Proxy, _) => "through a proxy to its own hosts".to_owned(),
    };
    // Fractions of the second in which it began are of no interest.
    let began = observation.began.split_once('.').filter(|(_, fraction)| fraction.ends_with('Z'));
    let began = began.map_or_else(|| observation.began.clone(), |(second, _)| format!("{second}Z"));
    let (began, version) = (sanitize(&began, 40), sanitize(&observation.tlstax, 40));
    let span = time(horizon_ns(observation) as f64);
    format!("Observed {how}, started {began}, charts span {span}, tlstax {version}")
}

fn card(finding: &Finding, diagnosis: &Diagnosis, runtimes: &BTreeSet<Runtime>) -> Card {
    let text = |text: &String| sanitize(text, SENTENCE);
    let line = |advice: &Advice| {
        (advice.of.as_ref().map_or_else(String::new, |of| sanitize(of, 80)), marked(&text(&advice.text)))
    };
    let here = advice_for(finding, runtimes);
    let others = finding.advice.iter().take(MOST).filter(|advice| !here.contains(advice));
    Card {
        code: finding.code.to_string(),
        title: title(finding),
        confidence: finding.confidence.word(),
        evidence: finding.evidence.iter().take(MOST).map(|evidence| marked(&text(evidence))).collect(),
        gain: gain(finding, diagnosis),
        cost: finding.cost.as_ref().map(|costs| (cost(costs), text(&costs.how))),
        others: others.map(line).collect(),
        advice: here.into_iter().map(line).collect(),
    }
}

/// A table with a row for each count and a column for each run. Counts that no run has are omitted.
fn count_table(observation: &Observation) -> Table {
    let of_passes: Vec<_> = observation.passes.iter().map(counts).collect();
    let value =
        |pass: usize, row: usize| of_passes.get(pass).and_then(|counts| counts.get(row)).map(|(_, value)| value);
    let names: Vec<&str> = of_passes.first().into_iter().flatten().map(|(name, _)| *name).collect();
    let mut columns = vec![Column::new("", |row: &usize| names.get(*row).copied())];
    columns.extend(
        observation.passes.iter().enumerate().map(|(pass, observed)| {
            Column::new(name(observed.transport), move |row: &usize| value(pass, *row).cloned())
        }),
    );
    let told = |row: &usize| (0..of_passes.len()).any(|pass| value(pass, *row).is_some_and(|text| !text.is_empty()));
    table(&columns, (0..names.len()).filter(told)).looking(Look::Counts)
}

#[cfg(test)]
mod tests;
