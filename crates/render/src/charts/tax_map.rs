//! The tax map: what TLS adds to a request, by model and stack, beside the plain twin.

use analysis::report_data::ReportData;
use analysis::row::Row;
use analysis::summary::Summary;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::Canvas;
use super::chart::{Chart, ChartError, NARROW, WIDTH, ink, label, title_of};
use super::palette::{INK, luminance, scale};
use super::panel::{Panel, Runs};
use crate::format::number;

/// Measures of the grid, pixels. On a narrow page a name stands above its squares.
const NAMES: i32 = 210;
const NAME_ABOVE: i32 = 18;
const HEADING: i32 = 30;
const COLUMN: i32 = 118;
const ROW: i32 = 26;
const ABOVE: i32 = 74;

/// The panel.
pub(crate) const PANEL: Panel = Panel {
    id: "tax",
    heading: "What TLS costs",
    intro: "Client CPU that TLS adds to a request, by model and stack, with the plain request beside it. The further a \
            square's colour is from the page's, the greater the ratio.",
    folded: false,
    runs: Runs::Matrix,
    words: None,
    charts,
};

/// One map of the whole run; none if no row has a tax.
fn charts(data: &ReportData<'_>) -> Result<Vec<Chart>, ChartError> {
    let columns = columns(&data.summaries);
    let ratios =
        || columns.iter().flat_map(|column| column.summary.rows.iter().filter_map(tax).map(|(_, ratio)| ratio));
    let Some(greatest) = ratios().max_by(f64::total_cmp) else { return Ok(Vec::new()) };
    let title = "TLS tax: client CPU added to a request, µs (× the plain request)";
    let pairs = pairs(&columns);
    let (width, height) = (NAMES + COLUMN * columns.len() as i32 + 12, ABOVE + ROW * pairs.len() as i32 + 12);
    let canvas = Canvas::new((width as u32).max(WIDTH), height as u32);
    let root = canvas.clone().into_drawing_area();
    title_of(&root, title)?;
    for (number, column) in columns.iter().enumerate() {
        let middle = NAMES + COLUMN * number as i32 + COLUMN / 2;
        let centred = || label().pos(Pos::new(HPos::Center, VPos::Center));
        root.draw(&Text::new(column.summary.section.clone(), (middle, 40), centred()))?;
        root.draw(&Text::new(column.tls.to_owned(), (middle, 58), centred()))?;
    }
    for (number, (model, client)) in pairs.iter().enumerate() {
        let middle = ABOVE + ROW * number as i32 + ROW / 2;
        let right = label().pos(Pos::new(HPos::Right, VPos::Center));
        root.draw(&Text::new(format!("{model}/{client}"), (NAMES - 8, middle), right))?;
        for (number, column) in columns.iter().enumerate() {
            if let Some(row) = column.row(model, client) {
                square(&root, &canvas, row, (NAMES + COLUMN * number as i32, middle, COLUMN), greatest)?;
            }
        }
    }
    let description = "Rows are models with their clients, columns sections with their TLS stacks. A plain column \
                       holds client CPU per request; a TLS column what TLS adds to it, and the ratio; darker is a \
                       greater ratio.";
    let chart = Chart::of("tax-map", title, description, &canvas);
    Ok(vec![chart.with_narrow(description, &narrow(&columns, &pairs, greatest)?)])
}

/// The same map with its sections below each other.
fn narrow(columns: &[Column<'_>], pairs: &[(&str, &str)], greatest: f64) -> Result<Canvas, ChartError> {
    let sections: Vec<&[Column<'_>]> = columns.chunk_by(|a, b| std::ptr::eq(a.summary, b.summary)).collect();
    let has = |section: &[Column<'_>], (model, client): (&str, &str)| {
        section.iter().any(|column| column.row(model, client).is_some())
    };
    let rows = |section: &[Column<'_>]| pairs.iter().filter(|pair| has(section, **pair)).count() as i32;
    let height: i32 = sections.iter().map(|section| HEADING + NAME_ABOVE + rows(section) * (NAME_ABOVE + ROW)).sum();
    let canvas = Canvas::new(NARROW, height as u32 + 12);
    let root = canvas.clone().into_drawing_area();
    let left = || label().pos(Pos::new(HPos::Left, VPos::Center));
    let mut top = 0;
    for section in sections {
        let Some(first) = section.first() else { continue };
        let width = NARROW as i32 / section.len() as i32;
        let bold = ("sans-serif", 13, FontStyle::Bold).into_font().color(&INK);
        let bold = bold.pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(first.summary.section.clone(), (2, top + HEADING / 2), bold))?;
        top += HEADING;
        for (number, column) in section.iter().enumerate() {
            let at = (width * number as i32 + width / 2, top + NAME_ABOVE / 2);
            let centred = label().pos(Pos::new(HPos::Center, VPos::Center));
            root.draw(&Text::new(column.tls.to_owned(), at, centred))?;
        }
        top += NAME_ABOVE;
        for (model, client) in pairs.iter().filter(|pair| has(section, **pair)) {
            root.draw(&Text::new(format!("{model}/{client}"), (2, top + NAME_ABOVE / 2), left()))?;
            top += NAME_ABOVE;
            for (number, column) in section.iter().enumerate() {
                if let Some(row) = column.row(model, client) {
                    square(&root, &canvas, row, (width * number as i32, top + ROW / 2, width), greatest)?;
                }
            }
            top += ROW;
        }
    }
    Ok(canvas)
}

fn square(
    root: &DrawingArea<Canvas, plotters::coord::Shift>,
    canvas: &Canvas,
    row: &Row,
    (left, middle, width): (i32, i32, i32),
    greatest: f64,
) -> Result<(), ChartError> {
    let corners = [(left + 1, middle - ROW / 2 + 1), (left + width - 1, middle + ROW / 2 - 1)];
    let centred = || label().pos(Pos::new(HPos::Center, VPos::Center));
    let at = (left + width / 2, middle);
    let told = told(row);
    let class = if tax(row).is_some() { "row scale" } else { "row" };
    canvas.open(class, Some(&row.cell.to_string()), &told.1);
    match tax(row) {
        Some((_, ratio)) => {
            // Logarithmic: from 2 to 4 is as much as from 4 to 8.
            let share = if greatest > 1.0 { ratio.max(1.0).ln() / greatest.ln() } else { 0.0 };
            let color = scale(share);
            root.draw(&Rectangle::new(corners, color.filled()))?;
            // Not the page's ink: it must contrast with the square, on a light or dark page.
            let ink = if luminance(color) > 0.3 { &RGBColor(1, 1, 1) } else { &WHITE };
            root.draw(&Text::new(told.0, at, centred().color(ink)))?;
        }
        None => {
            root.draw(&Rectangle::new(corners, ink(0.25)))?;
            root.draw(&Text::new(told.0, at, centred()))?;
        }
    }
    canvas.close();
    Ok(())
}

/// The text in the square, and its text alternative.
fn told(row: &Row) -> (String, String) {
    let Some(figures) = &row.figures else { return ("–".to_owned(), format!("{}: no round counts", row.cell)) };
    let cpu = number(figures.client_us.median);
    match figures.tls_tax {
        Some(tax) => (
            format!("{:+.1} (×{:.1})", tax.added_us.median, tax.ratio.median),
            format!(
                "{}: TLS adds {} µs ({} to {}), {:.1} times the plain request ({:.1} to {:.1}); {cpu} µs in all",
                row.cell,
                number(tax.added_us.median),
                number(tax.added_us.low),
                number(tax.added_us.high),
                tax.ratio.median,
                tax.ratio.low,
                tax.ratio.high
            ),
        ),
        None => (cpu.clone(), format!("{}: {cpu} µs of client CPU per request", row.cell)),
    }
}

fn tax(row: &Row) -> Option<(f64, f64)> {
    let tax = row.figures.as_ref()?.tls_tax?;
    Some((tax.added_us.median, tax.ratio.median))
}

/// A section over one TLS stack.
struct Column<'a> {
    summary: &'a Summary,
    tls: &'a str,
}

impl Column<'_> {
    fn row(&self, model: &str, client: &str) -> Option<&Row> {
        self.summary
            .rows
            .iter()
            .find(|row| row.cell.tls == self.tls && row.cell.model == model && row.cell.client == client)
    }
}

/// Columns of sections in which anything has a tax.
fn columns(summaries: &[Summary]) -> Vec<Column<'_>> {
    let taxed = summaries.iter().filter(|summary| summary.rows.iter().any(|row| tax(row).is_some()));
    taxed.flat_map(|summary| summary.stacks().into_iter().map(move |tls| Column { summary, tls })).collect()
}

/// Models and clients that have a tax anywhere.
fn pairs<'a>(columns: &[Column<'a>]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = Vec::new();
    for row in columns.iter().flat_map(|column| &column.summary.rows).filter(|row| tax(row).is_some()) {
        let pair = (row.cell.model.as_str(), row.cell.client.as_str());
        if !pairs.contains(&pair) {
            pairs.push(pair);
        }
    }
    pairs
}
