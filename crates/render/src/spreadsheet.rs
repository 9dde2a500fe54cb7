//! Figures as CSV, in plain units, empty where there is none: a line per section and cell, and longer tables of
//! percentiles and phases.

use analysis::distribution::Distribution;
use analysis::figure::Figure;
use analysis::report_data::ReportData;
use analysis::row::{Floors, Row};
use analysis::summary::Summary;
use measure::result::Terms;

use crate::open_loop;

/// The figures of all sections as CSV with a header.
///
/// # Errors
/// None that a summary can cause: the writer's target is memory.
pub fn csv(summaries: &[Summary]) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER.iter().chain(&open_loop::HEADER))?;
    for summary in summaries {
        for row in summary.all() {
            let figures = row.figures.as_ref();
            // Of what is done in memory, the client's CPU is told and nothing else.
            let whole = figures.filter(|_| row.terms != Terms::Floor);
            let median = |pick: &dyn Fn(&analysis::row::Figures) -> Option<Figure>| {
                whole.and_then(pick).map_or_else(String::new, |figure| figure.median.to_string())
            };
            let client = figures.map(|figures| figures.client_us);
            let ratio = figures.and_then(|figures| figures.tls_tax).map(|tax| tax.ratio);
            let record = [
                summary.section.clone(),
                row.cell.to_string(),
                row.counted.to_string(),
                median(&|f| Some(f.per_second)),
                median(&|f| f.p50_ns),
                median(&|f| f.p99_ns),
                client.map_or_else(String::new, |figure| figure.median.to_string()),
                client.map_or_else(String::new, |figure| figure.low.to_string()),
                client.map_or_else(String::new, |figure| figure.high.to_string()),
                figures.and_then(|f| f.user_share).map_or_else(String::new, |share| format!("{share:.4}")),
                median(&|f| Some(f.origin_us)),
                median(&|f| Some(f.memory_bytes)),
                median(&|f| f.in_flight),
                median(&|f| f.client_in_flight),
                median(&|f| f.loop_late_ns),
                median(&|f| f.held),
                median(&|f| f.threads),
                median(&|f| f.tls_tax.map(|tax| tax.added_us)),
                median(&|f| f.tls_tax.map(|tax| tax.ratio)),
                ratio.map_or_else(String::new, |ratio| ratio.low.to_string()),
                ratio.map_or_else(String::new, |ratio| ratio.high.to_string()),
                row.flags.iter().map(|flag| flag.mark()).collect::<Vec<_>>().join(" "),
                row.invalid.keys().cloned().collect::<Vec<_>>().join("; "),
                row.libraries.join("; "),
            ];
            let floors = figures.and_then(|figures| figures.floors);
            let record = record.into_iter().chain(distances(floors.as_ref())).chain(around(row));
            writer.write_record(record.chain(open_loop::record(&summary.workload, row)))?;
        }
    }
    text(writer)
}

/// What is told of a row beside its figures: its warm-up, and how steady it was.
fn around(row: &Row) -> [String; 4] {
    let median = |figure: Option<Figure>| figure.map_or_else(String::new, |figure| figure.median.to_string());
    [
        median(row.warm_up.map(|warm_up| warm_up.requests)),
        median(row.warm_up.map(|warm_up| warm_up.cpu_ms)),
        row.drift.map_or_else(String::new, |drift| format!("{:.4}", drift.change)),
        row.drift.map_or_else(String::new, |drift| (!drift.steady).to_string()),
    ]
}

/// Each distance with its interval.
fn distances(floors: Option<&Floors>) -> Vec<String> {
    let all = floors.map_or([None; 3], |floors| [floors.tls, floors.primitives, floors.net]);
    let ends = |figure: Option<Figure>| figure.map(|figure| [figure.median, figure.low, figure.high]);
    all.into_iter()
        .flat_map(|figure| {
            ends(figure).map_or_else(|| [const { String::new() }; 3], |ends| ends.map(|end| end.to_string()))
        })
        .collect()
}

/// Latency by percentile, a line per cell and percentile: section, cell, quantile (0 to 1), ns.
///
/// # Errors
/// As [`csv()`].
pub fn percentiles(data: &ReportData<'_>) -> Result<String, csv::Error> {
    long(data, "quantile", |distribution| {
        distribution.percentiles.iter().map(|(quantile, ns)| (quantile.to_string(), *ns)).collect()
    })
}

/// Mean time by phase, a line per cell and phase: section, cell, phase, ns.
///
/// # Errors
/// As [`csv()`].
pub fn phases(data: &ReportData<'_>) -> Result<String, csv::Error> {
    long(data, "phase", |distribution| {
        distribution.phases.iter().map(|(phase, ns)| (phase.name().to_owned(), *ns)).collect()
    })
}

/// A line per cell and key.
fn long(
    data: &ReportData<'_>,
    key: &str,
    pick: impl Fn(&Distribution) -> Vec<(String, f64)>,
) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["section", "cell", key, "ns"])?;
    for (number, summary) in data.summaries.iter().enumerate() {
        for (row, distribution) in data.rows(number) {
            for (name, ns) in pick(distribution) {
                writer.write_record([&summary.section, &row.cell.to_string(), &name, &format!("{ns:.0}")])?;
            }
        }
    }
    text(writer)
}

fn text(writer: csv::Writer<Vec<u8>>) -> Result<String, csv::Error> {
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const HEADER: [&str; 37] = [
    "section",
    "cell",
    "rounds_counted",
    "requests_per_second",
    "p50_ns",
    "p99_ns",
    "client_cpu_us_per_request",
    "client_cpu_low",
    "client_cpu_high",
    "client_user_share",
    "origin_cpu_us_per_request",
    "peak_memory_bytes",
    "most_in_flight_origin",
    "most_in_flight_client",
    "loop_late_ns",
    "threads_held_share",
    "threads",
    "tls_tax_us_per_request",
    "tls_tax_ratio",
    "tls_tax_ratio_low",
    "tls_tax_ratio_high",
    "flags",
    "invalid",
    "libraries",
    "tls_tax_over_memory_floor",
    "tls_tax_over_memory_floor_low",
    "tls_tax_over_memory_floor_high",
    "tls_tax_over_primitives_floor",
    "tls_tax_over_primitives_floor_low",
    "tls_tax_over_primitives_floor_high",
    "plain_over_sockets_floor",
    "plain_over_sockets_floor_low",
    "plain_over_sockets_floor_high",
    "warm_up_requests",
    "warm_up_cpu_ms",
    "latency_drift_share",
    "not_steady",
];
