//! What to choose, in words.

use analysis::decisions::{Choice, Decision};
use analysis::summary::Summary;
use analysis::verdict::{Dearer, Sentence, added_to, choose};
use measure::result::TrialOrder;
use workload::{Cell, Connection};

use crate::format::grouped;
use crate::table::Table;
use crate::tables::dearer::dearer;
use crate::verdict::text;

/// A decision in words.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DecisionText {
    /// The use case: `If you fetch many hosts once`.
    pub(crate) when: String,
    /// What to choose then, or why there is no choice.
    pub(crate) choose: String,
    /// What the others cost, the most expensive last; `None` where there is none to tell.
    pub(crate) others: Option<Table>,
    /// From how many requests on it matters.
    pub(crate) matters: Option<String>,
    /// What TLS costs in this case.
    pub(crate) taxes: Option<String>,
}

/// The most others that are named: the closest ones and the most expensive.
const NAMED: usize = 6;

/// The decisions of a run in words.
pub(crate) fn decisions(summaries: &[Summary], rounds: TrialOrder) -> Vec<DecisionText> {
    analysis::decisions::decisions(summaries, rounds).iter().map(|decision| told(decision, rounds)).collect()
}

fn told(decision: &Decision<'_>, rounds: TrialOrder) -> DecisionText {
    let choosable = decision.choice() == Choice::Least;
    let others = if choosable { named(decision.others(rounds)) } else { Vec::new() };
    DecisionText {
        when: when(decision.summary, &decision.best.cell),
        choose: text(&Sentence::Chosen(choose(decision, rounds))),
        others: dearer(&others),
        matters: if choosable { matters(decision, rounds) } else { None },
        taxes: added_to(decision, rounds).map(|adds| text(&Sentence::TlsAdds(adds))),
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

/// The nearest and the dearest of them.
fn named(mut dearer: Vec<Dearer>) -> Vec<Dearer> {
    if dearer.len() > NAMED {
        dearer.drain(NAMED - 1..dearer.len() - 1);
    }
    dearer
}

/// From how many requests a day the dearest choice costs a minute of CPU more than the cheapest.
fn matters(decision: &Decision<'_>, rounds: TrialOrder) -> Option<String> {
    let (row, requests) = decision.matters_from()?;
    let dearest = decision.others(rounds).pop().filter(|dearest| dearest.added.claims())?;
    let name = format!("{}/{} over {}", row.cell.model, row.cell.client, row.cell.tls);
    Some(text(&Sentence::Matters { requests, name, added: dearest.added }))
}

#[cfg(test)]
mod tests {
    use analysis::figure::Figure;
    use analysis::row::{Figures, Round, Row};
    use measure::result::{Flag, Terms};
    use stats::Estimate;
    use workload::Workload;

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
        decisions(&[summary(rows)], TrialOrder::Interleaved).remove(0)
    }

    fn summary(rows: Vec<Row>) -> Summary {
        let workload = Workload::of(
            "/get".parse().unwrap(),
            workload::Amount::Requests(100.try_into().unwrap()),
            4.try_into().unwrap(),
        );
        Summary { section: "new-conn".into(), workload, rounds: 6, rows, floors: Vec::new(), varied: Vec::new() }
    }

    const LEAST: [f64; 6] = [10.0, 11.0, 10.0, 11.0, 10.0, 11.0];

    #[test]
    fn the_least_is_chosen_and_what_others_cost_is_told() {
        let dear = LEAST.map(|us| us * 7.0);
        let told = decide(vec![row("b/c/rustls/new-conn", &dear), row("a/c/rustls/new-conn", &LEAST)]);
        assert!(
            told.choose.starts_with("For a request over a new connection, choose a/c over rustls: 10.5 µs"),
            "{}",
            told.choose
        );
        let others = &told.others.as_ref().unwrap().rows[0];
        assert!(others[0].text == "b/c over rustls" && others[1].text.starts_with("63 µs (95 %: "), "{others:?}");
        assert_eq!(others[2].text, "×7.0");
        assert!(told.matters.unwrap().contains("Below 900,000 requests a day"));
    }

    #[test]
    fn ties_are_said_and_few_rounds_choose_nothing() {
        let near = [10.0, 11.0, 11.0, 10.0, 11.0, 10.0];
        let told = decide(vec![row("a/c/rustls/new-conn", &LEAST), row("b/c/rustls/new-conn", &near)]);
        assert!(
            told.choose.contains("choose any of these two, which tie: a/c over rustls and b/c over rustls: "),
            "{}",
            told.choose
        );
        assert!(told.others.is_none() && told.matters.is_none());
        let few = decide(vec![row("a/c/rustls/new-conn", &LEAST[..5]), row("b/c/rustls/new-conn", &[70.0; 5])]);
        assert!(
            few.choose.starts_with("No choice for a request over a new connection from 5 rounds"),
            "{}",
            few.choose
        );
        assert!(few.others.is_none());
    }

    #[test]
    fn a_rival_with_too_few_rounds_is_not_beaten() {
        let dear = [70.0; 6];
        let rivals = vec![row("a/c/rustls/new-conn", &LEAST), row("b/c/rustls/new-conn", &dear[..5])];
        let told = decide(rivals.clone());
        assert!(told.choose.contains("from 5 rounds"), "{}", told.choose);
        let told = decide([rivals, vec![row("c/c/rustls/new-conn", &dear)]].concat());
        assert!(told.choose.contains("Not decided, for want of rounds: b/c over rustls"), "{}", told.choose);
    }

    #[test]
    fn what_is_discontinued_is_recommended_to_nobody() {
        let discontinued = row("async-std/c/rustls/new-conn", &LEAST.map(|us| us / 2.0));
        let told =
            decide(vec![discontinued.clone(), row("a/c/rustls/new-conn", &LEAST), row("b/c/rustls/new-conn", &LEAST)]);
        assert!(told.choose.contains("choose any of these two, which tie: a/c over rustls and b/c"), "{}", told.choose);
        assert!(told.choose.ends_with("Left out, because discontinued: async-std/c over rustls."), "{}", told.choose);
        let summaries = [summary(vec![discontinued])];
        assert!(decisions(&summaries, TrialOrder::Interleaved).is_empty(), "there is nothing else to choose");
    }

    #[test]
    fn who_did_other_work_is_no_candidate() {
        let mut serial = row("serial/c/rustls/new-conn", &[1.0; 6]);
        serial.flags = vec![Flag::FewInFlight];
        let told = decide(vec![serial, row("a/c/rustls/new-conn", &LEAST)]);
        assert!(told.choose.contains(", a/c over rustls takes "), "{}", told.choose);
        let mut stock = row("s/c/rustls/new-conn", &[1.0; 6]);
        stock.terms = Terms::Stock;
        let told = decide(vec![stock, row("a/c/rustls/new-conn", &LEAST), row("b/c/plain/new-conn", &[1.0; 6])]);
        assert!(told.choose.contains(", a/c over rustls takes "), "plain and stock rows compete with nobody");
    }
}
