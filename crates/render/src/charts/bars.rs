//! Horizontal bars, a row each: stacks with an interval at their end, or lanes of time.

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::Canvas;
use super::chart::{ChartError, NARROW, WIDTH, ink, label, title_of};
use super::palette::{INK, luminance};

/// A chart of bars.
pub(crate) struct Bars<'a> {
    pub(crate) title: &'a str,
    /// The quantity on the axis, with its unit.
    pub(crate) axis: &'a str,
    /// The format of ticks.
    pub(crate) tick: &'a dyn Fn(&f64) -> String,
    /// The legend: colours and their meanings, unless colours stand for models.
    pub(crate) keys: Vec<(RGBColor, f64, String)>,
    pub(crate) rows: Vec<Bar>,
    pub(crate) shape: Shape,
}

/// Measures of a chart of bars, pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) width: u32,
    /// Space for the labels of rows.
    pub(crate) labels: u32,
    /// Space for the values after bars.
    pub(crate) values: u32,
    /// Height of a row.
    pub(crate) pitch: u32,
}

impl Shape {
    /// Labels of the axis that there is room for.
    fn ticks(self) -> usize {
        match self.width - self.labels - self.values {
            ..150 => 2,
            150..600 => 4,
            600.. => 8,
        }
    }

    /// A row per cell.
    pub(crate) const CELLS: Shape = Shape { width: WIDTH, labels: 250, values: 130, pitch: 18 };
    /// The same on a narrow page: labels, short values, and as much room for bars.
    pub(crate) const NARROW: Shape = Shape { width: NARROW, labels: 192, values: 52, pitch: 18 };
    /// A lane per request: no words.
    pub(crate) const LANES: Shape = Shape { width: WIDTH, labels: 0, values: 20, pitch: 8 };
    /// A lane per request of a stage, named.
    pub(crate) const STAGES: Shape = Shape { width: WIDTH, labels: 110, values: 40, pitch: 16 };
    /// A row per cell, high enough for words inside of bars.
    pub(crate) const LABELLED: Shape = Shape { width: WIDTH, labels: 230, values: 165, pitch: 24 };
    /// A bill alone, across a README.
    pub(crate) const STACKS: Shape = Shape { width: WIDTH, labels: 90, values: 165, pitch: 30 };
    /// Two of them fit side by side.
    pub(crate) const SMALL: Shape = Shape { width: 480, labels: 150, values: 46, pitch: 17 };
}

/// One row.
pub(crate) struct Bar {
    /// The cell it belongs to, for filters; rows of one cell's own chart have none.
    pub(crate) cell: Option<String>,
    pub(crate) label: String,
    /// Whether there is a gap before it.
    pub(crate) apart: bool,
    pub(crate) pieces: Vec<Piece>,
    /// The interval of the whole, and the position of its middle.
    pub(crate) interval: Option<(f64, f64)>,
    /// The value after it.
    pub(crate) value: String,
    /// The text alternative.
    pub(crate) told: String,
}

/// A part of a row.
pub(crate) struct Piece {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) color: RGBColor,
    pub(crate) opacity: f64,
    /// The piece's own text, unless the row's text says it all.
    pub(crate) part: Option<Part>,
}

/// The text of a piece.
pub(crate) struct Part {
    /// Its text alternative.
    pub(crate) told: String,
    /// The text inside it: the first of these that fits, if any.
    pub(crate) inside: Vec<String>,
}

/// Space above and below, pixels.
const ABOVE: u32 = 30;
const KEYS: u32 = 20;
const BELOW: u32 = 48;
/// The left edge of the legend.
const LEFT: i32 = 12;
/// Width of a letter inside a piece: slightly more than the mean at that size.
const INSIDE_WIDTH: i32 = 6;
/// The gap between groups of rows, in rows.
const GAP: f64 = 0.45;

impl Bars<'_> {
    /// Draws the chart.
    pub(crate) fn draw(&self) -> Result<Canvas, ChartError> {
        let gaps = self.rows.iter().filter(|row| row.apart).count() as f64 * GAP;
        let height = self.rows.len() as f64 + gaps;
        let Shape { width, labels, values, pitch } = self.shape;
        let keys = self.placed_keys();
        let above = ABOVE + keys.last().map_or(0, |(line, ..)| (line + 1) * KEYS);
        let canvas = Canvas::new(width, (height * f64::from(pitch)) as u32 + above + BELOW + 6);
        let root = canvas.clone().into_drawing_area();
        if width >= Shape::SMALL.width {
            title_of(&root, self.title)?;
        }
        self.draw_keys(&root, &keys)?;
        let greatest =
            self.rows.iter().flat_map(|row| row.interval.map(|(_, high)| high).into_iter().chain(row.ends()));
        let greatest = greatest.fold(0.0_f64, f64::max);
        let least = self.rows.iter().flat_map(|row| row.pieces.first()).map(|piece| piece.from);
        let lows = self.rows.iter().filter_map(|row| row.interval).map(|(low, _)| low);
        let least = least.chain(lows).fold(0.0_f64, f64::min);
        let to = if greatest > least { greatest } else { least + 1.0 };
        let mut chart = ChartBuilder::on(&root)
            .margin_top(above)
            .margin_right(values)
            .margin_left(12)
            .margin_bottom(6)
            .x_label_area_size(BELOW)
            .y_label_area_size(labels)
            .build_cartesian_2d(least..to, height..0.0)?;
        chart
            .configure_mesh()
            .disable_y_mesh()
            .y_labels(0)
            .x_labels(self.shape.ticks())
            .x_desc(self.axis)
            .x_label_formatter(self.tick)
            .label_style(label())
            .axis_style(ink(0.5))
            .bold_line_style(ink(0.15))
            .light_line_style(ink(0.0))
            .draw()?;
        let mut at = 0.0;
        for row in &self.rows {
            at += if row.apart { GAP } else { 0.0 };
            canvas.open("row", row.cell.as_deref(), &row.told);
            let area = chart.plotting_area();
            let y = |part: f64| area.map_coordinate(&(least, at + part)).1;
            for piece in &row.pieces {
                let x = |value: f64| area.map_coordinate(&(value, at)).0;
                let corners = [(x(piece.from), y(0.12)), (x(piece.to).max(x(piece.from) + 1), y(0.88))];
                piece.draw(&canvas, &root, corners)?;
            }
            let middle = y(0.5);
            let x = |value: f64| area.map_coordinate(&(value, at)).0;
            if let Some((low, high)) = row.interval
                && high > low
            {
                let line = |from, to| PathElement::new(vec![from, to], ink(0.9));
                root.draw(&line((x(low), middle), (x(high), middle)))?;
                root.draw(&line((x(low), middle - 3), (x(low), middle + 3)))?;
                root.draw(&line((x(high), middle - 3), (x(high), middle + 3)))?;
            }
            let beside = |x, pos| (x, label().pos(Pos::new(pos, VPos::Center)));
            if !row.label.is_empty() {
                let (left, style) = beside(labels as i32 + 4, HPos::Right);
                root.draw(&Text::new(row.label.clone(), (left, middle), style))?;
            }
            if !row.value.is_empty() {
                let ends = row.interval.map(|(_, high)| high).into_iter().chain(row.ends()).fold(least, f64::max);
                let (right, style) = beside(x(ends) + 6, HPos::Left);
                root.draw(&Text::new(row.value.clone(), (right, middle), style))?;
            }
            canvas.close();
            at += 1.0;
        }
        Ok(canvas)
    }

    /// The positions of the legend's entries: the line and the place of each, in as many lines as needed.
    fn placed_keys(&self) -> Vec<(u32, i32, &(RGBColor, f64, String))> {
        let (mut line, mut x) = (0, LEFT);
        let place = |key| {
            let (_, _, name): &(RGBColor, f64, String) = key;
            let width = 17 + 7 * name.chars().count() as i32 + 16;
            if x > LEFT && x + width > self.shape.width as i32 {
                (line, x) = (line + 1, LEFT);
            }
            let at = x;
            x += width;
            (line, at, key)
        };
        self.keys.iter().map(place).collect()
    }

    /// Draws the legend.
    fn draw_keys(
        &self,
        root: &DrawingArea<Canvas, Shift>,
        keys: &[(u32, i32, &(RGBColor, f64, String))],
    ) -> Result<(), ChartError> {
        for (line, x, (color, opacity, name)) in keys {
            let y = (ABOVE + line * KEYS) as i32 + 4;
            root.draw(&Rectangle::new([(*x, y - 5), (x + 12, y + 5)], color.mix(*opacity).filled()))?;
            root.draw(&Text::new(name.clone(), (x + 17, y), label().pos(Pos::new(HPos::Left, VPos::Center))))?;
        }
        Ok(())
    }
}

impl Piece {
    /// Draws the piece from corner to corner, with its text.
    fn draw(
        &self,
        canvas: &Canvas,
        root: &DrawingArea<Canvas, Shift>,
        corners: [(i32, i32); 2],
    ) -> Result<(), ChartError> {
        let Some(part) = &self.part else {
            return Ok(root.draw(&Rectangle::new(corners, self.color.mix(self.opacity).filled()))?);
        };
        let [(left, top), (right, bottom)] = corners;
        canvas.open("part", None, &part.told);
        // A gap in the page's colour separates neighbours, so that they differ by more than their colours.
        let edge = if right - left > 3 { right - 1 } else { right };
        root.draw(&Rectangle::new([(left, top), (edge, bottom)], self.color.mix(self.opacity).filled()))?;
        let fits = |words: &&String| words.chars().count() as i32 * INSIDE_WIDTH + 6 <= right - left;
        if let Some(words) = part.inside.iter().find(fits) {
            // Not the page's ink, unless the page shows through: it must contrast with the piece, on a light or dark
            // page.
            let ink = match luminance(self.color) {
                _ if self.opacity < 1.0 => &INK,
                light if light > 0.18 => &RGBColor(1, 1, 1),
                _ => &WHITE,
            };
            let style = ("sans-serif", 11).into_font().color(ink).pos(Pos::new(HPos::Center, VPos::Center));
            root.draw(&Text::new(words.clone(), ((left + right) / 2, (top + bottom) / 2), style))?;
        }
        canvas.close();
        Ok(())
    }
}

impl Bar {
    fn ends(&self) -> Option<f64> {
        self.pieces.last().map(|piece| piece.to)
    }
}

/// A legend entry for a colour that stands for no model.
pub(crate) fn key(color: RGBColor, name: &str) -> (RGBColor, f64, String) {
    (color, 1.0, name.to_owned())
}

/// The two halves of CPU time.
pub(crate) fn user_and_system() -> Vec<(RGBColor, f64, String)> {
    let key = |opacity: f64, name: &str| (INK, opacity * 0.8, name.to_owned());
    vec![key(1.0, "user"), key(SYSTEM, "system (kernel)"), key(UNKNOWN, "not told apart: no timer tick fell")]
}

/// Opacity of a whole whose parts are not known.
pub(crate) const UNKNOWN: f64 = 0.7;

/// Opacity of the kernel's share.
pub(crate) const SYSTEM: f64 = 0.45;
