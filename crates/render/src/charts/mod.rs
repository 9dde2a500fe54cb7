//! The charts, one file each, and what they have in common. Every chart is one SVG with a text alternative.
//!
//! `bars` and `lines` are shapes: they know how to draw and nothing of TLS. The others choose what is drawn.

mod bars;
pub mod bill;
mod canvas;
pub mod cpu;
mod lines;
pub(crate) mod observed;
mod palette;
pub mod percentiles;
pub mod phases;
pub mod rate;
pub mod scaling;
pub mod small;
pub mod stages;
pub mod tax_map;
pub mod timeline;

use std::fmt;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use canvas::Canvas;
use palette::INK;

/// One chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Its name among the charts of a report: the stem of its file.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The picture.
    pub svg: String,
}

/// Why a chart could not be drawn.
#[derive(Debug, thiserror::Error)]
#[error("drawing a chart: {0}")]
pub struct ChartError(String);

impl From<DrawingAreaErrorKind<fmt::Error>> for ChartError {
    fn from(error: DrawingAreaErrorKind<fmt::Error>) -> ChartError {
        ChartError(format!("{error:?}"))
    }
}

impl Chart {
    fn of(id: &str, title: &str, description: &str, canvas: &Canvas) -> Chart {
        let id: String =
            id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let svg = canvas.finish(&id, title, description);
        Chart { id, title: title.to_owned(), svg }
    }

    /// The picture as a file of its own: with ink and paper for a light and a dark desktop.
    pub fn file(&self) -> String {
        let style = "<style>svg{color:#1b1f24;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e6e9ee;\
                     background:#14171c}}</style>";
        self.svg.replacen("<title", &format!("{style}<title"), 1)
    }
}

/// Width of a chart, pixels.
const WIDTH: u32 = 960;

/// Neutral ink of some strength, for lines.
fn ink(strength: f64) -> ShapeStyle {
    INK.mix(strength).stroke_width(1)
}

/// Text of the usual size.
fn label() -> TextStyle<'static> {
    ("sans-serif", 12).into_font().color(&INK)
}

/// The title, at the top left.
fn title_of(root: &DrawingArea<Canvas, Shift>, title: &str) -> Result<(), ChartError> {
    let style = ("sans-serif", 14, FontStyle::Bold).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    Ok(root.draw(&Text::new(title.to_owned(), (10, 14), style))?)
}

/// Ticks for a logarithmic axis that spans `low` to `high`: 1, 2 and 5 of every decade.
fn decades(low: f64, high: f64) -> Vec<f64> {
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
