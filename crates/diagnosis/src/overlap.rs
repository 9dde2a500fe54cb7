//! Connections held against each other in time: how many were not idle at once, and which were ready and unused while a
//! request of another was under way. Over the connections and exchanges that were kept, to the ns.

use observation::{Connection, Doing, Pass};

use crate::case::is_busy;

/// What a pass' connections did at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The most connections that were not idle after use at once.
    pub(crate) most_busy: u64,
    /// The most connections at once that carried a request at some time, idle ones included.
    pub(crate) most_open: u64,
    /// The most requests under way at once.
    pub(crate) most_waiting: u64,
    /// Time in which a request was under way, ns.
    pub(crate) waiting_ns: u64,
    /// Of that, time in which several were.
    pub(crate) several_ns: u64,
    /// All requests' time under way together, ns.
    pub(crate) waits_ns: u64,
    /// Of the time in which a request was under way, that in which a connection that later carried its own first request stood
    /// unused or in its handshake.
    pub(crate) unused_ns: u64,
    /// Time in which a connection was at work: being connected, in its handshake, waiting or receiving, ns.
    pub(crate) at_work_ns: u64,
}

#[derive(Clone, Copy)]
struct Step {
    at_ns: u64,
    by: i64,
    doing: Doing,
    is_used: bool,
}

/// Connections at one moment.
#[derive(Default)]
struct Now {
    busy: i64,
    open: i64,
    waiting: i64,
    unused: i64,
    at_work: i64,
}

/// Counts over `pass`.
pub(crate) fn of(pass: &Pass) -> Overlap {
    over(pass.connections.iter(), pass.wall_ns)
}

/// Counts over `connections`, those that are open being so until `end_ns`.
pub(crate) fn over<'a>(connections: impl Iterator<Item = &'a Connection>, end_ns: u64) -> Overlap {
    let mut steps = Vec::new();
    for connection in connections {
        let is_used = connection.exchanged > 0;
        for stretch in connection.stretches(end_ns) {
            let step = |at_ns, by| Step { at_ns, by, doing: stretch.doing, is_used };
            steps.extend([step(stretch.from_ns, 1), step(stretch.until_ns, -1)]);
        }
    }
    // Ends before beginnings, so that what follows without a gap is not counted twice.
    steps.sort_by_key(|step| (step.at_ns, step.by));
    let (mut overlap, mut now, mut last_ns) = (Overlap::default(), Now::default(), 0);
    for step in steps {
        overlap.passed(&now, step.at_ns - last_ns);
        last_ns = step.at_ns;
        now.take(step);
        let most = |before: u64, count: i64| before.max(u64::try_from(count).unwrap_or(0));
        overlap.most_busy = most(overlap.most_busy, now.busy);
        overlap.most_open = most(overlap.most_open, now.open);
        overlap.most_waiting = most(overlap.most_waiting, now.waiting);
    }
    overlap
}

impl Overlap {
    fn passed(&mut self, now: &Now, ns: u64) {
        let when = |is: bool| if is { ns } else { 0 };
        self.waiting_ns += when(now.waiting > 0);
        self.several_ns += when(now.waiting > 1);
        self.waits_ns += ns * u64::try_from(now.waiting).unwrap_or(0);
        self.unused_ns += when(now.waiting > 0 && now.unused > 0);
        self.at_work_ns += when(now.at_work > 0);
    }
}

impl Now {
    fn take(&mut self, step: Step) {
        let add = |count: &mut i64, is: bool| *count += if is { step.by } else { 0 };
        add(&mut self.busy, is_busy(step.doing));
        add(&mut self.open, step.is_used);
        add(&mut self.waiting, step.doing == Doing::Waiting);
        add(&mut self.unused, step.is_used && matches!(step.doing, Doing::Standing | Doing::Handshake));
        add(&mut self.at_work, !matches!(step.doing, Doing::Standing | Doing::Idle));
    }
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
