//! What is fetched, as `run` and `cmp` take it.

use std::collections::BTreeSet;

use workload::{Concurrency, Path, Requests, Server};

use crate::plan::Asked;

#[derive(Debug, clap::Args)]
pub(crate) struct Fetching {
    /// Requests of each trial [default: 800 over new connections, 8000 over kept ones]
    #[arg(short = 'n', long, value_name = "N", help_heading = "Workload")]
    pub(crate) requests: Option<Requests>,
    /// Requests in flight at most [default: 64]; several, with commas between, are run one after another
    #[arg(short, long, value_name = "C,…", value_delimiter = ',', help_heading = "Workload")]
    pub(crate) concurrency: Vec<Concurrency>,
    /// What is fetched [default: /get]
    #[arg(long, value_name = "PATH", help_heading = "Workload")]
    pub(crate) path: Option<Path>,
}

impl Fetching {
    /// What was asked for of the workload: `rounds` of it, from a server of ours or from the one that `own_path` is of.
    pub(crate) fn asked(&self, own_path: Option<Path>, rounds: Option<u32>) -> Asked {
        Asked {
            server: if own_path.is_some() { Server::Unknown } else { Server::Httpbin },
            requests: self.requests,
            concurrency: self.concurrency.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            path: self.path.clone().or(own_path),
            rounds,
        }
    }

    /// Whether nothing was asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_none() && self.concurrency.is_empty() && self.path.is_none()
    }

    /// Whether both the number of requests and how many are in flight are set by the user.
    pub(crate) fn is_limited(&self) -> bool {
        self.requests.is_some() && !self.concurrency.is_empty()
    }
}
