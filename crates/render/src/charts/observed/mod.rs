//! Charts of an observed command's runs over time: a lane for each connection, the number of connections in each state,
//! and the command's CPU, on an axis that all runs share.

mod bars;
mod lanes;
mod panel;

use observation::{Observation, ObservedRun, Transport};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use self::panel::{LANES, Panel, STACK};
use super::canvas::Canvas;
use super::chart::{Chart, ChartError, WIDTH, ink, label, title_of};
use super::palette::of_drawn;
use crate::format::{grouped, time};
use crate::observed::choice::choose;
use crate::observed::drawn;
use crate::observed::pass::{horizon_ns, name};
use crate::observed::time_columns::{Column, course};

/// The number of columns of the time axis.
const COLUMNS: usize = 200;

/// Sizes in pixels: the space above the lanes, the height of a panel and of the words above it, and the axis with its
/// name.
const ABOVE: i32 = 52;
const PANEL: i32 = 110;
const WORDS: i32 = 34;
const AXIS: i32 = 48;

/// The scale that all charts of one observation share, so that they can be compared.
struct Scale {
    horizon_ns: u64,
    /// The width of labels, pixels.
    labels: u32,
    /// The most connections at once.
    connections: f64,
    cores: f64,
}

/// The charts, one for each run.
///
/// # Errors
/// The chart library fails, for which there is no known reason.
pub(crate) fn charts(observation: &Observation) -> Result<Vec<Chart>, ChartError> {
    let horizon_ns = horizon_ns(observation);
    let courses: Vec<Vec<Column>> = observation.passes.iter().map(|pass| course(pass, horizon_ns, COLUMNS)).collect();
    let most = |of: &dyn Fn(&Column) -> f64| courses.iter().flatten().map(of).fold(0.0, f64::max);
    let scale = Scale {
        horizon_ns,
        labels: if observation.passes.iter().any(lanes::are_named) { 190 } else { 60 },
        connections: most(&|column| STACK.iter().map(|doing| column.level(*doing)).sum()).max(1.0),
        cores: most(&|column| column.cores.unwrap_or(0.0)).max(1.0),
    };
    observation.passes.iter().zip(&courses).map(|(pass, course)| chart(pass, course, &scale)).collect()
}

fn chart(pass: &ObservedRun, course: &[Column], scale: &Scale) -> Result<Chart, ChartError> {
    let choice = choose(pass, LANES);
    let lanes = lanes::height(&choice);
    let [levels, cpu] = [ABOVE + lanes + WORDS, ABOVE + lanes + WORDS + PANEL + WORDS];
    let canvas = Canvas::new(WIDTH, (cpu + PANEL + AXIS + 6) as u32);
    let root = canvas.clone().into_drawing_area();
    let title = title(pass);
    title_of(&root, &title)?;
    keys(&root)?;

    let panel = scale.panel(&root, ABOVE, lanes, 0.0..choice.shown.len().max(1) as f64, false)?;
    lanes::draw(&canvas, &root, &panel, pass, &choice)?;
    words(
        &root,
        levels,
        "connections at once: waiting for response, receiving response, in the handshake, open and unused",
    )?;
    let panel = scale.panel(&root, levels, PANEL, 0.0..scale.connections, false)?;
    bars::levels(&canvas, &root, &panel, course)?;
    words(&root, cpu, "CPU of the command, cores")?;
    let panel = scale.panel(&root, cpu, PANEL, 0.0..scale.cores, true)?;
    bars::cpu(&canvas, &root, &panel, course)?;

    let description = "A lane for each connection with its states over time; below, over the same time, the number of \
                       connections in each state, and the CPU time of the command and its processes.";
    Ok(Chart::of(&format!("lanes-{}", id(pass.transport)), &title, description, &canvas))
}

fn title(pass: &ObservedRun) -> String {
    let left_out = choose(pass, LANES).left_out().map_or(String::new(), |left_out| format!(": {left_out}"));
    format!("{}, {}{left_out}", name(pass.transport), time(pass.wall_ns as f64))
}

fn id(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "http",
        Transport::Https => "https",
        Transport::Own => "own",
    }
}

impl Scale {
    /// A panel that begins at `top`, with time to the right. Only the last one has the axis.
    fn panel<'a>(
        &self,
        root: &DrawingArea<Canvas, Shift>,
        top: i32,
        height: i32,
        values: std::ops::Range<f64>,
        last: bool,
    ) -> Result<Panel<'a>, ChartError> {
        let axis = if last { AXIS } else { 0 };
        let area = root.clone().shrink((0, top), (WIDTH, (height + axis) as u32));
        let lanes = top == ABOVE;
        let values = if lanes { values.end..values.start } else { values };
        let mut panel = ChartBuilder::on(&area)
            .margin_left(12)
            .margin_right(70)
            .x_label_area_size(axis)
            .y_label_area_size(self.labels)
            .build_cartesian_2d(0.0..self.horizon_ns as f64, values)?;
        let tick = |ns: &f64| if *ns == 0.0 { "0".to_owned() } else { time(*ns) };
        let value = |value: &f64| if value.fract() == 0.0 { grouped(*value) } else { format!("{value:.1}") };
        let mut mesh = panel.configure_mesh();
        mesh.x_labels(8)
            .y_labels(if lanes { 0 } else { 4 })
            .x_label_formatter(&tick)
            .y_label_formatter(&value)
            .label_style(label())
            .axis_style(ink(0.5))
            .bold_line_style(ink(0.15))
            .light_line_style(ink(0.0));
        if lanes {
            mesh.disable_y_mesh().disable_y_axis();
        }
        if last {
            mesh.x_desc("time since the command started");
        }
        mesh.draw()?;
        Ok(panel)
    }
}

/// Explains the colours.
fn keys(root: &DrawingArea<Canvas, Shift>) -> Result<(), ChartError> {
    let (mut x, y) = (12, 36);
    for what in drawn::ALL {
        let name = what.name();
        let half = lanes::thickness(what, 12.0) / 2.0;
        let (top, bottom) = ((f64::from(y) - half) as i32, (f64::from(y) + half).ceil() as i32);
        root.draw(&Rectangle::new([(x, top), (x + 14, bottom)], of_drawn(what).filled()))?;
        root.draw(&Text::new(name, (x + 19, y), label().pos(Pos::new(HPos::Left, VPos::Center))))?;
        x += 19 + 7 * name.chars().count() as i32 + 18;
    }
    Ok(())
}

/// Writes what a panel shows above it.
fn words(root: &DrawingArea<Canvas, Shift>, top: i32, words: &'static str) -> Result<(), ChartError> {
    let style = label().pos(Pos::new(HPos::Left, VPos::Center));
    Ok(root.draw(&Text::new(words, (12, top - 12), style))?)
}
