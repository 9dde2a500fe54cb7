//! How often trust stores were loaded, by samples of the command's stacks, and for what: what the two findings on trust
//! stores share.

use observation::{Close, Pass, Runtime, Sampling, TrustStore};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::words::{percent, share, time};

/// Loads, and loads beyond the connections needed at once: fewer are a start-up.
const ENOUGH: u64 = 3;
/// Of the connections: samples miss a short load now and then, so most stands for each. So many samples there must be
/// too: a few loads don't stand for many connections.
const OF_CONNECTIONS: f64 = 0.5;
/// Of the requests, where few connections were opened beyond those needed at once.
const OF_REQUESTS: f64 = 0.5;
/// Of the command's CPU time: a third is worth a finding, however well loads can be told apart.
const OF_CPU: f64 = 1.0 / 3.0;
/// CPU time in trust stores that is worth a word at all, ns: one load of Mozilla's roots takes 2 to 40 ms. Or of the
/// run's wall time.
const WORTH_NS: u64 = 60_000_000;
const OF_WALL: f64 = 0.05;

/// Loads that are the rule.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loads<'a> {
    store: &'a TrustStore,
    /// Each load was told apart.
    is_proven: bool,
    /// CPU time of all of them, ns.
    cpu_ns: u64,
}

/// What was loaded again and again; `None` where it was not, or can't be told.
pub(crate) fn of<'a>(case: &Case<'a>) -> Option<Loads<'a>> {
    let Sampling::Sampled(store) = &case.pass.sampling else { return None };
    // Samples with no connection's beginning between them count as one load, whichever clients they are of: so many
    // that were at work at once may be behind each.
    let behind = store.loads.saturating_mul(case.needed()).min(store.connections);
    let later = behind.saturating_sub(case.needed());
    let is_rule = later >= ENOUGH || share(store.loads, case.requests()) >= OF_REQUESTS;
    let is_most = |count| share(count, store.connections) >= OF_CONNECTIONS;
    // What can't be told apart must stand for requests, too: workers that load one each serve many.
    let is_proven = is_most(store.loads);
    let is_told = is_proven || share(behind, case.requests()) >= OF_REQUESTS;
    let cpu_ns = cpu_ns(case);
    let is_worth = cpu_ns >= WORTH_NS || share(cpu_ns, case.pass.wall_ns) >= OF_WALL;
    let is_each =
        is_worth && store.loads >= ENOUGH && is_most(behind) && is_most(store.in_trust_store) && is_rule && is_told;
    let is_much = store.loads >= ENOUGH && share(store.in_trust_store, store.samples) >= OF_CPU && cpu_ns >= WORTH_NS;
    (is_each || is_much).then_some(Loads { store, is_proven, cpu_ns })
}

/// CPU time in trust stores by samples, ns; 0 where there are none.
pub(crate) fn cpu_ns(case: &Case) -> u64 {
    match &case.pass.sampling {
        Sampling::Sampled(store) => store.in_trust_store.saturating_mul(store.period_ns),
        _ => 0,
    }
}

/// What loading takes for so many connections more, opened together, where the client's library loads for each: ns of
/// wall time.
pub(crate) fn of_connections_ns(case: &Case, more: u64) -> u64 {
    let Sampling::Sampled(store) = &case.pass.sampling else { return 0 };
    // Go reads the system's roots in the first handshake, for all that follow.
    if case.pass.runtimes.contains(&Runtime::Go) {
        return 0;
    }
    let all_ns = store.for_connections.unwrap_or(0).saturating_mul(store.period_ns);
    (all_ns / store.connections.max(1)).saturating_mul(more.div_ceil(loads_at_once(case)))
}

/// How many loads go on at once where several connections are opened together: as many as there are CPUs, but for what
/// does all on one thread. Python lets other threads run while OpenSSL reads a file.
fn loads_at_once(case: &Case) -> u64 {
    let is_one_thread = [Runtime::Node, Runtime::Curl].iter().any(|one| case.pass.runtimes.contains(one));
    if is_one_thread { 1 } else { case.pass.cpu.cpus.max(1) }
}

impl Loads<'_> {
    /// Whether each request came on a connection of its own over both passes, and did not ask for that: then a client,
    /// or a process, was made for each, as far as can be told from outside.
    pub(crate) fn are_of_clients(self, case: &Case) -> bool {
        let is_single = |pass: &Pass| {
            let asked = pass.origin.as_ref().map_or(0, |origin| origin.asked_to_close);
            let counts = &pass.counts;
            // What the server ends, or nobody answers, says nothing of clients.
            let by_client =
                pass.connections.iter().filter(|one| matches!(one.close, Close::Client | Close::Open)).count();
            let is_each = counts.connections * 10 >= counts.exchanges * 9 && asked * 2 < counts.exchanges.max(1);
            is_each && by_client * 2 > pass.connections.len()
        };
        is_single(case.pass) && case.http.is_none_or(is_single)
    }

    /// What was seen, as sentences.
    fn evidence(self, case: &Case) -> Vec<String> {
        let store = self.store;
        let seen = if self.is_proven {
            format!(
                "Before {} of {} connections a trust store was loaded, by samples of the stacks.",
                store.loads, store.connections
            )
        } else {
            format!(
                "{} times a trust store, or several at once, were loaded before {} connections, of which {} were at \
                 work at once: samples of the stacks don't tell loads apart that begin together.",
                store.loads,
                store.connections,
                case.needed()
            )
        };
        vec![seen, self.spent(case)]
    }

    /// What loading took. Where each load is known, so is the mean.
    fn spent(self, case: &Case) -> String {
        let share = percent(self.store.in_trust_store, self.store.samples);
        let are_all_kept = case.pass.connections.len() as u64 == case.pass.counts.connections;
        if self.is_proven && are_all_kept {
            let mean = time(self.cpu_ns / self.store.loads.max(1));
            format!("A load took {mean} of CPU in the mean; all of them were {share} of the command's CPU time.")
        } else {
            format!("Loading took {} of CPU, {share} of the command's CPU time.", time(self.cpu_ns))
        }
    }

    /// What this run is shorter by where the store is loaded once: CPU time, as many cores at a time as the command
    /// used, and no more than HTTPS takes longer than HTTP with one load.
    fn saves_ns(self, case: &Case) -> u64 {
        let again_ns = match self.store.again {
            // A library may keep what it has parsed: the first load takes longer then.
            Some(again) => again.saturating_mul(self.store.period_ns) as f64,
            None => self.cpu_ns as f64 * share(self.store.loads.saturating_sub(1), self.store.loads),
        };
        ((again_ns / Case::cores(case.pass)) as u64)
            .min(case.pass.wall_ns.saturating_sub(case.with_one_load_over_http_ns()))
    }

    /// The finding with that name and advice.
    pub(crate) fn finding(self, case: &Case, code: Code, advice: Vec<Advice>) -> Finding {
        let period = time(self.store.period_ns);
        Finding {
            code,
            confidence: if self.is_proven { Confidence::Proven } else { Confidence::Suspected },
            evidence: self.evidence(case),
            cost: Some(Cost {
                wall_ms: None,
                cpu_ms: Some(case.per_thousand(self.cpu_ns as f64)),
                how: format!("{} samples in trust stores, of {period} each", self.store.in_trust_store),
            }),
            saves_ns: self.saves_ns(case),
            concerns: self.store.loads,
            advice,
        }
    }
}
