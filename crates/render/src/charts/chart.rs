//! Common parts of all charts: a picture with its title, and their ink, text and width.

use std::fmt;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::canvas::Canvas;
use super::palette::INK;

/// One chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    /// Its ID among the charts of a report: the stem of its file name.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// The picture.
    pub svg: String,
    /// The same for a page as narrow as a telephone; `None` where the picture scrolls there.
    pub narrow: Option<String>,
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
    pub(super) fn of(id: &str, title: &str, description: &str, canvas: &Canvas) -> Chart {
        let id: String =
            id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let svg = canvas.finish(&id, title, description);
        Chart { id, title: title.to_owned(), svg, narrow: None }
    }

    /// The same with a narrow picture, which has no title in it.
    pub(super) fn with_narrow(self, description: &str, canvas: &Canvas) -> Chart {
        let narrow = canvas.finish(&format!("{}-narrow", self.id), &self.title, description);
        Chart { narrow: Some(narrow), ..self }
    }

    /// The picture as a separate file, with ink and background for a light and a dark desktop.
    pub fn file(&self) -> String {
        let style = "<style>svg{color:#1b1f24;background:#fff}@media(prefers-color-scheme:dark){svg{color:#e6e9ee;\
                     background:#14171c}}</style>";
        self.svg.replacen("<title", &format!("{style}<title"), 1)
    }
}

/// Width of a chart, pixels.
pub(super) const WIDTH: u32 = 960;

/// Width of a chart for a page as narrow as a telephone, pixels.
pub(super) const NARROW: u32 = 336;

/// Neutral ink of some strength, for lines.
pub(super) fn ink(strength: f64) -> ShapeStyle {
    INK.mix(strength).stroke_width(1)
}

/// Text of the usual size.
pub(super) fn label() -> TextStyle<'static> {
    ("sans-serif", 12).into_font().color(&INK)
}

/// The title, at the top left.
pub(super) fn title_of(root: &DrawingArea<Canvas, Shift>, title: &str) -> Result<(), ChartError> {
    let style = ("sans-serif", 14, FontStyle::Bold).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    Ok(root.draw(&Text::new(title.to_owned(), (10, 14), style))?)
}
