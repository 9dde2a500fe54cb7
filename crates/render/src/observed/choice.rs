//! Chooses the connections that are drawn if there are too many for a picture.

use observation::{Connection, ObservedRun};

/// The connections that are drawn.
pub(crate) struct Choice<'a> {
    /// The chosen connections, in the order of opening.
    pub(crate) shown: Vec<&'a Connection>,
    /// The number of all connections.
    pub(crate) of: u64,
    /// The number of connections that were recorded individually and could be chosen.
    kept: u64,
}

/// At most `most` connections of `pass`: the first and the last recorded one, and the others at even distances between.
pub(crate) fn choose(pass: &ObservedRun, most: usize) -> Choice<'_> {
    let kept = pass.connections.len();
    let shown = match most {
        most if kept <= most => pass.connections.iter().collect(),
        0 | 1 => pass.connections.iter().take(most).collect(),
        most => (0..most).filter_map(|at| pass.connections.get(at * (kept - 1) / (most - 1))).collect(),
    };
    let kept = kept as u64;
    Choice { shown, of: pass.counts.connections.max(kept), kept }
}

impl Choice<'_> {
    /// A sentence on the connections that are not drawn; `None` if all are.
    pub(crate) fn left_out(&self) -> Option<String> {
        let shown = self.shown.len() as u64;
        let count = |count: u64| crate::format::grouped(count as f64);
        if shown == self.of {
            return None;
        }
        let among = if self.kept < self.of { format!(" among the first {}", count(self.kept)) } else { String::new() };
        Some(format!("{} of {} connections, evenly chosen{among}", count(shown), count(self.of)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::fixtures::concurrent;

    #[test]
    fn the_ends_are_shown_and_what_is_left_out_is_said() {
        let observation = concurrent(500);
        let choice = choose(&observation.passes[1], 20);
        assert_eq!(choice.shown.len(), 20);
        assert_eq!((choice.shown[0].number, choice.shown[19].number), (1, 500));
        assert_eq!(choice.left_out().unwrap(), "20 of 500 connections, evenly chosen");
        assert_eq!(choose(&observation.passes[1], 500).left_out(), None);
    }

    #[test]
    fn a_sample_is_called_one() {
        let mut observation = concurrent(30);
        observation.passes[1].counts.connections = 9_000;
        let choice = choose(&observation.passes[1], 20);
        assert_eq!(choice.left_out().unwrap(), "20 of 9,000 connections, evenly chosen among the first 30");
    }
}
