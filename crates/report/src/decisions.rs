//! What to choose, from the figures of a run: a decision for each kind of work that it did, ties said as ties, and no
//! winner from too few rounds.
//!
//! The figure is client CPU where work costs CPU, and the time that a round took where it waits. Cells that had far
//! fewer requests in flight than were asked for are no candidates: they did other work.

use analysis::compare::{Comparison, compare};
use analysis::figure::Figure;
use analysis::row::{Round, Row};
use analysis::summary::Summary;
use measure::result::{Flag, Order as Rounds};
use stats::{Estimate, Order};
use workload::{Cell, Connection};

use crate::format::{grouped, number, time};

/// What one kind of work comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The section it is from.
    pub section: String,
    /// What one does: `If you fetch many hosts once`.
    pub when: String,
    /// What to choose then, or why nothing can be.
    pub choose: String,
    /// What the others cost, dearest last.
    pub others: Vec<String>,
    /// From when on it matters.
    pub matters: Option<String>,
    /// What TLS costs in this case, a sentence per stack.
    pub taxes: Vec<String>,
}

/// How the others stand to the least.
#[derive(Default)]
struct Standing<'a> {
    ties: Vec<&'a Row>,
    dearer: Vec<(&'a Row, Comparison)>,
    /// Of those with too few common rounds nothing can be said.
    unknown: Vec<&'a Row>,
}

/// The others that are named: the nearest ones and the dearest.
const NAMED: usize = 6;

/// CPU time a day below which a choice does not matter, seconds: a minute of one core.
const MATTERS_FROM: f64 = 60.0;

/// A decision for every section that has cells over TLS which may be compared.
pub fn decisions(summaries: &[Summary], rounds: Rounds) -> Vec<Decision> {
    // Cells that differ in more than model, client and stack are no alternatives to one another.
    summaries.iter().filter(|summary| summary.is_uniform()).filter_map(|summary| decision(summary, rounds)).collect()
}

/// What is compared: a figure and how it is told.
struct Yardstick {
    of: fn(&Round) -> f64,
    figure: fn(&Row) -> Option<Figure>,
    /// The figure with its unit.
    say: fn(f64) -> String,
    /// What it is of.
    what: &'static str,
    /// What one more costs, in words.
    more: fn(f64) -> String,
}

const CPU: Yardstick = Yardstick {
    of: |round| round.client_us,
    figure: |row| row.figures.as_ref().map(|figures| figures.client_us),
    say: |us| format!("{} µs", number(us)),
    what: "of client CPU per request",
    // A microsecond a request is a second per million of them.
    more: |us| format!("{} core-seconds more per million requests", number(us)),
};

const WALL: Yardstick = Yardstick {
    of: |round| round.wall_ns,
    figure: |row| row.figures.as_ref().map(|figures| figures.wall_ns),
    say: time,
    what: "from first to last request",
    more: |ns| format!("{} more", time(ns)),
};

fn decision(summary: &Summary, rounds: Rounds) -> Option<Decision> {
    let yardstick = if summary.is_told_by_time() { WALL } else { CPU };
    let fit = |row: &&Row| row.cell.is_tls() && row.compares() && !row.flags.contains(&Flag::FewInFlight);
    let mut rows: Vec<(&Row, Figure)> =
        summary.rows.iter().filter(fit).filter_map(|row| Some((row, (yardstick.figure)(row)?))).collect();
    rows.sort_by(|a, b| a.1.median.total_cmp(&b.1.median));
    let ((best, figure), others) = rows.split_first()?;
    let compared: Vec<(&Row, Option<Comparison>)> =
        others.iter().map(|(row, _)| (*row, compare(best, row, yardstick.of, rounds))).collect();
    let mut standing = Standing::default();
    for (row, known) in &compared {
        match known.map(|known| (Order::of_ratio(&known.ratio), known)) {
            Some((Order::More, known)) => standing.dearer.push((*row, known)),
            // Paired, the least median may come out as the greater: no more than a tie either.
            Some((Order::Tie | Order::Less, _)) => standing.ties.push(*row),
            Some((Order::Unknown, _)) | None => standing.unknown.push(*row),
        }
    }
    let Standing { ties, mut dearer, unknown } = standing;
    dearer.sort_by(|a, b| a.1.added.median.total_cmp(&b.1.added.median));
    Some(Decision {
        section: summary.section.clone(),
        when: when(summary, &best.cell),
        choose: choose(best, figure, &ties, &unknown, &yardstick, dearer.is_empty()),
        others: named(&dearer).into_iter().map(|(row, comparison)| dearer_by(row, comparison, &yardstick)).collect(),
        matters: matters(&dearer, summary),
        taxes: taxes(summary, &best.cell),
    })
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

fn choose(
    best: &Row,
    figure: &Figure,
    ties: &[&Row],
    unknown: &[&Row],
    yardstick: &Yardstick,
    none_is_dearer: bool,
) -> String {
    let (least, what) = (name(&best.cell), yardstick.what);
    let [median, low, high] = [figure.median, figure.low, figure.high].map(yardstick.say);
    let undecided = ties.is_empty() && none_is_dearer && !unknown.is_empty();
    if !figure.confident || undecided {
        let rounds = unknown.iter().map(|row| row.counted).chain([best.counted]).min().unwrap_or(0);
        let least = format!("the least was {least} with {median} {what}");
        return format!(
            "No choice from {rounds} rounds: {least}. From {} on there are intervals.",
            stats::ENOUGH_ROUNDS
        );
    }
    let interval = format!("{median} {what} (95 %: {low} to {high})");
    let names = |rows: &[&Row]| rows.iter().map(|row| name(&row.cell)).collect::<Vec<_>>().join(", ");
    let undecided = match unknown {
        [] => String::new(),
        rows => format!(" Not decided, for want of rounds: {}.", names(rows)),
    };
    if ties.is_empty() && none_is_dearer {
        return format!("{least} takes {interval}; nothing else was run to choose from.");
    }
    if ties.is_empty() {
        return format!("Choose {least}: {interval}.{undecided}");
    }
    format!("Choose {least} or, in a tie with it, {}: {interval}.{undecided}", names(ties))
}

/// The nearest and the dearest of them.
fn named<'a>(dearer: &[(&'a Row, Comparison)]) -> Vec<(&'a Row, Comparison)> {
    if dearer.len() <= NAMED {
        return dearer.to_vec();
    }
    let (near, far) = (&dearer[..NAMED - 1], &dearer[dearer.len() - 1]);
    near.iter().chain([far]).copied().collect()
}

fn dearer_by(row: &Row, comparison: Comparison, yardstick: &Yardstick) -> String {
    let Estimate { median, low, high, .. } = comparison.ratio;
    let more = (yardstick.more)(comparison.added.median);
    format!("{} costs {more} (×{median:.2}, 95 %: {low:.2} to {high:.2})", name(&row.cell))
}

/// From how many requests a day the dearest choice costs a minute of CPU more than the cheapest.
fn matters(dearer: &[(&Row, Comparison)], summary: &Summary) -> Option<String> {
    let (row, dearest) = dearer.last()?;
    // The interval's upper end, so that what is said holds.
    let added = dearest.added.high;
    if summary.waits() || added <= 0.0 {
        return None;
    }
    let requests = MATTERS_FROM / (added / 1e6);
    // One significant digit: more would pretend to know the machine that it will run on.
    let power = 10f64.powf(requests.log10().floor());
    let requests = grouped((requests / power).floor() * power);
    Some(format!(
        "Below {requests} requests a day it does not matter: even {} costs less than a CPU minute more.",
        name(&row.cell)
    ))
}

/// What TLS adds to the model and client that were chosen.
fn taxes(summary: &Summary, chosen: &Cell) -> Vec<String> {
    let same = |row: &&Row| row.cell.model == chosen.model && row.cell.client == chosen.client;
    let told = |row: &Row| {
        let tax = row.figures.as_ref()?.tls_tax?;
        let word = if tax.ratio.confident { "95 %" } else { "range" };
        Some(format!(
            "TLS by {} adds {} µs to a request of {}/{} (×{:.1}, {word}: {:.1} to {:.1}).",
            row.cell.tls,
            number(tax.added_us.median),
            row.cell.model,
            row.cell.client,
            tax.ratio.median,
            tax.ratio.low,
            tax.ratio.high
        ))
    };
    summary.rows.iter().filter(same).filter_map(told).collect()
}

fn name(cell: &Cell) -> String {
    format!("{}/{} over {}", cell.model, cell.client, cell.tls)
}

#[cfg(test)]
mod tests {
    use analysis::row::Figures;
    use measure::result::Terms;
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
            terms: Terms::Pinned,
            seen: None,
            libraries: Vec::new(),
            drift: None,
            warm_up: None,
            rounds,
        }
    }

    fn decide(rows: Vec<Row>) -> Decision {
        let workload = Workload {
            path: "/get".parse().unwrap(),
            amount: workload::Amount::Requests(100.try_into().unwrap()),
            rate: None,
            concurrency: 4.try_into().unwrap(),
            server: Server::Httpbin,
            hosts: workload::Hosts::MIN,
        };
        let summary =
            Summary { section: "new-conn".into(), workload, rounds: 6, rows, floors: Vec::new(), varied: Vec::new() };
        decisions(&[summary], Rounds::Interleaved).remove(0)
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
