//! Connections held against each other in time: how many were not idle at once, and which were ready and unused while a
//! request of another was under way. Over the connections and exchanges that were kept, to the ns.

use observation::{Doing, Pass};

use crate::case::is_busy;

/// What a pass' connections did at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The most connections that were not idle after use at once.
    pub(crate) most_busy: u64,
    /// The most connections at once that carried a request at some time, idle ones included.
    pub(crate) most_open: u64,
    /// Time in which a request was under way, ns.
    pub(crate) waiting_ns: u64,
    /// Of that, time in which a connection that later carried its own first request stood unused or in its handshake.
    pub(crate) unused_ns: u64,
}

#[derive(Clone, Copy)]
struct Step {
    at_ns: u64,
    by: i64,
    doing: Doing,
    is_used: bool,
}

/// Counts over `pass`.
pub(crate) fn of(pass: &Pass) -> Overlap {
    let mut steps = Vec::new();
    for connection in &pass.connections {
        let is_used = connection.exchanged > 0;
        for stretch in connection.stretches(pass.wall_ns) {
            let step = |at_ns, by| Step { at_ns, by, doing: stretch.doing, is_used };
            steps.extend([step(stretch.from_ns, 1), step(stretch.until_ns, -1)]);
        }
    }
    // Ends before beginnings, so that what follows without a gap is not counted twice.
    steps.sort_by_key(|step| (step.at_ns, step.by));
    let mut overlap = Overlap::default();
    let (mut busy, mut open, mut waiting, mut unused, mut last_ns) = (0, 0, 0, 0, 0);
    for step in steps {
        let passed = step.at_ns - last_ns;
        last_ns = step.at_ns;
        if waiting > 0 {
            overlap.waiting_ns += passed;
            overlap.unused_ns += if unused > 0 { passed } else { 0 };
        }
        busy += if is_busy(step.doing) { step.by } else { 0 };
        open += if step.is_used { step.by } else { 0 };
        waiting += if step.doing == Doing::Waiting { step.by } else { 0 };
        let ready = step.is_used && matches!(step.doing, Doing::Standing | Doing::Handshake);
        unused += if ready { step.by } else { 0 };
        overlap.most_busy = overlap.most_busy.max(u64::try_from(busy).unwrap_or(0));
        overlap.most_open = overlap.most_open.max(u64::try_from(open).unwrap_or(0));
    }
    overlap
}

/// `spans` in order, those that touch as one.
pub(crate) fn merged(mut spans: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    spans.sort_unstable();
    let mut all: Vec<(u64, u64)> = Vec::new();
    for (from, until) in spans {
        match all.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => all.push((from, until)),
        }
    }
    all
}
