//! Lines in a coordinate system, a series per cell, with a legend whose entries toggle their series.

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::Canvas;
use super::chart::{ChartError, WIDTH, ink, label, title_of};

/// A chart of lines.
pub(crate) struct Lines<'a> {
    pub(crate) title: &'a str,
    pub(crate) x: Axis<'a>,
    pub(crate) y: Axis<'a>,
    pub(crate) series: Vec<Series>,
}

/// An axis with given ticks.
pub(crate) struct Axis<'a> {
    pub(crate) name: &'a str,
    pub(crate) ticks: Vec<f64>,
    pub(crate) tick: &'a dyn Fn(&f64) -> String,
    /// Whether the scale is logarithmic.
    pub(crate) log: bool,
}

/// One cell's line.
pub(crate) struct Series {
    pub(crate) cell: String,
    pub(crate) name: String,
    pub(crate) color: RGBColor,
    pub(crate) dashes: &'static str,
    pub(crate) points: Vec<(f64, f64)>,
    /// The text of each point, in the order of points.
    pub(crate) told: Vec<String>,
}

const LEGEND: u32 = 290;
const ENTRY: i32 = 17;
const PLOT: u32 = 330;
const ABOVE: u32 = 34;
const BELOW: u32 = 8;

impl Lines<'_> {
    /// Draws the chart. Without series the plot is empty.
    pub(crate) fn draw(&self) -> Result<Canvas, ChartError> {
        let height = PLOT.max(self.series.len() as u32 * ENTRY as u32 + 20) + ABOVE + BELOW;
        let canvas = Canvas::new(WIDTH, height);
        let root = canvas.clone().into_drawing_area();
        title_of(&root, self.title)?;
        let scaled = |axis: &Axis<'_>, value: f64| if axis.log { value.log10() } else { value };
        let range = |axis: &Axis<'_>, pick: fn(&(f64, f64)) -> f64| {
            let values = self.series.iter().flat_map(|series| &series.points).map(pick);
            let (low, high) =
                values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
            let (low, high) = if low <= high { (low, high) } else { (1.0, 10.0) };
            let (low, high) = (scaled(axis, low), scaled(axis, high));
            let room = ((high - low) * 0.04).max(0.02);
            let ticks = axis.ticks.iter().map(|tick| scaled(axis, *tick)).collect();
            Ticked { low: low - room, high: high + room, ticks }
        };
        let (x, y) = (range(&self.x, |point| point.0), range(&self.y, |point| point.1));
        let unscaled = |axis: &Axis<'_>, value: f64| if axis.log { 10f64.powf(value) } else { value };
        let mut chart = ChartBuilder::on(&root)
            .margin_top(ABOVE)
            .margin_right(LEGEND)
            .margin_bottom(height - ABOVE - PLOT)
            .x_label_area_size(42)
            .y_label_area_size(78)
            .build_cartesian_2d(x, y)?;
        chart
            .configure_mesh()
            .x_desc(self.x.name)
            .y_desc(self.y.name)
            .x_label_formatter(&|value| (self.x.tick)(&unscaled(&self.x, *value)))
            .y_label_formatter(&|value| (self.y.tick)(&unscaled(&self.y, *value)))
            .label_style(label())
            .axis_style(ink(0.5))
            .bold_line_style(ink(0.15))
            .light_line_style(ink(0.0))
            .draw()?;
        for (number, series) in self.series.iter().enumerate() {
            canvas.open("series", Some(&series.cell), "");
            canvas.open("mark", None, &series.name);
            let place =
                |(x, y): &(f64, f64)| chart.plotting_area().map_coordinate(&(scaled(&self.x, *x), scaled(&self.y, *y)));
            let places: Vec<(i32, i32)> = series.points.iter().map(place).collect();
            canvas.dashed(series.dashes);
            root.draw(&PathElement::new(places.clone(), series.color.stroke_width(2)))?;
            canvas.close();
            for (place, told) in places.iter().zip(&series.told) {
                canvas.open("point", None, told);
                root.draw(&Circle::new(*place, 3, series.color.filled()))?;
                canvas.close();
            }
            canvas.close();
            canvas.open("key", None, "");
            let (left, middle) = ((WIDTH - LEGEND + 16) as i32, ABOVE as i32 + 10 + number as i32 * ENTRY);
            canvas.dashed(series.dashes);
            let swatch = vec![(left, middle), (left + 22, middle)];
            root.draw(&PathElement::new(swatch, series.color.stroke_width(3)))?;
            canvas.close();
            let beside = label().pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(series.name.clone(), (left + 28, middle), beside))?;
            canvas.close();
            canvas.close();
        }
        Ok(canvas)
    }
}

/// A range with given ticks: the library's own choice does not suit percentiles or powers of two.
#[derive(Clone)]
struct Ticked {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Ranged for Ticked {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (from, to): (i32, i32)) -> i32 {
        let share = (value - self.low) / (self.high - self.low);
        from + (share * f64::from(to - from)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _: Hint) -> Vec<f64> {
        self.ticks.iter().copied().filter(|tick| (self.low..=self.high).contains(tick)).collect()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.low..self.high
    }
}

/// Ticks for a logarithmic axis that spans `low` to `high`: 1, 2 and 5 of every decade.
pub(super) fn decades(low: f64, high: f64) -> Vec<f64> {
    if !(low > 0.0 && high >= low) {
        return Vec::new();
    }
    let first = low.log10().floor() as i32;
    let last = high.log10().ceil() as i32;
    (first..=last).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decade_has_three_ticks() {
        assert_eq!(decades(2.0, 30.0), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]);
        assert!(decades(0.0, 1.0).is_empty());
    }
}
