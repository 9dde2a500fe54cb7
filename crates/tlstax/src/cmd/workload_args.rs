//! The options of the workload, for `run` and `cmp`.

use std::collections::BTreeSet;

use runner::sections::WorkloadOptions;
use workload::{Amount, Concurrency, Path, RequestSpec, Requests, Server};

use super::rate_args::RateArgs;

#[derive(clap::Args)]
pub(crate) struct WorkloadArgs {
    /// Requests of each trial [default: 800 over new connections, 8000 over kept ones]
    #[arg(short = 'n', long, value_name = "N", help_heading = "Workload")]
    pub(crate) requests: Option<Requests>,
    /// Requests in flight at most [default: 64]; several, with commas between, are run one after another
    #[arg(short, long, value_name = "C,…", value_delimiter = ',', help_heading = "Workload")]
    pub(crate) concurrency: Vec<Concurrency>,
    #[command(flatten)]
    pub(crate) rate: RateArgs,
    /// What is fetched [default: /get]
    #[arg(long, value_name = "PATH", help_heading = "Workload")]
    pub(crate) path: Option<Path>,
}

impl WorkloadArgs {
    /// The workload's options: with `rounds`, fetched from one of tlstax's origins, or from the user's server if
    /// `own_path` is its path.
    pub(crate) fn options(&self, own_path: Option<Path>, rounds: Option<u32>) -> WorkloadOptions {
        WorkloadOptions {
            server: if own_path.is_some() { Server::Unknown } else { Server::Httpbin },
            amount: self.amount(),
            rates: self.rate.rates(),
            concurrency: self.concurrency.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            path: self.path.clone().or(own_path),
            rounds,
            request: RequestSpec::default(),
        }
    }

    /// Whether no option was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.amount().is_none() && self.rate.rates().is_empty() && self.concurrency.is_empty() && self.path.is_none()
    }

    /// The amount of work of a trial, if it was given.
    fn amount(&self) -> Option<Amount> {
        self.rate.amount(self.requests)
    }

    /// Whether the user has set both the number of requests and the concurrency.
    pub(crate) fn is_limited(&self) -> bool {
        self.amount().is_some() && !self.concurrency.is_empty()
    }
}
