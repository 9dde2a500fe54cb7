//! Draws a run over time: a lane for each connection, the requests in flight, the CPU, and the axis that all runs
//! share.

use anstyle::Style;
use observation::{Connection, Doing, ObservedRun};

use super::sheet::{Sheet, fitted};
use super::{lane, strip};
use crate::format::grouped;
use crate::observed::choice::{Choice, choose};
use crate::observed::connection_text::{names_hosts, place};
use crate::observed::pass::level;
use crate::observed::time_columns::{Column, course};

/// The most lanes that are drawn.
const LANES: usize = 20;

/// The width of the value after a row, columns.
const VALUE: usize = 13;

/// The largest width of a label, columns.
const LABEL: usize = 30;

/// The scale that all runs share, so that they can be compared.
pub(super) struct Scale {
    horizon_ns: u64,
    /// The width of labels, and the number of columns of the time axis.
    label: usize,
    columns: usize,
    /// The value that the highest block represents.
    in_flight: f64,
    cores: f64,
}

impl Scale {
    pub(super) fn of(passes: &[ObservedRun], horizon_ns: u64, width: usize) -> Scale {
        let widest = passes.iter().flat_map(|pass| {
            let hosts = names_hosts(pass);
            choose(pass, LANES).shown.into_iter().map(move |connection| label(connection, hosts).chars().count())
        });
        let label = widest.max().unwrap_or(0).clamp("in flight".len(), LABEL.min(width / 3)) + 1;
        let columns = width.saturating_sub(label + VALUE).max(10);
        let most = |of: &dyn Fn(&Column) -> f64| {
            let courses = passes.iter().flat_map(|pass| course(pass, horizon_ns, columns));
            courses.map(|column| of(&column)).fold(0.0, f64::max)
        };
        // A full block is the maximum at any time; means over columns are rarely as high.
        let in_flight = passes.iter().map(|pass| pass.levels.waiting.most).fold(0.0, f64::max);
        let cores = most(&|column| column.cores.unwrap_or(0.0)).max(1.0);
        Scale { horizon_ns, label, columns, in_flight, cores }
    }
}

/// Draws a run.
pub(super) fn draw(sheet: &mut Sheet, pass: &ObservedRun, scale: &Scale) {
    let choice = choose(pass, LANES);
    lanes(sheet, pass, &choice, scale);
    if let Some(left_out) = choice.left_out() {
        sheet.paragraph(Style::new().dimmed(), "", scale.label, &left_out);
    }
    let course = course(pass, scale.horizon_ns, scale.columns);
    let mut row = |name: &str, blocks: String, value: String| {
        let label = fitted(name, scale.label);
        sheet.line(&[(Style::new(), &label), (Style::new(), &blocks), (Style::new().dimmed(), &fitted(&value, VALUE))]);
    };
    let in_flight = course.iter().map(|column| Some(column.level(Doing::Waiting)));
    row("in flight", strip::blocks(in_flight, scale.in_flight), format!(" most {}", level(pass.levels.waiting.most)));
    let most = course.iter().filter_map(|column| column.cores).reduce(f64::max);
    let most = most.map_or_else(|| " not read".to_owned(), |cores| format!(" most {:.0} %", cores * 100.0));
    row("CPU", strip::blocks(course.iter().map(|column| column.cores), scale.cores), most);
    let axis = strip::axis(scale.horizon_ns, scale.columns);
    row("", axis, String::new());
}

fn lanes(sheet: &mut Sheet, pass: &ObservedRun, choice: &Choice<'_>, scale: &Scale) {
    let hosts = names_hosts(pass);
    for connection in &choice.shown {
        let columns = lane::columns(connection, pass.wall_ns, scale.horizon_ns, scale.columns);
        let value = match connection.exchanged {
            0 => " no request".to_owned(),
            1 => String::new(),
            some => format!(" {} req.", grouped(some as f64)),
        };
        lane::draw(sheet, &fitted(&label(connection, hosts), scale.label), &columns, &fitted(&value, VALUE));
    }
}

fn label(connection: &Connection, hosts: bool) -> String {
    let number = format!("{:>4}", connection.number);
    if hosts { format!("{number} {}", place(connection, LABEL)) } else { number }
}
