//! Draws values over time as adjacent bars, each with its figures as text.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::super::canvas::Canvas;
use super::super::chart::ChartError;
use super::super::palette::{INK, of_drawn};
use super::panel::{Panel, STACK};
use crate::format::{number, time};
use crate::observed::drawn::Drawn;
use crate::observed::time_columns::Column;

/// Smaller values are due to rounding.
const NONE: f64 = 0.001;

/// Draws the number of connections in each state.
pub(super) fn levels(
    canvas: &Canvas,
    root: &DrawingArea<Canvas, Shift>,
    panel: &Panel<'_>,
    course: &[Column],
) -> Result<(), ChartError> {
    canvas.crisp();
    for column in course {
        let some: Vec<_> = STACK.into_iter().filter(|doing| column.level(*doing) > NONE).collect();
        if some.is_empty() {
            continue;
        }
        let figures: Vec<String> = some
            .iter()
            .map(|doing| format!("{} {}", Drawn::Doing(*doing).name(), number(column.level(*doing))))
            .collect();
        canvas.open("row", None, &format!("{}: {}", when(column), figures.join(", ")));
        let mut below = 0.0;
        for doing in some {
            let above = below + column.level(doing);
            bar(root, panel, column, below..above, of_drawn(Drawn::Doing(doing)).filled())?;
            below = above;
        }
        canvas.close();
    }
    canvas.close();
    Ok(())
}

/// Draws the CPU time per unit of time.
pub(super) fn cpu(
    canvas: &Canvas,
    root: &DrawingArea<Canvas, Shift>,
    panel: &Panel<'_>,
    course: &[Column],
) -> Result<(), ChartError> {
    canvas.crisp();
    for column in course {
        let Some(cores) = column.cores.filter(|cores| *cores > NONE) else { continue };
        canvas.open("row", None, &format!("{}: CPU {:.0} % of a core", when(column), cores * 100.0));
        bar(root, panel, column, 0.0..cores, INK.mix(0.55).filled())?;
        canvas.close();
    }
    canvas.close();
    Ok(())
}

fn bar(
    root: &DrawingArea<Canvas, Shift>,
    panel: &Panel<'_>,
    column: &Column,
    values: std::ops::Range<f64>,
    style: ShapeStyle,
) -> Result<(), ChartError> {
    let area = panel.plotting_area();
    let (left, bottom) = area.map_coordinate(&(column.from_ns, values.start));
    let (right, top) = area.map_coordinate(&(column.until_ns, values.end));
    Ok(root.draw(&Rectangle::new([(left, top), (right, bottom)], style))?)
}

fn when(column: &Column) -> String {
    format!("{} to {}", time(column.from_ns), time(column.until_ns))
}
