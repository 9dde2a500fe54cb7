//! The charts of a report in groups, in the order of the page.

use analysis::report_data::ReportData;

use crate::bills;
use crate::charts::{self, Chart, ChartError};

/// Charts that belong together.
pub(crate) struct Panel {
    pub(crate) id: &'static str,
    pub(crate) heading: &'static str,
    pub(crate) intro: &'static str,
    /// Whether it is collapsed at first.
    pub(crate) folded: bool,
    /// The charts' conclusions, in words.
    pub(crate) told: Vec<String>,
    /// Its charts.
    pub(crate) charts: Vec<Chart>,
}

/// Draws all charts of a result, in the order of the page.
///
/// # Errors
/// When the chart library refuses, which none of its rules gives it reason to.
pub(crate) fn panels(data: &ReportData<'_>) -> Result<Vec<Panel>, ChartError> {
    let panels = if data.is_talk() { of_talk(data)? } else { of_matrix(data)? };
    let panels = of_bills(data)?.into_iter().chain(panels);
    Ok(panels.filter(|panel| !panel.charts.is_empty()).collect())
}

/// The bills are the purpose of a profiled run, so they come before everything else.
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
