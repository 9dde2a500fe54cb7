//! What to choose, in words.

use analysis::compare::Comparison;
use analysis::decisions::{Choice, Decision, Yardstick};
use analysis::row::{Row, Tax};
use analysis::summary::Summary;
use measure::result::TrialOrder;
use stats::Estimate;
use workload::{Cell, Connection};

use crate::format::{grouped, number, time};

/// A decision in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DecisionText {
    /// The use case: `If you fetch many hosts once`.
    pub(crate) when: String,
    /// What to choose then, or why there is no choice.
    pub(crate) choose: String,
    /// What the others cost, the most expensive last.
    pub(crate) others: Vec<String>,
    /// From how many requests on it matters.
    pub(crate) matters: Option<String>,
    /// What TLS costs in this case, a sentence for each stack.
    pub(crate) taxes: Vec<String>,
}

/// The most others that are named: the closest ones and the most expensive.
const NAMED: usize = 6;

/// The decisions of a run in words.
pub(crate) fn decisions(summaries: &[Summary], rounds: TrialOrder) -> Vec<DecisionText> {
    analysis::decisions::decisions(summaries, rounds).iter().map(text).collect()
}

fn text(decision: &Decision<'_>) -> DecisionText {
    let dearer = named(&decision.dearer).into_iter();
    DecisionText {
        when: when(decision.summary, &decision.best.cell),
        choose: choose(decision),
        others: dearer.map(|(row, comparison)| dearer_by(row, comparison, decision.yardstick)).collect(),
        matters: matters(decision),
        taxes: decision.taxes().map(|(row, tax)| taxed(row, &tax)).collect(),
    }
}

/// A figure with its unit.
fn say(yardstick: Yardstick, value: f64) -> String {
    match yardstick {
        Yardstick::ClientCpu => format!("{} µs", number(value)),
        Yardstick::WallTime => time(value),
    }
}

/// The quantity of the figure.
fn what(yardstick: Yardstick) -> &'static str {
    match yardstick {
        Yardstick::ClientCpu => "of client CPU per request",
        Yardstick::WallTime => "from first to last request",
    }
}

/// The additional cost of another choice.
fn more(yardstick: Yardstick, added: f64) -> String {
    match yardstick {
        // A microsecond a request is a second per million of them.
        Yardstick::ClientCpu => format!("{} core-seconds more per million requests", number(added)),
        Yardstick::WallTime => format!("{} more", time(added)),
    }
}

fn when(summary: &Summary, cell: &Cell) -> String {
    let workload = &summary.workload;
    let c = grouped(f64::from(workload.slots()));
    let n = workload.requests().map_or_else(String::new, |n| format!("{} requests of ", grouped(n.get() as f64)));
    match (summary.waits(), cell.connection) {
        (true, _) => format!("If you wait for slow hosts ({n}{}, {c} in flight)", workload.path),
        (false, Connection::NewConn) => format!("If you fetch many hosts once (a new connection each, {c} in flight)"),
        (false, Connection::Resumed) => format!("If you come back to a host (resumed sessions, {c} in flight)"),
        (false, Connection::KeepAlive | Connection::KeepAliveFor(_)) => {
            format!("If you fetch one host often (kept connections, {c} in flight)")
        }
        (false, Connection::NewClient) => format!("If every request makes a client of its own ({c} in flight)"),
        (false, Connection::Own) => format!("If a program of its own fetches ({c} in flight)"),
    }
}

fn choose(decision: &Decision<'_>) -> String {
    let Decision { yardstick, best, figure, ties, unknown, .. } = decision;
    let (least, what) = (name(&best.cell), what(*yardstick));
    let [median, low, high] = [figure.median, figure.low, figure.high].map(|value| say(*yardstick, value));
    let choice = decision.choice();
    if let Choice::TooFewRounds { rounds } = choice {
        let least = format!("the least was {least} with {median} {what}");
        return format!(
            "No choice from {rounds} rounds: {least}. From {} on there are intervals.",
            stats::ENOUGH_ROUNDS
        );
    }
    let interval = format!("{median} {what} (95 %: {low} to {high})");
    if choice == Choice::NothingElse {
        return format!("{least} takes {interval}; nothing else was run to choose from.");
    }
    let names = |rows: &[&Row]| rows.iter().map(|row| name(&row.cell)).collect::<Vec<_>>().join(", ");
    let undecided = match unknown.as_slice() {
        [] => String::new(),
        rows => format!(" Not decided, for want of rounds: {}.", names(rows)),
    };
    if ties.is_empty() {
        return format!("Choose {least}: {interval}.{undecided}");
    }
    format!("Choose {least} or, in a tie with it, {}: {interval}.{undecided}", names(ties))
}

/// The closest and the most expensive of them.
fn named<'a>(dearer: &[(&'a Row, Comparison)]) -> Vec<(&'a Row, Comparison)> {
    if dearer.len() <= NAMED {
        return dearer.to_vec();
    }
    let (near, far) = (&dearer[..NAMED - 1], &dearer[dearer.len() - 1]);
    near.iter().chain([far]).copied().collect()
}

fn dearer_by(row: &Row, comparison: Comparison, yardstick: Yardstick) -> String {
    let Estimate { median, low, high, .. } = comparison.ratio;
    let more = more(yardstick, comparison.added.median);
    format!("{} costs {more} (×{median:.2}, 95 %: {low:.2} to {high:.2})", name(&row.cell))
}

/// From how many requests a day the dearest choice costs a minute of CPU more than the cheapest.
fn matters(decision: &Decision<'_>) -> Option<String> {
    let (row, requests) = decision.matters_from()?;
    Some(format!(
        "Below {} requests a day it does not matter: even {} costs less than a CPU minute more.",
        grouped(requests),
        name(&row.cell)
    ))
}

/// What TLS adds to a request of the model and client that were chosen.
fn taxed(row: &Row, tax: &Tax) -> String {
    let word = if tax.ratio.confident { "95 %" } else { "range" };
    format!(
        "TLS by {} adds {} µs to a request of {}/{} (×{:.1}, {word}: {:.1} to {:.1}).",
        row.cell.tls,
        number(tax.added_us.median),
        row.cell.model,
        row.cell.client,
        tax.ratio.median,
        tax.ratio.low,
        tax.ratio.high
    )
}

fn name(cell: &Cell) -> String {
    format!("{}/{} over {}", cell.model, cell.client, cell.tls)
}

#[cfg(test)]
mod tests {
    use analysis::figure::Figure;
    use analysis::row::Figures;
    use analysis::row::Round;
    use measure::result::{Flag, Terms};
    use workload::{Server, Workload};

    use super::*;

    fn figure(values: &[f64]) -> Figure {
        Estimate::of(values).unwrap().into()
    }

    fn row(cell: &str, client_us: &[f64]) -> Row {
        let zero = figure(&[0.0]);
        let figures = Figures {
            per_second: zero,
            p50_ns: None,
            p99_ns: None,
            client_us: figure(client_us),
            user_share: None,
            origin_us: zero,
            memory_bytes: zero,
            wall_ns: zero,
            in_flight: None,
            client_in_flight: None,
            loop_late_ns: None,
            held: None,
            threads: None,
            tls_tax: None,
            round_trips: None,
            floors: None,
            paced: None,
        };
        let rounds = (1..)
            .zip(client_us)
            .map(|(number, us)| Round { number, client_us: *us, origin_us: 0.0, wall_ns: 0.0, p50_ns: None })
            .collect();
        Row {
            cell: cell.parse().unwrap(),
            counted: client_us.len(),
            figures: Some(figures),
            flags: Vec::new(),
            invalid: Default::default(),
            unproven: false,
            not_verified: false,
            terms: Terms::Pinned,
            seen: None,
            libraries: Vec::new(),
            drift: None,
            warm_up: None,
            rounds,
        }
    }

    fn decide(rows: Vec<Row>) -> DecisionText {
        let workload = Workload {
            path: "/get".parse().unwrap(),
            amount: workload::Amount::Requests(100.try_into().unwrap()),
            rate: None,
            concurrency: 4.try_into().unwrap(),
            server: Server::Httpbin,
            request: Default::default(),
            hosts: workload::Hosts::MIN,
        };
        let summary =
            Summary { section: "new-conn".into(), workload, rounds: 6, rows, floors: Vec::new(), varied: Vec::new() };
        decisions(&[summary], TrialOrder::Interleaved).remove(0)
    }

    const LEAST: [f64; 6] = [10.0, 11.0, 10.0, 11.0, 10.0, 11.0];

    #[test]
    fn the_least_is_chosen_and_what_others_cost_is_told() {
        let dear = LEAST.map(|us| us * 7.0);
        let told = decide(vec![row("b/c/rustls/new-conn", &dear), row("a/c/rustls/new-conn", &LEAST)]);
        assert!(told.choose.starts_with("Choose a/c over rustls: 10.5 µs"), "{}", told.choose);
        assert!(told.others[0].contains("63 core-seconds more per million requests (×7.00"), "{:?}", told.others);
        assert!(told.matters.unwrap().contains("Below 900,000 requests a day"));
    }

    #[test]
    fn ties_are_said_and_few_rounds_choose_nothing() {
        let near = [10.0, 11.0, 11.0, 10.0, 11.0, 10.0];
        let told = decide(vec![row("a/c/rustls/new-conn", &LEAST), row("b/c/rustls/new-conn", &near)]);
        assert!(told.choose.contains("in a tie with it, b/c over rustls"), "{}", told.choose);
        assert!(told.others.is_empty() && told.matters.is_none());
        let few = decide(vec![row("a/c/rustls/new-conn", &LEAST[..5]), row("b/c/rustls/new-conn", &[70.0; 5])]);
        assert!(few.choose.starts_with("No choice from 5 rounds"), "{}", few.choose);
        assert!(few.others.is_empty());
    }

    #[test]
    fn a_rival_with_too_few_rounds_is_not_beaten() {
        let dear = [70.0; 6];
        let rivals = vec![row("a/c/rustls/new-conn", &LEAST), row("b/c/rustls/new-conn", &dear[..5])];
        let told = decide(rivals.clone());
        assert!(told.choose.starts_with("No choice from 5 rounds"), "{}", told.choose);
        let told = decide([rivals, vec![row("c/c/rustls/new-conn", &dear)]].concat());
        assert!(told.choose.contains("Not decided, for want of rounds: b/c over rustls"), "{}", told.choose);
    }

    #[test]
    fn who_did_other_work_is_no_candidate() {
        let mut serial = row("serial/c/rustls/new-conn", &[1.0; 6]);
        serial.flags = vec![Flag::FewInFlight];
        let told = decide(vec![serial, row("a/c/rustls/new-conn", &LEAST)]);
        assert!(told.choose.starts_with("a/c over rustls takes"), "{}", told.choose);
        let mut stock = row("s/c/rustls/new-conn", &[1.0; 6]);
        stock.terms = Terms::Stock;
        let told = decide(vec![stock, row("a/c/rustls/new-conn", &LEAST), row("b/c/plain/new-conn", &[1.0; 6])]);
        assert!(told.choose.starts_with("a/c over rustls takes"), "plain and stock rows compete with nobody");
    }
}
