//! Sentences of a choice: the least, those that tie with it, and what others cost.

use analysis::decisions::{Choice, Yardstick};
use analysis::verdict::{Chosen, Dearer, Evidence};
use workload::Connection;

use super::quantity::{capital, count, list, request, support, times};
use crate::format::{grouped, number, time};

pub(super) fn chosen(chosen: &Chosen) -> String {
    let Chosen { yardstick, choice, best, figure, ties, .. } = chosen;
    let where_to = where_to(chosen);
    let costs = format!("{} {}", say(*yardstick, figure.figure.median), what(*yardstick));
    let bare = match yardstick {
        Yardstick::ClientCpu => support(figure, number),
        Yardstick::WallTime => support(figure, time),
    };
    if let Choice::TooFewRounds { rounds } = choice {
        let rounds = if *rounds == 1 { "1 round".to_owned() } else { format!("{rounds} rounds") };
        return format!("No choice {where_to} from {rounds}: the least was {best} with {costs} ({bare}).");
    }
    if *choice == Choice::NothingElse {
        let took = capital(&format!("{where_to}, {best} takes {costs} ({bare})"));
        return format!("{took}; nothing else was run to choose from.");
    }
    let choose = match ties.len() {
        0 => format!("choose {best}: {costs} ({bare}){}", next(chosen)),
        ties_of_it => {
            let all: Vec<String> = [best].into_iter().chain(ties).cloned().collect();
            let any = count(ties_of_it + 1);
            format!("choose any of these {any}, which tie: {}: {costs} ({bare}){}", list(&all), next(chosen))
        }
    };
    capital(&format!("{where_to}, {choose}.{}", asides(chosen)))
}

/// `over a new connection`, or `to wait for /delay/0.1`.
fn where_to(chosen: &Chosen) -> String {
    match (&chosen.waits_for, chosen.connection) {
        (Some(path), _) => format!("to wait for {path}"),
        (None, Connection::Own) => "for a program of its own".to_owned(),
        (None, connection) => format!("for {}", request(connection).trim_end_matches(',')),
    }
}

/// What the nearest of those that cost more costs.
fn next(chosen: &Chosen) -> String {
    chosen.next.as_ref().map_or_else(String::new, |next| {
        let Dearer { name, .. } = next;
        format!("; the next, {name}, {}", costs_more(next))
    })
}

fn asides(chosen: &Chosen) -> String {
    let Chosen { undecided, discontinued, .. } = chosen;
    let mut text = String::new();
    if !undecided.is_empty() {
        text.push_str(&format!(" Not decided, for want of rounds: {}.", undecided.join(", ")));
    }
    if !discontinued.is_empty() {
        text.push_str(&format!(" Left out, because discontinued: {}.", discontinued.join(", ")));
    }
    text
}

/// `63 µs (95 %: 60 to 66)`.
pub(crate) fn more(dearer: &Dearer) -> String {
    let Dearer { yardstick, added, .. } = dearer;
    format!("{} ({})", say(*yardstick, added.figure.median), ends(*yardstick, added))
}

/// `costs 63 µs more (95 %: 60 to 66; ×7.0)`.
fn costs_more(dearer: &Dearer) -> String {
    let Dearer { yardstick, added, ratio, .. } = dearer;
    let costs = if added.claims() { "costs" } else { "cost" };
    format!("{costs} {} more ({}; {})", say(*yardstick, added.figure.median), ends(*yardstick, added), times(ratio))
}

fn ends(yardstick: Yardstick, evidence: &Evidence) -> String {
    match yardstick {
        Yardstick::ClientCpu => support(evidence, number),
        Yardstick::WallTime => support(evidence, time),
    }
}

/// A figure with its unit.
fn say(yardstick: Yardstick, value: f64) -> String {
    match yardstick {
        Yardstick::ClientCpu => format!("{} µs", number(value)),
        Yardstick::WallTime => time(value),
    }
}

/// What the figure is of.
fn what(yardstick: Yardstick) -> &'static str {
    match yardstick {
        Yardstick::ClientCpu => "of client CPU a request",
        Yardstick::WallTime => "from first to last request",
    }
}

pub(super) fn matters(requests: f64, name: &str) -> String {
    format!(
        "Below {} requests a day it does not matter: even {name} costs less than a CPU minute more.",
        grouped(requests)
    )
}
