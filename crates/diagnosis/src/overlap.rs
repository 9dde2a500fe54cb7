//! How connections overlap in time: how many were not idle at the same time, and which were ready and unused while a
//! request of another was in flight. Computed exactly, over the connections and exchanges that were kept.

use observation::{Connection, Doing, ObservedRun};
use wire::Side;

/// What a run's connections did at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Overlap {
    /// The most connections at once that were not idle after use.
    pub(crate) most_busy: u64,
    /// The most connections open at once, of those that carried a request at some time, idle ones included.
    pub(crate) most_open: u64,
    /// The most requests in flight at once.
    pub(crate) most_waiting: u64,
    /// The time in which a request was in flight, ns.
    pub(crate) waiting_ns: u64,
    /// The part of that time in which several were, ns.
    pub(crate) several_ns: u64,
    /// The sum of all requests' times in flight, ns.
    pub(crate) waits_ns: u64,
    /// The part of the time with a request in flight in which another connection, which later carried its first
    /// request, was unused or waited for the client in its handshake, ns.
    pub(crate) unused_ns: u64,
    /// The part of that in which such a connection's handshake waited for the client, ns.
    pub(crate) held_ns: u64,
    /// The time in which a connection was at work: being connected, in its handshake, waiting or receiving, ns.
    pub(crate) at_work_ns: u64,
}

#[derive(Clone, Copy)]
struct Step {
    at_ns: u64,
    by: i64,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Doing { doing: Doing, is_used: bool },
    Unused,
    Held,
}

/// The number of connections in each state at one moment.
#[derive(Default)]
struct Now {
    busy: i64,
    open: i64,
    waiting: i64,
    unused: i64,
    held: i64,
    at_work: i64,
}

/// Whether a connection in this state is not idle after use: it is at work, or was never used.
fn is_busy(doing: Doing) -> bool {
    doing != Doing::Idle
}

/// The overlap of all connections of `pass`.
pub(crate) fn of(pass: &ObservedRun) -> Overlap {
    over(pass.connections.iter(), pass.wall_ns)
}

/// The overlap of `connections`. Those that are still open count as open until `end_ns`.
pub(crate) fn over<'a>(connections: impl Iterator<Item = &'a Connection>, end_ns: u64) -> Overlap {
    let mut steps = Vec::new();
    for connection in connections {
        let is_used = connection.exchanged > 0;
        let mut stretches = connection.stretches(end_ns);
        // Exchanges that were not kept are part of the last idle stretch, so the connection was not idle then.
        if let Some(last) = stretches.last_mut()
            && connection.exchanged > connection.exchanges.len() as u64
            && last.doing == Doing::Idle
        {
            last.doing = Doing::Transferring;
        }
        let doing = stretches
            .into_iter()
            .map(|stretch| (What::Doing { doing: stretch.doing, is_used }, (stretch.from_ns, stretch.until_ns)));
        let unused = unused(connection, end_ns).into_iter().map(|span| (What::Unused, span));
        let held = held(connection).into_iter().map(|span| (What::Held, span));
        for (what, (from_ns, until_ns)) in doing.chain(unused).chain(held) {
            steps.extend([Step { at_ns: from_ns, by: 1, what }, Step { at_ns: until_ns, by: -1, what }]);
        }
    }
    // Ends sort before beginnings, so that stretches without a gap between them are not counted twice.
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
        self.held_ns += when(now.waiting > 0 && now.held > 0);
        self.at_work_ns += when(now.at_work > 0);
    }
}

impl Now {
    fn take(&mut self, step: Step) {
        let (doing, is_used) = match step.what {
            What::Doing { doing, is_used } => (doing, is_used),
            What::Unused => {
                self.unused += step.by;
                return;
            }
            What::Held => {
                self.held += step.by;
                return;
            }
        };
        let add = |count: &mut i64, is: bool| *count += if is { step.by } else { 0 };
        add(&mut self.busy, is_busy(doing));
        add(&mut self.open, is_used);
        add(&mut self.waiting, doing == Doing::Waiting);
        add(&mut self.at_work, !matches!(doing, Doing::Standing | Doing::Idle));
    }
}

/// The spans in which a request of `pass` was in flight, sorted and disjoint, ns.
pub(crate) fn waiting(pass: &ObservedRun) -> Vec<(u64, u64)> {
    let stretches = pass.connections.iter().flat_map(|connection| connection.stretches(pass.wall_ns));
    let waiting = stretches.filter(|stretch| stretch.doing == Doing::Waiting);
    merged(waiting.map(|stretch| (stretch.from_ns, stretch.until_ns)).collect())
}

/// How many connections of `pass` were unused, or waited for the client in their handshakes, for at least `at_least_ns`
/// while requests of others were in flight.
pub(crate) fn held_back(pass: &ObservedRun, at_least_ns: u64) -> u64 {
    let waiting = waiting(pass);
    let beside = |span: (u64, u64)| -> u64 {
        let first = waiting.partition_point(|wait| wait.1 <= span.0);
        let met = waiting.iter().skip(first).take_while(|wait| wait.0 < span.1);
        met.map(|wait| wait.1.min(span.1).saturating_sub(wait.0.max(span.0))).sum()
    };
    let stood =
        pass.connections.iter().map(|connection| unused(connection, pass.wall_ns).into_iter().map(beside).sum::<u64>());
    stood.filter(|ns| *ns > 0 && *ns >= at_least_ns).count() as u64
}

/// The spans in which `connection` had not carried its first request yet and was waiting for the client: it was unused,
/// or its handshake waited for the client. Empty if it never carried a request. A handshake that waits for the server
/// doesn't count.
fn unused(connection: &Connection, end_ns: u64) -> Vec<(u64, u64)> {
    if connection.exchanged == 0 {
        return Vec::new();
    }
    let standing = connection.stretches(end_ns).into_iter().filter(|stretch| stretch.doing == Doing::Standing);
    let standing = standing.map(|stretch| (stretch.from_ns, stretch.until_ns));
    held(connection).into_iter().chain(standing).collect()
}

/// The spans in which the handshake of `connection` waited for the client. Empty if it never carried a request.
fn held(connection: &Connection) -> Vec<(u64, u64)> {
    let turns = connection.handshake.iter().filter(|_| connection.exchanged > 0).flat_map(|handshake| &handshake.turns);
    turns.filter(|turn| turn.of == Side::Client).map(|turn| (turn.from_ns, turn.until_ns)).collect()
}

/// `spans` sorted, with touching ones merged.
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

/// The parts of `spans` that are in none of `others`. Both must be merged.
pub(crate) fn without(spans: &[(u64, u64)], others: &[(u64, u64)]) -> Vec<(u64, u64)> {
    let (mut left, mut others) = (Vec::new(), others.iter().peekable());
    for &(mut from, until) in spans {
        while let Some(&&(cut, end)) = others.peek().filter(|(cut, _)| *cut < until) {
            if cut > from {
                left.push((from, cut));
            }
            from = from.max(end);
            if end > until {
                break;
            }
            others.next();
        }
        if from < until {
            left.push((from, until));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_spans_lies_between_the_others() {
        let spans = [(0, 10), (20, 30), (40, 50)];
        assert_eq!(without(&spans, &[]), spans);
        assert_eq!(without(&spans, &[(2, 4), (6, 25), (29, 60)]), [(0, 2), (4, 6), (25, 29)]);
        assert_eq!(without(&spans, &[(0, 10), (15, 20), (30, 41)]), [(20, 30), (41, 50)]);
    }
}
