//! The talk's matrix: stages by how the client reads, fast or slow, with the published time beside the measured one.

use analysis::report_data::ReportData;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use talk::stage_result::{StageResult, judge};

use super::super::canvas::Canvas;
use super::super::chart::{Chart, ChartError, WIDTH, ink, label, title_of};
use super::super::panel::{Panel, Runs};

/// Measures of the grid, pixels.
const NAMES: i32 = 190;
const COLUMN: i32 = 150;
const ROW: i32 = 40;
const ABOVE: i32 = 62;

/// Colours for fast and slow that colour-blind readers can distinguish; the words are in the squares.
const FAST: RGBColor = RGBColor(0x9c, 0xc4, 0xe4);
const SLOW: RGBColor = RGBColor(0xf2, 0xa5, 0x7a);

/// The talk's rows, by the number of a stage.
const ROWS: [(&str, &str); 8] = [
    ("serial", "serial"),
    ("0-alone", "0: nothing beside"),
    ("0-beside-another", "0: another beside"),
    ("1", "1: cooperative TLS"),
    ("2", "2: blocking TLS"),
    ("3", "3: wrapped"),
    ("4-before", "4: patch reverted"),
    ("4", "4: patched"),
];

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "stages",
    heading: "The same program, slow or fast",
    intro: "The same requests, all opened together. What differs is how the TLS layer waits: it holds the thread, or \
            gives it away. Square by square as the talk has it; what did not come out as published is framed.",
    folded: false,
    runs: Runs::Talk,
    words: None,
    charts,
};

/// One matrix of the first section; none if it contains no stage.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let Some((section, _)) = data.sections().next() else { return Ok(Vec::new()) };
    let judged: Vec<(String, String, StageResult)> = section
        .cells
        .iter()
        .filter_map(|cell| {
            let trial = data.trials.of(section, cell).first()?;
            let (row, column) = place(&cell.client, &cell.tls)?;
            Some((row, column, judge(trial, &section.workload)?))
        })
        .collect();
    let mut columns: Vec<&str> = Vec::new();
    for (_, column, _) in &judged {
        if !columns.contains(&column.as_str()) {
            columns.push(column);
        }
    }
    if judged.is_empty() {
        return Ok(Vec::new());
    }
    let title = format!("Stage by client, {} over HTTPS: in flight at the origin, seconds (published)", section.name);
    let width = (NAMES + COLUMN * columns.len() as i32 + 12) as u32;
    let canvas = Canvas::new(width.max(WIDTH), (ABOVE + ROW * ROWS.len() as i32 + 10) as u32);
    let root = canvas.clone().into_drawing_area();
    title_of(&root, &title)?;
    let centred = || label().pos(Pos::new(HPos::Center, VPos::Center));
    for (number, column) in columns.iter().enumerate() {
        let middle = NAMES + COLUMN * number as i32 + COLUMN / 2;
        root.draw(&Text::new((*column).to_owned(), (middle, 46), centred()))?;
    }
    for (number, (row, name)) in ROWS.iter().enumerate() {
        let middle = ABOVE + ROW * number as i32 + ROW / 2;
        root.draw(&Text::new(
            (*name).to_owned(),
            (NAMES - 10, middle),
            label().pos(Pos::new(HPos::Right, VPos::Center)),
        ))?;
        for (number, column) in columns.iter().enumerate() {
            let Some((.., verdict)) = judged.iter().find(|(r, c, _)| r == row && c == column) else { continue };
            let left = NAMES + COLUMN * number as i32;
            let color = if verdict.in_flight > 1 { FAST } else { SLOW };
            canvas.open("row", None, &told(verdict));
            root.draw(&Rectangle::new(
                [(left + 1, middle - ROW / 2 + 1), (left + COLUMN - 1, middle + ROW / 2 - 1)],
                color.filled(),
            ))?;
            if !verdict.wrong.is_empty() {
                root.draw(&Rectangle::new(
                    [(left + 3, middle - ROW / 2 + 3), (left + COLUMN - 3, middle + ROW / 2 - 3)],
                    ink(1.0),
                ))?;
            }
            let dark = RGBColor(1, 1, 1);
            root.draw(&Text::new(words(verdict), (left + COLUMN / 2, middle - 8), centred().color(&dark)))?;
            root.draw(&Text::new(figures(verdict), (left + COLUMN / 2, middle + 9), centred().color(&dark)))?;
            canvas.close();
        }
    }
    let description = "Rows are stages, columns ways to read and interpreters. A square says fast or slow, how many \
                       requests the origin had in flight, and the time in seconds, the published one in brackets.";
    Ok(vec![Chart::of("stages", &title, description, &canvas)])
}

/// Row and column of a cell; `None` for controls and cures.
fn place(client: &str, tls: &str) -> Option<(String, String)> {
    if let Some((profile, stage)) = client.strip_prefix("py").and_then(|rest| rest.split_once("-stage-")) {
        return (tls != "plain").then(|| (stage.to_owned(), format!("Python {}", version(profile))));
    }
    if tls != "rustls" {
        return None;
    }
    let column = |reading: &str| format!("Rust, {reading}");
    match client {
        "serial" | "0-beside-another" => Some((client.to_owned(), column("recv"))),
        "0-alone" => Some((client.to_owned(), column("recv_into"))),
        "4-reverted" => Some(("4-before".to_owned(), column("recv_into"))),
        _ => {
            let (stage, reading) = client.split_once('-')?;
            let reading = match reading {
                "recv" => "recv",
                "recv-into" => "recv_into",
                _ => return None,
            };
            ROWS.iter().any(|(row, _)| *row == stage).then(|| (stage.to_owned(), column(reading)))
        }
    }
}

/// `3.11, today` for `311-today`.
fn version(profile: &str) -> String {
    let (digits, releases) = profile.split_once('-').unwrap_or((profile, ""));
    let split = digits.len().min(1);
    let comma = if releases.is_empty() { "" } else { ", " };
    format!("{}.{}{comma}{releases}", &digits[..split], &digits[split..])
}

fn words(verdict: &StageResult) -> String {
    let word = if verdict.in_flight > 1 { "fast" } else { "slow" };
    let wrong = if verdict.wrong.is_empty() { "" } else { ", NOT as published" };
    format!("{word}, {} in flight{wrong}", verdict.in_flight)
}

fn figures(verdict: &StageResult) -> String {
    let published = verdict.published.map_or_else(String::new, |seconds| format!(" ({seconds:.2})"));
    format!("{:.2} s{published}", verdict.seconds)
}

fn told(verdict: &StageResult) -> String {
    let wrong = if verdict.wrong.is_empty() { String::new() } else { format!("; {}", verdict.wrong.join("; ")) };
    format!("{}: {}{wrong}", words(verdict), figures(verdict))
}
