//! Draws a connection as a line of characters. Each character shows the state that took longest in its time.

use anstyle::{AnsiColor, Style};
use observation::{Connection, Doing};

use super::sheet::Sheet;
use crate::observed::drawn::{self, Drawn, Part, parts};

/// The style of a state. The characters alone distinguish states too.
fn style(what: Drawn) -> Style {
    match what {
        Drawn::Doing(Doing::Connecting) => AnsiColor::Yellow.on_default(),
        Drawn::Doing(Doing::Handshake) => AnsiColor::Red.on_default(),
        Drawn::Doing(Doing::Standing) => Style::new(),
        Drawn::Doing(Doing::Waiting) | Drawn::Further => AnsiColor::Cyan.on_default(),
        Drawn::Doing(Doing::Transferring) => AnsiColor::Green.on_default(),
        Drawn::Doing(Doing::Idle) => Style::new().dimmed(),
    }
}

/// The state of `connection` in each of `columns` parts of the time up to `horizon_ns`; `None` if it was not open.
pub(super) fn columns(connection: &Connection, end_ns: u64, horizon_ns: u64, columns: usize) -> Vec<Option<Drawn>> {
    let parts = parts(connection, end_ns);
    let edge = |at: usize| horizon_ns as f64 * at as f64 / columns as f64;
    (0..columns).map(|at| longest(&parts, edge(at), edge(at + 1))).collect()
}

fn longest(parts: &[Part], from: f64, until: f64) -> Option<Drawn> {
    let spent = |of: Drawn| -> f64 {
        let overlap = |part: &Part| (part.until_ns as f64).min(until) - (part.from_ns as f64).max(from);
        parts.iter().filter(|part| part.what == of).map(|part| overlap(part).max(0.0)).sum()
    };
    let by_time = drawn::ALL.map(|what| (what, spent(what)));
    by_time.into_iter().filter(|(_, spent)| *spent > 0.0).max_by(|a, b| a.1.total_cmp(&b.1)).map(|(what, _)| what)
}

/// Draws a line: its label, its characters, and the value after them.
pub(super) fn draw(sheet: &mut Sheet, label: &str, columns: &[Option<Drawn>], value: &str) {
    let mut runs: Vec<(Style, String)> = vec![(Style::new(), label.to_owned())];
    for run in columns.chunk_by(|a, b| a == b) {
        let (style, mark) = run[0].map_or((Style::new(), ' '), |what| (style(what), what.mark()));
        runs.push((style, mark.to_string().repeat(run.len())));
    }
    runs.push((Style::new(), value.to_owned()));
    let pieces: Vec<(Style, &str)> = runs.iter().map(|(style, run)| (*style, run.as_str())).collect();
    sheet.line(&pieces);
}

/// Explains the characters.
pub(super) fn legend(sheet: &mut Sheet) {
    let marks = drawn::ALL.map(|what| (style(what), what.mark().to_string(), format!(" {}", what.name())));
    let mut line = Vec::new();
    let mut used = 0;
    for (style, mark, name) in &marks {
        let wide = 1 + name.chars().count();
        if used > 0 && used + 3 + wide > sheet.width {
            sheet.line(&std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push((Style::new(), "   "));
            used += 3;
        }
        line.extend([(*style, mark.as_str()), (Style::new(), name.as_str())]);
        used += wide;
    }
    sheet.line(&line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::{MS, serialized};

    #[test]
    fn a_character_is_what_took_longest_in_its_time() {
        let observation = serialized(4);
        let connection = &observation.passes[1].connections[2];
        let line: String = columns(connection, u64::MAX, 1_000 * MS, 10)
            .into_iter()
            .map(|what| what.map_or(' ', Drawn::mark))
            .collect();
        assert_eq!(line, " ····███  ");
    }
}
