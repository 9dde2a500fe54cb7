//! Where the time of a run went: parts that add up to its wall time, and the time that the run would take with the
//! first finding fixed.
//!
//! A moment belongs to the first of these that any connection was doing: waiting for a response, receiving one, a
//! handshake (the server's turn, then the client's), connecting, resolving. Otherwise it is the client's own time.

use observation::{Connection, Doing};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::Side;

use crate::case::Case;
use crate::code::Code;
use crate::conclusion::least;
use crate::concurrency::are_all_kept;
use crate::finding::{Confidence, Finding};
use crate::words::{share, time};

/// Where the time went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    /// What takes most of the time, and how long the run would take with that fixed, as a sentence.
    pub sentence: String,
    /// From the command's start to its end, ns.
    pub wall_ns: u64,
    /// The predicted wall time if the first finding were fixed, ns; `None` if no finding has a known saving. The error
    /// of these predictions is published in docs/observe.md.
    pub mended_ns: Option<u64>,
    /// The parts of the wall time. They add up to it.
    pub parts: Vec<Spent>,
}

/// A part of the wall time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Spent {
    /// Which part it is.
    pub part: Part,
    /// The length of the part, ns.
    pub ns: u64,
    /// For [`Part::Responses`], the mean number of requests in flight while any was.
    pub at_once: Option<f64>,
}

/// What the command and its connections were doing in a part of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The time from the command's start to its first connection.
    Start,
    /// The time before and between requests in which the client itself was running on a CPU or was ready to.
    ClientOnCpu,
    /// The time before and between requests in which the client itself was sleeping or blocked.
    ClientOffCpu,
    /// The time of resolving names.
    Names,
    /// The time of connecting.
    Connecting,
    /// The client's turns in handshakes.
    HandshakeClient,
    /// The server's turns in handshakes, network time included.
    HandshakeServer,
    /// The time of waiting for responses.
    Responses,
    /// The time of receiving responses.
    Bodies,
    /// The time after the last activity on any connection.
    After,
}

impl Part {
    /// The part's name, as the label of a table row.
    pub fn name(self) -> &'static str {
        match self {
            Part::Start => "program start, before the first connection",
            Part::ClientOnCpu => "the program itself, running or ready to run",
            Part::ClientOffCpu => "the program itself, sleeping or blocked",
            Part::Names => "resolving names",
            Part::Connecting => "connecting",
            Part::HandshakeClient => "handshakes, waiting for the client",
            Part::HandshakeServer => "handshakes, waiting for the server",
            Part::Responses => "waiting for responses",
            Part::Bodies => "receiving responses",
            Part::After => "after the last response",
        }
    }
}

/// The parts by priority: a moment belongs to the first one that applies.
const BY_PRIORITY: [Part; 6] =
    [Part::Responses, Part::Bodies, Part::HandshakeServer, Part::HandshakeClient, Part::Connecting, Part::Names];

/// Findings that open needless connections, and findings that load trust stores for them.
pub(crate) const NEW_CONNECTIONS: &[Code] = &[Code::NO_REUSE, Code::IDLE_CUT, Code::LATE_CLOSE];
pub(crate) const LOADS: &[Code] = &[Code::CLIENT_PER_REQUEST, Code::TRUST_STORE_PER_CONNECTION];

/// A span of time from its beginning to its end, ns.
type Span = (u64, u64);

pub(crate) fn account(case: &Case, findings: &[Finding]) -> Account {
    let wall_ns = case.pass.wall_ns;
    let parts = if are_all_kept(case.pass) { exact(case) } else { from_levels(case) };
    let mended_ns = mended(case, findings);
    Account { sentence: sentence(&parts, wall_ns, mended_ns, findings), wall_ns, mended_ns, parts }
}

/// The wall time without the first finding whose saving is known.
fn mended(case: &Case, findings: &[Finding]) -> Option<u64> {
    let first = findings.iter().find(|finding| finding.saves_ns > 0)?;
    let mut saves_ns = first.saves_ns;
    if [Code::NO_REUSE, Code::IDLE_CUT].contains(&first.code) {
        // Connections that are kept need no further load of a trust store; those that are needed at once load theirs in
        // any case.
        let loads = findings.iter().filter(|finding| LOADS.contains(&finding.code)).map(|finding| finding.saves_ns);
        let connections = case.pass.counts.connections;
        let kept = share(connections.saturating_sub(case.needed()), connections);
        saves_ns += (loads.max().unwrap_or(0) as f64 * kept) as u64;
    }
    let floor_ns = match first.code {
        code if NEW_CONNECTIONS.contains(&code) || LOADS.contains(&code) => with_the_same_waits(case),
        _ => case.pass.connections.first().map_or(0, |connection| connection.opened_ns),
    };
    Some(case.pass.wall_ns.saturating_sub(saves_ns).max(floor_ns.min(case.pass.wall_ns)))
}

/// The least time that a run with the same waits takes, ns: the time before the first connection and the least possible
/// from then on, but no less than the same over HTTP with one load of the trust store.
fn with_the_same_waits(case: &Case) -> u64 {
    let start = case.pass.connections.first().map_or(0, |connection| connection.opened_ns);
    let least = least(case).map_or(0, |least| least.without_cpu_ns);
    (start + least).max(case.with_one_load_over_http_ns())
}

fn sentence(parts: &[Spent], wall_ns: u64, mended_ns: Option<u64>, findings: &[Finding]) -> String {
    let Some(most) = parts.iter().max_by_key(|spent| spent.ns) else { return String::new() };
    let at_once = most.at_once.map_or_else(String::new, |at_once| format!(", {at_once:.1} at a time"));
    let went = format!("{} of {} went to {}{at_once}", time(most.ns), time(wall_ns), most.part.name());
    let failed = findings.first().filter(|first| first.code.is_failure());
    let first = failed.or_else(|| findings.iter().find(|finding| finding.saves_ns > 0)).or(findings.first());
    let Some(first) = first else { return format!("{went}.") };
    let perhaps = if first.confidence == Confidence::Suspected { "Perhaps: " } else { "" };
    let gain = match mended_ns.filter(|mended| failed.is_none() && share(*mended, wall_ns) <= WORTH_SAYING) {
        Some(mended) => {
            format!(" Without that, the run would take about {} instead of {}.", time(mended), time(wall_ns))
        }
        None => String::new(),
    };
    format!("{perhaps}{}.{gain} {went}.", capitalized(first.code.title()))
}

/// A saving that leaves more than this share of the wall time is not worth mentioning.
const WORTH_SAYING: f64 = 0.99;

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn exact(case: &Case) -> Vec<Spent> {
    let wall_ns = case.pass.wall_ns;
    let mut steps: Vec<(u64, i64, usize)> = Vec::new();
    for connection in &case.pass.connections {
        for (part, (from, until)) in spans(connection, wall_ns) {
            let place = BY_PRIORITY.iter().position(|one| *one == part).unwrap_or(0);
            let (from, until) = (from.min(wall_ns), until.min(wall_ns));
            if until > from {
                steps.extend([(from, 1, place), (until, -1, place)]);
            }
        }
    }
    steps.sort_unstable();
    let (mut now, mut spent, mut at) = ([0_i64; BY_PRIORITY.len()], [0_u64; BY_PRIORITY.len()], 0);
    let mut own: Vec<Span> = Vec::new();
    for (ns, by, place) in &steps {
        match now.iter().position(|number| *number > 0) {
            Some(first) => spent.iter_mut().skip(first).take(1).for_each(|time| *time += ns - at),
            None => own.push((at, *ns)),
        }
        at = *ns;
        if let Some(number) = now.get_mut(*place) {
            *number += by;
        }
    }
    let start = case.pass.connections.first().map_or(wall_ns, |connection| connection.opened_ns.min(wall_ns));
    // Time before the first connection is the start; gaps after it are the client's own time.
    let own: Vec<Span> = own.into_iter().map(|(from, until)| (from.max(start), until)).filter(|(a, b)| b > a).collect();
    let after = if steps.is_empty() { wall_ns - start } else { wall_ns.saturating_sub(at) };
    let known: Vec<(Part, u64)> = BY_PRIORITY.into_iter().zip(spent).collect();
    put_together(case, start, &own, after, &known)
}

/// What a connection was doing, and when.
fn spans(connection: &Connection, end_ns: u64) -> Vec<(Part, Span)> {
    let mut all = Vec::new();
    for stretch in connection.stretches(end_ns) {
        let span = (stretch.from_ns, stretch.until_ns);
        match stretch.doing {
            Doing::Connecting => {
                let resolved = stretch.from_ns + connection.connecting.resolve_ns.unwrap_or(0);
                let resolved = resolved.min(stretch.until_ns);
                all.extend([(Part::Names, (span.0, resolved)), (Part::Connecting, (resolved, span.1))]);
            }
            Doing::Handshake => {
                let turns = connection.handshake.iter().flat_map(|handshake| &handshake.turns);
                let servers = turns.filter(|turn| turn.of == Side::Server);
                all.extend(servers.map(|turn| (Part::HandshakeServer, (turn.from_ns, turn.until_ns.min(span.1)))));
                all.push((Part::HandshakeClient, span));
            }
            Doing::Waiting => all.push((Part::Responses, span)),
            Doing::Transferring => all.push((Part::Bodies, span)),
            Doing::Standing | Doing::Idle => {}
        }
    }
    all
}

/// The parts of a run with more connections than were kept, from the gauges' means.
fn from_levels(case: &Case) -> Vec<Spent> {
    let wall_ns = case.pass.wall_ns;
    let levels = &case.pass.levels;
    let start = case.pass.connections.first().map_or(wall_ns, |connection| connection.opened_ns.min(wall_ns));
    let mut spent = [0.0_f64; 4];
    let (mut own, mut last) = (Vec::new(), start);
    for (at, moment) in levels.moments.iter().enumerate() {
        let began = at as u64 * levels.moment_ns;
        let until = (began + levels.moment_ns).min(wall_ns);
        let from = began.max(start).min(until);
        let mut left = 1.0_f64;
        let doing = [moment.waiting, moment.transferring, moment.handshake, moment.connecting];
        for (time, level) in spent.iter_mut().zip(doing) {
            let part = f64::from(level).clamp(0.0, left);
            *time += part * until.saturating_sub(from) as f64;
            left -= part;
        }
        if left < 1.0 {
            last = until;
        } else if until > from {
            own.push((from, until));
        }
    }
    own.retain(|(from, _)| *from < last);
    // Handshakes are split in proportion to all turns, and connecting in proportion to all name resolutions.
    let counts = &case.pass.counts;
    let [responses, bodies, handshake, connecting] = spent;
    let servers =
        handshake * share(counts.server_turns.sum_ns, counts.server_turns.sum_ns + counts.client_turns.sum_ns);
    let names = connecting * share(counts.resolve.sum_ns, counts.resolve.sum_ns + counts.connect.sum_ns);
    let known = [
        (Part::Responses, responses as u64),
        (Part::Bodies, bodies as u64),
        (Part::HandshakeServer, servers as u64),
        (Part::HandshakeClient, (handshake - servers) as u64),
        (Part::Names, names as u64),
        (Part::Connecting, (connecting - names) as u64),
    ];
    put_together(case, start, &own, wall_ns.saturating_sub(last.max(start)), &known)
}

/// All parts, in the order of [`Part`]; a remainder due to rounding is the client's own time.
fn put_together(case: &Case, start: u64, own: &[Span], after: u64, known: &[(Part, u64)]) -> Vec<Spent> {
    let wall_ns = case.pass.wall_ns;
    let own_ns: u64 = wall_ns.saturating_sub(start + after + known.iter().map(|(_, ns)| ns).sum::<u64>());
    let share = if own.is_empty() { 0.0 } else { case.cpu_within(own).unwrap_or(0.0).min(1.0) };
    let on_cpu = (own_ns as f64 * share) as u64;
    let mut all = vec![
        (Part::Start, start),
        (Part::ClientOnCpu, on_cpu),
        (Part::ClientOffCpu, own_ns - on_cpu),
        (Part::After, after),
    ];
    all.extend(known.iter().copied());
    all.sort_unstable_by_key(|(part, _)| *part);
    let at_once = |part| match part {
        Part::Responses => case.concurrency.map(|here| here.mean),
        _ => None,
    };
    all.into_iter().map(|(part, ns)| Spent { part, ns, at_once: at_once(part) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{MS, connection, kept, one_after_another, own, proxy, queue};

    fn of(diagnosis: &crate::Diagnosis, part: Part) -> u64 {
        let account = diagnosis.account.as_ref().unwrap();
        account.parts.iter().filter(|spent| spent.part == part).map(|spent| spent.ns).sum()
    }

    #[test]
    fn the_parts_add_up_to_the_wall_time_whatever_the_run_was() {
        let mut many = own(kept(9));
        many.counts.exchanges = 1_000;
        for pass in [own(kept(9)), own(one_after_another(7)), own(queue()), own(Vec::new()), many] {
            let account = proxy(pass).account.unwrap();
            assert_eq!(account.parts.iter().map(|spent| spent.ns).sum::<u64>(), account.wall_ns, "{account:?}");
        }
    }

    #[test]
    fn waiting_goes_before_handshakes_and_start_and_end_stand_apart() {
        let told = proxy(own(vec![connection(1, 100, 105, &[(105, 205)]), connection(2, 150, 155, &[(205, 305)])]));
        assert_eq!(of(&told, Part::Start), 100 * MS);
        assert_eq!(of(&told, Part::Responses), 200 * MS);
        assert_eq!(of(&told, Part::HandshakeServer), MS);
        assert_eq!(of(&told, Part::HandshakeClient), 4 * MS);
        assert_eq!(of(&told, Part::After), (10_000 - 305) * MS);
    }
}
