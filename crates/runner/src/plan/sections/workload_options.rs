//! The user's options for a run's workload, and the sections that follow from them for some cells.

use std::num::NonZeroU64;

use measure::result::Section;
use workload::{Amount, Cell, Concurrency, Path, Rate, RequestSpec, Requests, Server, Workload};

/// The default number of requests in flight: what a busy client keeps open.
pub const CONCURRENCY: Concurrency = Concurrency::new(64).unwrap();

/// The default duration at a fixed rate: the usual number of requests would take minutes at a low rate and milliseconds
/// at a high one.
const PACED: Amount = Amount::Duration(NonZeroU64::new(2_000_000_000).unwrap());

/// The user's options; `None`, or empty, where the user has not chosen.
#[derive(Debug, Clone, Default)]
pub struct WorkloadOptions {
    /// How much a trial does.
    pub amount: Option<Amount>,
    /// Requests in flight at most: sections for each.
    pub concurrency: Vec<Concurrency>,
    /// Requests per second: sections for each.
    pub rates: Vec<Rate>,
    /// The path to fetch.
    pub path: Option<Path>,
    /// How often each cell runs.
    pub rounds: Option<u32>,
    /// The kind of server, which determines the expected responses.
    pub server: Server,
    /// What every request says beside its path.
    pub request: RequestSpec,
}

impl WorkloadOptions {
    /// How much a trial does, where the default is `requests`.
    pub(crate) fn amount(&self, requests: Requests, rate: Option<Rate>) -> Amount {
        match (self.amount, rate) {
            (Some(amount), Some(rate)) => amount.at(rate),
            (Some(amount), None) => amount,
            (None, Some(rate)) => PACED.at(rate),
            (None, None) => Amount::Requests(requests),
        }
    }

    /// A section for each requested concurrency and rate.
    pub(crate) fn sections(
        &self,
        name: &str,
        path: &Path,
        requests: Requests,
        rounds: u32,
        cells: &[Cell],
    ) -> Vec<Section> {
        let asked: &[Concurrency] = if self.concurrency.is_empty() { &[CONCURRENCY] } else { &self.concurrency };
        let rates = if self.rates.is_empty() { vec![None] } else { self.rates.iter().copied().map(Some).collect() };
        let several = |count: usize, suffix: String| if count > 1 { suffix } else { String::new() };
        let named = |concurrency: Concurrency, rate: Option<Rate>| {
            let rate = rate.map_or_else(String::new, |rate| several(self.rates.len(), format!(" rate={rate}")));
            format!("{name}{}{rate}", several(asked.len(), format!(" c={concurrency}")))
        };
        let section = |concurrency: Concurrency, rate: Option<Rate>| Section {
            name: named(concurrency, rate),
            workload: Workload {
                path: self.path.as_ref().unwrap_or(path).clone(),
                // With fewer requests than slots, the concurrency would not be reached.
                amount: self.amount(requests.max(Requests::from(concurrency)), rate),
                concurrency,
                rate,
                server: self.server,
                request: self.request.clone(),
                hosts: workload::Hosts::MIN,
            },
            rounds: self.rounds.unwrap_or(rounds),
            cells: cells.to_vec(),
            varies: Vec::new(),
        };
        asked.iter().flat_map(|concurrency| rates.iter().map(|rate| section(*concurrency, *rate))).collect()
    }
}
