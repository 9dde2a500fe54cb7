//! Seconds against the number of requests: measured, published, and the slides' model.

use analysis::report_data::ReportData;
use plotters::style::RGBColor;
use talk::published::{self, Python};
use talk::slides::{ASSUMED, Costs};
use talk::stage_result::{StageResult, judge};

use super::super::chart::{Chart, ChartError};
use super::super::lines::{Axis, Lines, Series};
use super::super::panel::{Panel, Runs};

/// The two stages that the slides show.
const FAST: &str = "1-recv";
const SLOW: &str = "2-recv";

/// The colours of the slow stage, the fast one and the one without concurrency.
const SLOW_COLOUR: RGBColor = RGBColor(0xb9, 0x1e, 0x00);
const FAST_COLOUR: RGBColor = RGBColor(0x14, 0x50, 0xa5);
const SERIAL_COLOUR: RGBColor = RGBColor(0x8c, 0x5f, 0x3c);

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "times",
    heading: "Ten requests, one second or ten",
    intro: "Measured, published, and as the slides model it.",
    folded: false,
    runs: Runs::Talk,
    words: None,
    charts,
};

/// One chart if these stages ran with at least two numbers of requests.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let measured = [measured(data, SLOW), measured(data, FAST), measured(data, "serial")];
    if measured.iter().all(|points| points.len() < 2) {
        return Ok(Vec::new());
    }
    let delay = measured.iter().flatten().map(|verdict| verdict.delay).fold(0.0, f64::max);
    let [slow, fast, serial] = &measured;
    let mut series = vec![
        of_measured("stage 2, measured", SLOW_COLOUR, slow),
        of_measured("stage 1, measured", FAST_COLOUR, fast),
        of_measured("serial, measured", SERIAL_COLOUR, serial),
        of_published("stage 2, published (Python 2.7)", SLOW_COLOUR, "2", delay),
        of_published("stage 1, published (Python 2.7)", FAST_COLOUR, "1", delay),
    ];
    let scaled = Costs { send: ASSUMED.send * delay, work: delay, receive: ASSUMED.receive * delay };
    series.push(of_model_of_slides("slides' model, one by one", &|n| scaled.one_by_one(n)));
    series.push(of_model_of_slides("slides' model, together", &|n| scaled.together(n)));
    series.retain(|series| !series.points.is_empty());
    let title = "Seconds against the number of requests";
    let lines = Lines {
        title,
        x: Axis { name: "requests", ticks: vec![3.0, 5.0, 10.0], tick: &|n| format!("{n:.0}"), log: false },
        y: Axis {
            name: "seconds",
            ticks: (0..=11).map(|second| f64::from(second) * delay).collect(),
            tick: &|seconds| format!("{seconds:.1}"),
            log: false,
        },
        series,
    };
    let description = "Slow stages grow by one service time per request, fast ones hardly. Published times stand for a \
                       service time of one second and are scaled to this run's.";
    Ok(vec![Chart::of("times", title, description, &lines.draw()?)])
}

/// Their results by rising number of requests, up to ten: larger numbers would need another scale.
fn measured(data: &ReportData<'_>, stage: &str) -> Vec<StageResult> {
    let mut found: Vec<StageResult> = data
        .sections()
        .filter_map(|(section, _)| {
            let cell =
                section.cells.iter().find(|cell| cell.model == "talk" && cell.client == stage && cell.is_tls())?;
            judge(data.trials.of(section, cell).first()?, &section.workload)
        })
        .filter(|verdict| verdict.n <= 10)
        .collect();
    found.sort_by_key(|verdict| verdict.n);
    found
}

fn of_measured(name: &str, color: RGBColor, verdicts: &[StageResult]) -> Series {
    line(name, color, "", verdicts.iter().map(|verdict| (verdict.n as f64, verdict.seconds)).collect())
}

fn of_published(name: &str, color: RGBColor, stage: &str, delay: f64) -> Series {
    let points =
        [3, 5, 10].into_iter().filter_map(|n| Some((n as f64, published::of(stage, Python::V27, n)?.seconds * delay)));
    line(name, color, "6 3", points.collect())
}

fn of_model_of_slides(name: &str, total: &dyn Fn(u64) -> f64) -> Series {
    line(name, RGBColor(0x80, 0x80, 0x80), "2 3", [3_u64, 5, 10].map(|n| (n as f64, total(n))).to_vec())
}

fn line(name: &str, color: RGBColor, dashes: &'static str, points: Vec<(f64, f64)>) -> Series {
    let told = points.iter().map(|(n, seconds)| format!("{name}: {seconds:.2} s for {n} requests")).collect();
    Series { cell: name.to_owned(), name: name.to_owned(), color, dashes, points, told }
}
