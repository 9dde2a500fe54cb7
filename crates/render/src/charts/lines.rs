//! Lines in a coordinate system, a series per cell. Each line's name stands beside its end and toggles it, so that
//! lines of one colour can be told apart.

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

/// One cell's line, with a point at least.
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
            .margin_left(8)
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
        let place =
            |(x, y): &(f64, f64)| chart.plotting_area().map_coordinate(&(scaled(&self.x, *x), scaled(&self.y, *y)));
        let ends = self.series.iter().map(|series| series.points.last().map_or((0, 0), place)).collect::<Vec<_>>();
        let heights: Vec<i32> = ends.iter().map(|(_, y)| *y).collect();
        let lines = spread(&heights, (ABOVE as i32 + ENTRY / 2, height as i32 - BELOW as i32 - ENTRY / 2));
        for ((series, end), middle) in self.series.iter().zip(ends).zip(lines) {
            canvas.open("series", Some(&series.cell), "");
            canvas.open("mark", None, &series.name);
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
            let left = (WIDTH - LEGEND + 24) as i32;
            root.draw(&PathElement::new(vec![(end.0 + 4, end.1), (left - 4, middle)], ink(0.3)))?;
            let beside = label().color(&series.color).pos(Pos::new(HPos::Left, VPos::Center));
            root.draw(&Text::new(series.name.clone(), (left, middle), beside))?;
            canvas.close();
            canvas.close();
        }
        Ok(canvas)
    }
}

/// The heights of names whose lines end at `heights`: as close to them as names that do not overlap can be, within
/// `from` and `to`, px. The order is that of `heights`.
fn spread(heights: &[i32], (from, to): (i32, i32)) -> Vec<i32> {
    let mut order: Vec<usize> = (0..heights.len()).collect();
    order.sort_by_key(|at| heights[*at]);
    let mut spread = heights.to_vec();
    let mut next = from;
    for at in &order {
        spread[*at] = spread[*at].max(next);
        next = spread[*at] + ENTRY;
    }
    let mut last = to;
    for at in order.iter().rev() {
        spread[*at] = spread[*at].min(last);
        last = spread[*at] - ENTRY;
    }
    spread
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
    fn names_stand_beside_their_lines_and_do_not_overlap() {
        assert_eq!(spread(&[100, 40, 200], (10, 300)), [100, 40, 200]);
        assert_eq!(spread(&[50, 50, 50], (10, 300)), [50, 50 + ENTRY, 50 + 2 * ENTRY]);
        assert_eq!(spread(&[298, 299], (10, 300)), [300 - ENTRY, 300]);
        assert_eq!(spread(&[1], (10, 300)), [10]);
        assert!(spread(&[], (10, 300)).is_empty());
    }

    #[test]
    fn a_decade_has_three_ticks() {
        assert_eq!(decades(2.0, 30.0), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0]);
        assert!(decades(0.0, 1.0).is_empty());
    }
}
