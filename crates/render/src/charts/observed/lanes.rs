//! Draws a lane for each connection, whose states differ in colour and thickness.

use observation::{Connection, Doing, ObservedRun};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::canvas::Canvas;
use super::super::chart::{ChartError, label};
use super::super::palette::of_drawn;
use super::panel::{LANES, Panel};
use crate::observed::choice::{Choice, choose};
use crate::observed::connection_text::{names_hosts, place, told};
use crate::observed::drawn::{Drawn, parts};

/// The least height of a lane that has room for a label, pixels.
const READABLE: i32 = 12;

/// The longest label of a lane, characters.
const LETTERS: usize = 20;

/// The height of a lane, pixels. With more lanes it is smaller.
fn pitch(lanes: usize) -> i32 {
    match lanes {
        0..=24 => 18,
        25..=60 => READABLE,
        61..=120 => 7,
        _ => 4,
    }
}

/// The height of all lanes, pixels.
pub(super) fn height(choice: &Choice<'_>) -> i32 {
    choice.shown.len().max(1) as i32 * pitch(choice.shown.len())
}

/// How much of a lane of `height` is filled: most of it while the connection is at work, less than half while it is
/// unused, and a line while it is idle.
pub(super) fn thickness(what: Drawn, height: f64) -> f64 {
    match what {
        Drawn::Doing(Doing::Standing) => height * 0.4,
        Drawn::Doing(Doing::Idle) => (height * 0.12).max(1.0),
        Drawn::Doing(_) | Drawn::Further => height * 0.8,
    }
}

/// Whether the lanes of `pass` need the names of hosts, and have room for them.
pub(super) fn are_named(pass: &ObservedRun) -> bool {
    names_hosts(pass) && pitch(choose(pass, LANES).shown.len()) >= READABLE
}

/// Draws the lanes, each with its figures as text.
pub(super) fn draw(
    canvas: &Canvas,
    root: &DrawingArea<Canvas, Shift>,
    panel: &Panel<'_>,
    pass: &ObservedRun,
    choice: &Choice<'_>,
) -> Result<(), ChartError> {
    let pitch = pitch(choice.shown.len());
    let area = panel.plotting_area();
    let (left, top) = area.map_coordinate(&(0.0, 0.0));
    let range = area.get_x_range();
    let nanoseconds = area.get_x_axis_pixel_range();
    let per_ns = f64::from(nanoseconds.end - nanoseconds.start) / (range.end - range.start);
    for (at, connection) in choice.shown.iter().enumerate() {
        canvas.open("row", None, &told(connection, pass.wall_ns));
        let middle = top + at as i32 * pitch + pitch / 2;
        lane(
            canvas,
            connection,
            pass.wall_ns,
            |ns| f64::from(left) + (ns as f64).min(range.end) * per_ns,
            middle,
            pitch,
        );
        if pitch >= READABLE {
            let style = |pos| label().pos(Pos::new(pos, VPos::Center));
            root.draw(&Text::new(named(connection, names_hosts(pass)), (left - 8, middle), style(HPos::Right)))?;
            if connection.exchanged != 1 {
                let right = nanoseconds.end + 6;
                root.draw(&Text::new(format!("{} req.", connection.exchanged), (right, middle), style(HPos::Left)))?;
            }
        }
        canvas.close();
    }
    Ok(())
}

/// The states in the order of drawing. States at work are drawn last, so that they are visible however short they are.
const UPWARDS: [Drawn; 7] = [
    Drawn::Doing(Doing::Idle),
    Drawn::Further,
    Drawn::Doing(Doing::Standing),
    Drawn::Doing(Doing::Connecting),
    Drawn::Doing(Doing::Handshake),
    Drawn::Doing(Doing::Transferring),
    Drawn::Doing(Doing::Waiting),
];

/// Draws one lane, with a path for each state.
fn lane(canvas: &Canvas, connection: &Connection, end_ns: u64, x: impl Fn(u64) -> f64, middle: i32, pitch: i32) {
    let parts = parts(connection, end_ns);
    for what in UPWARDS {
        let pieces = parts.iter().filter(|part| part.what == what);
        let pieces: Vec<(f64, f64)> = pieces.map(|part| (x(part.from_ns), x(part.until_ns))).collect();
        canvas.lane(middle, thickness(what, f64::from(pitch)), of_drawn(what), &pieces);
    }
}

fn named(connection: &Connection, hosts: bool) -> String {
    if !hosts {
        return connection.number.to_string();
    }
    format!("{} {}", place(connection, LETTERS), connection.number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::drawn;

    #[test]
    fn doings_differ_in_thickness_or_are_at_work() {
        let of = |doing: Doing| thickness(Drawn::Doing(doing), 12.0);
        assert!(of(Doing::Waiting) > of(Doing::Standing) && of(Doing::Standing) > of(Doing::Idle));
        assert!(drawn::ALL.iter().all(|what| thickness(*what, 4.0) >= 1.0));
    }
}
