//! How often trust stores were loaded, and for what, by samples of the command's stacks. The two findings on trust
//! stores share this.

use observation::{Close, ObservedRun, Runtime, Sampling, TrustStore};

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Confidence, Cost, Finding};
use crate::words::{percent, share, time};

/// The least number of loads, in total and beyond the connections needed at once: fewer belong to the start-up.
const ENOUGH: u64 = 3;
/// The least share of connections with a load: samples miss a short load now and then, so most stands for each. There
/// must be at least as many samples, too: a few loads don't stand for many connections.
const OF_CONNECTIONS: f64 = 0.5;
/// The least share of the requests, if few connections were opened beyond those needed at once.
const OF_REQUESTS: f64 = 0.5;
/// A share of the command's CPU time that is a finding even if single loads can't be distinguished.
const OF_CPU: f64 = 1.0 / 3.0;
/// The least CPU time in trust stores that is worth mentioning, ns: one load of Mozilla's roots takes 2 to 40 ms. The
/// share below, of the run's wall time without what it waited for a CPU, suffices too: other programs make a run longer,
/// and its loads no cheaper.
const WORTH_NS: u64 = 60_000_000;
const OF_WALL: f64 = 0.05;
/// A share of the command's CPU time that is worth mentioning, too, if most connections have a load.
const OF_OWN_CPU: f64 = 0.1;

/// The CPU time in trust stores that no single client needs, ns: a load takes up to 40 ms, and a client may make a few
/// when it is built, as httpx does for each proxy of the environment.
const SEVERAL_NS: u64 = 240_000_000;

/// Trust stores that are loaded repeatedly.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loads<'a> {
    store: &'a TrustStore,
    /// Whether each load was distinguished.
    is_proven: bool,
    /// The CPU time of all loads, ns.
    cpu_ns: u64,
}

/// The loads of a case; `None` if stores were not loaded repeatedly, or if that is not known.
pub(crate) fn of<'a>(case: &Case<'a>) -> Option<Loads<'a>> {
    let Sampling::Sampled(store) = &case.pass.sampling else { return None };
    // Samples without a connection's beginning between them count as one load, whichever clients they belong to. So
    // each may stand for as many loads as connections were at work at once.
    let behind = store.loads.saturating_mul(case.needed()).min(store.connections);
    let later = behind.saturating_sub(case.needed());
    let is_rule = later >= ENOUGH || share(store.loads, case.requests()) >= OF_REQUESTS;
    let is_most = |count| share(count, store.connections) >= OF_CONNECTIONS;
    // If loads can't be distinguished, they must also amount to a share of the requests: workers that load one store
    // each serve many requests.
    let is_proven = is_most(store.loads);
    let is_told = is_proven || share(behind, case.requests()) >= OF_REQUESTS;
    let cpu_ns = cpu_ns(case);
    let is_worth = cpu_ns >= WORTH_NS
        || share(cpu_ns, undisturbed_ns(case.pass)) >= OF_WALL
        || share(store.in_trust_store, store.samples) >= OF_OWN_CPU;
    let is_each =
        is_worth && store.loads >= ENOUGH && is_most(behind) && is_most(store.in_trust_store) && is_rule && is_told;
    // Clients that all begin at once load their stores before the first connection, where loads are not told apart.
    let are_several = store.loads >= ENOUGH || (store.connections >= ENOUGH && cpu_ns >= SEVERAL_NS);
    let is_much = are_several && share(store.in_trust_store, store.samples) >= OF_CPU && cpu_ns >= WORTH_NS;
    (is_each || is_much).then_some(Loads { store, is_proven, cpu_ns })
}

/// The CPU time in trust stores by the samples, ns; 0 without samples.
pub(crate) fn cpu_ns(case: &Case) -> u64 {
    match &case.pass.sampling {
        Sampling::Sampled(store) => store.in_trust_store.saturating_mul(store.period_ns),
        _ => 0,
    }
}

/// The wall time of a run without the time for which its threads waited for a CPU, but no less than its CPU time took on
/// all CPUs, ns.
fn undisturbed_ns(pass: &ObservedRun) -> u64 {
    let least = pass.cpu.total_ns / pass.cpu.cpus.max(1);
    pass.wall_ns.saturating_sub(Case::queued_ns(pass)).max(least)
}

/// The wall time of loading trust stores for `more` connections that are opened together, if the client's library loads
/// one for each, ns.
pub(crate) fn of_connections_ns(case: &Case, more: u64) -> u64 {
    let Sampling::Sampled(store) = &case.pass.sampling else { return 0 };
    // Go reads the system's roots once, in the first handshake.
    if case.pass.runtimes.contains(&Runtime::Go) {
        return 0;
    }
    let all_ns = store.for_connections.unwrap_or(0).saturating_mul(store.period_ns);
    (all_ns / store.connections.max(1)).saturating_mul(more.div_ceil(loads_at_once(case)))
}

/// How many loads run at once if several connections are opened together: as many as there are CPUs, except in
/// single-threaded runtimes. Python lets other threads run while OpenSSL reads a file.
fn loads_at_once(case: &Case) -> u64 {
    let is_one_thread = [Runtime::Node, Runtime::Curl].iter().any(|one| case.pass.runtimes.contains(one));
    if is_one_thread { 1 } else { case.pass.cpu.cpus.max(1) }
}

impl Loads<'_> {
    /// Whether in both runs each request came on its own connection without asking for that. Then a client or a process
    /// was made for each request, as far as can be seen from outside.
    pub(crate) fn are_of_clients(self, case: &Case) -> bool {
        let is_single = |pass: &ObservedRun| {
            let asked = pass.origin.as_ref().map_or(0, |origin| origin.asked_to_close);
            let counts = &pass.counts;
            // Connections that the server closed, or that got no response, say nothing about clients.
            let by_client =
                pass.connections.iter().filter(|one| matches!(one.close, Close::Client | Close::Open)).count();
            let is_each = counts.connections * 10 >= counts.exchanges * 9 && asked * 2 < counts.exchanges.max(1);
            is_each && by_client * 2 > pass.connections.len()
        };
        is_single(case.pass) && case.http.is_none_or(is_single)
    }

    /// The evidence, as sentences.
    fn evidence(self, case: &Case) -> Vec<String> {
        let store = self.store;
        let seen = if self.is_proven {
            format!(
                "Samples of the stacks show that a trust store was loaded before {} of {} connections.",
                store.loads, store.connections
            )
        } else {
            format!(
                "Samples of the stacks show {} times at which one or more trust stores were loaded, for {} \
                 connections, of which {} were at work at once. They don't show how many loads began at the same \
                 time.",
                store.loads,
                store.connections,
                case.needed()
            )
        };
        vec![seen, self.spent(case)]
    }

    /// The time of loading. If each load is known, with the mean.
    fn spent(self, case: &Case) -> String {
        let share = percent(self.store.in_trust_store, self.store.samples);
        let are_all_kept = case.pass.connections.len() as u64 == case.pass.counts.connections;
        if self.is_proven && are_all_kept {
            let mean = time(self.cpu_ns / self.store.loads.max(1));
            format!("A load took {mean} of CPU on average; all loads took {share} of the command's CPU time.")
        } else {
            format!("Loading took {} of CPU, {share} of the command's CPU time.", time(self.cpu_ns))
        }
    }

    /// How much shorter this run is if the store is loaded once: the CPU time of the other loads, divided by the cores
    /// that the command used, but no more than what HTTPS takes longer than HTTP with one load.
    fn saves_ns(self, case: &Case) -> u64 {
        let again_ns = match self.store.again {
            // A library may cache what it has parsed; then the first load takes longer than the others.
            Some(again) => again.saturating_mul(self.store.period_ns) as f64,
            None => self.cpu_ns as f64 * share(self.store.loads.saturating_sub(1), self.store.loads),
        };
        ((again_ns / Case::cores(case.pass)) as u64)
            .min(case.pass.wall_ns.saturating_sub(case.with_one_load_over_http_ns()))
    }

    /// The finding with this code and advice.
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
