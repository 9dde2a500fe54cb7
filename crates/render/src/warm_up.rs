//! The line below a table about the warm-up's requests and cost.

use analysis::figure::Figure;
use analysis::row::WarmUp;
use analysis::summary::Summary;

use crate::format::{grouped, number};

/// A section's warm-ups in a line: from the cell with the least to the one with the most.
pub(crate) fn line(summary: &Summary) -> Option<String> {
    let told: Vec<WarmUp> = summary.all().filter_map(|row| row.warm_up).collect();
    let span = |pick: &dyn Fn(&WarmUp) -> Option<Figure>| {
        let medians = told.iter().filter_map(pick).map(|figure| figure.median);
        medians.fold(None, |span, median| match span {
            None => Some((median, median)),
            Some((least, most)) => Some((f64::min(least, median), f64::max(most, median))),
        })
    };
    let requests = range(grouped, span(&|warm_up| Some(warm_up.requests))?);
    let cpu = range(number, span(&|warm_up| Some(warm_up.cpu_ms))?);
    let handshakes = span(&|warm_up| warm_up.handshakes).filter(|(_, most)| *most > 0.0);
    let handshakes = handshakes.map_or_else(String::new, |span| format!(" ({} handshakes)", range(grouped, span)));
    Some(format!("warm-up, in no figure: {requests} requests{handshakes} and {cpu} ms of client CPU a trial"))
}

fn range(say: fn(f64) -> String, (least, most): (f64, f64)) -> String {
    let (least, most) = (say(least), say(most));
    if least == most { least } else { format!("{least}–{most}") }
}
