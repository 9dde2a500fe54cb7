//! The sentences that a program or a page may begin with, each with what it rests on.

use profile::bill::Interval;
use workload::{Cell, Connection};

use super::evidence::Evidence;
use crate::bills::group::Group;
use crate::comparison::gate::Outcome;
use crate::comparison::metric::Metric;
use crate::comparison::verdict::Verdict;
use crate::decisions::{Choice, Yardstick};

/// One sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Sentence {
    /// No trial counts, of so many.
    NothingCounts {
        /// Trials that are invalid.
        trials: usize,
    },
    /// What TLS adds to a request.
    TlsAdds(TlsAdds),
    /// The same over a kept connection, and what keeping it saves.
    Kept(Kept),
    /// How long requests took where the server makes them wait.
    Waits(Waits),
    /// What to choose.
    Chosen(Chosen),
    /// Below how many requests a day a choice does not matter.
    Matters {
        /// Requests a day.
        requests: f64,
        /// The dearest choice.
        name: String,
        /// What it adds to a request, µs.
        added: Evidence,
    },
    /// What a cell costs that differs from another in what is varied.
    Varied(Varied),
    /// What cells cost that are compared with nothing.
    Costs(Costs),
    /// What libraries cost with their own defaults.
    AsShipped(AsShipped),
    /// What a README says first.
    Headline(Headline),
    /// What a comparison of builds or cells came to.
    Compared(Compared),
    /// How the talk's stages came out.
    Staged(Staged),
    /// Whether requests fit a limit of time.
    Fits(Fits),
    /// What the CPU time of a profiled cell was spent on.
    Spent(Spent),
}

/// What TLS adds to a request of one model and client.
#[derive(Debug, Clone, PartialEq)]
pub struct TlsAdds {
    /// `model/client`.
    pub by: String,
    /// The kind of connection.
    pub connection: Connection,
    /// Client CPU of the plain request, µs.
    pub plain: Evidence,
    /// What each TLS stack adds.
    pub stacks: Vec<Added>,
}

/// What one TLS stack adds to a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Added {
    /// The stack.
    pub tls: String,
    /// Client CPU, µs.
    pub us: Evidence,
    /// Client CPU over TLS ÷ that of the plain request.
    pub ratio: Evidence,
}

/// A kept connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// What TLS adds to a request over it.
    pub adds: TlsAdds,
    /// What keeping it saves; `None` where the same was not measured over new connections.
    pub saved: Option<Saved>,
}

/// A request over a new connection compared with one over a kept connection. They are not measured in pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The TLS stack.
    pub tls: String,
    /// Client CPU over a new connection, µs.
    pub fresh: Evidence,
    /// Client CPU over a kept connection, µs.
    pub kept: Evidence,
    /// How much less that is, µs.
    pub less: Evidence,
    /// How many times less; `None` where the cost over a kept connection may be 0.
    pub times: Option<Evidence>,
}

/// Cells whose requests wait for the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Waits {
    /// What was fetched.
    pub path: String,
    /// The cell that was done first.
    pub fastest: Waited,
    /// The one that was done last; `None` where there is one alone.
    pub slowest: Option<Waited>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Waited {
    /// `model/client`.
    pub by: String,
    /// Most requests in flight at the origin, where it tells.
    pub in_flight: Option<Evidence>,
    /// From the first request to the last, ns.
    pub took: Evidence,
}

/// What to choose.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The kind of connection.
    pub connection: Connection,
    /// What is fetched, where the server makes it wait.
    pub waits_for: Option<String>,
    /// By what cells are compared.
    pub yardstick: Yardstick,
    /// What may be chosen.
    pub choice: Choice,
    /// The least.
    pub best: String,
    /// What it costs.
    pub figure: Evidence,
    /// Those that are not told from it.
    pub ties: Vec<String>,
    /// Those with too few rounds to be compared with it.
    pub undecided: Vec<String>,
    /// Those that cost no more and are recommended to nobody.
    pub discontinued: Vec<String>,
    /// The one that costs least of those that cost more.
    pub next: Option<Dearer>,
}

/// A choice that costs more than the least.
#[derive(Debug, Clone, PartialEq)]
pub struct Dearer {
    /// Its name.
    pub name: String,
    /// By what it is compared.
    pub yardstick: Yardstick,
    /// What it costs more.
    pub added: Evidence,
    /// What it costs ÷ what the least costs.
    pub ratio: Evidence,
}

/// A cell compared with its usual self.
#[derive(Debug, Clone, PartialEq)]
pub struct Varied {
    /// The cell.
    pub cell: Cell,
    /// What it is compared with.
    pub base: Cell,
    /// Client CPU that it takes more, µs.
    pub us: Evidence,
    /// Client CPU ÷ that of the base.
    pub ratio: Evidence,
    /// How many cells are compared with another, this one included.
    pub among: usize,
}

/// Cells that are compared with nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// The one that took least.
    pub least: (String, Evidence),
    /// The one that took most; `None` where there is one alone.
    pub most: Option<(String, Evidence)>,
    /// How many there are.
    pub cells: usize,
}

/// Libraries with their own defaults, against a server that negotiates all that it supports.
#[derive(Debug, Clone, PartialEq)]
pub struct AsShipped {
    /// The kind of connection.
    pub connection: Connection,
    /// The libraries, the least CPU time first.
    pub libraries: Vec<Shipped>,
}

/// A library with its own defaults.
#[derive(Debug, Clone, PartialEq)]
pub struct Shipped {
    /// Its cell without the connection: `tokio-multi/reqwest-stock/rustls`.
    pub name: String,
    /// Client CPU of a request, µs.
    pub us: Evidence,
    /// Connections that it opened per request.
    pub connections: f64,
    /// The share of its handshakes that resumed a session, 0 to 1.
    pub resumed: f64,
}

/// What a README says first.
#[derive(Debug, Clone, PartialEq)]
pub struct Headline {
    /// `model/client`.
    pub by: String,
    /// What stacks add to a request over a new connection.
    pub fresh: Vec<Added>,
    /// What a stack adds to one over a kept connection.
    pub kept: Option<Added>,
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// How often each verdict was given, in the order of its word.
    pub verdicts: Vec<(&'static str, usize)>,
    /// The row that differs most; of one comparison alone, that one. `None` where several are all ties or unknown.
    pub telling: Option<Told>,
    /// Why nothing can be said, of the first row of which nothing can.
    pub unknown: Option<String>,
    /// By which factor layout alone makes builds differ at most, over all rows.
    pub layout: Option<f64>,
    /// Whether the two sides did not take turns.
    pub apart: bool,
    /// What came of the bound, and the bound, percent.
    pub gate: Option<(Outcome, f64)>,
}

/// One row of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The new side's cell.
    pub name: String,
    /// The base's, where it is another.
    pub base_name: Option<String>,
    /// The figure.
    pub metric: Metric,
    /// The base's.
    pub base: Evidence,
    /// The new side's.
    pub new: Evidence,
    /// new ÷ base.
    pub ratio: Evidence,
    /// What is said of it.
    pub verdict: Verdict,
}

/// The talk's stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Staged {
    /// Requests of the pair.
    pub requests: u64,
    /// The pair: seconds with TLS that holds the thread, and with TLS that yields it. `None` where it did not run.
    pub pair: Option<(Evidence, Evidence)>,
    /// Stages that came out as expected.
    pub expected: usize,
    /// Stages that ran.
    pub stages: usize,
}

/// Requests and a limit of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Fits {
    /// How many there are to make.
    pub requests: u64,
    /// Hosts that they go to.
    pub hosts: u16,
    /// The limit, s.
    pub limit_s: f64,
    /// The ways in which they were made.
    pub ways: Vec<Way>,
}

/// One way to make them.
#[derive(Debug, Clone, PartialEq)]
pub struct Way {
    /// Its name.
    pub name: String,
    /// Time for all, s.
    pub seconds: Evidence,
    /// From how many requests that is extrapolated; `None` where all were made.
    pub extrapolated_from: Option<u64>,
}

/// What the CPU time of a profiled cell was spent on.
#[derive(Debug, Clone, PartialEq)]
pub struct Spent {
    /// The cell.
    pub cell: Cell,
    /// Whether it is spoken of what TLS adds, not of the whole request.
    pub is_tax: bool,
    /// CPU time of a request, µs, with the interval of sampling in one trial.
    pub us: Interval,
    /// What it went to, dearest first; empty where its samples do not bear it.
    pub shares: Vec<Share>,
}

/// A part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// What it is.
    pub group: Group,
    /// CPU time of a request, µs.
    pub us: f64,
}

impl Sentence {
    /// All figures that it rests on. Of a profile that is the interval of sampling, in one trial.
    pub fn evidence(&self) -> Vec<Evidence> {
        match self {
            Sentence::NothingCounts { .. } => Vec::new(),
            Sentence::TlsAdds(adds) => adds.evidence(),
            Sentence::Kept(Kept { adds, saved }) => {
                let saved = saved.iter().flat_map(|saved| {
                    [saved.fresh, saved.kept, saved.less].into_iter().chain(saved.times).collect::<Vec<_>>()
                });
                adds.evidence().into_iter().chain(saved).collect()
            }
            Sentence::Waits(Waits { fastest, slowest, .. }) => {
                let of = |waited: &Waited| [Some(waited.took), waited.in_flight].into_iter().flatten();
                [fastest].into_iter().chain(slowest).flat_map(of).collect()
            }
            Sentence::Chosen(Chosen { figure, next, .. }) => {
                [*figure].into_iter().chain(next.iter().flat_map(|next| [next.added, next.ratio])).collect()
            }
            Sentence::Matters { added, .. } => vec![*added],
            Sentence::Varied(Varied { us, ratio, .. }) => vec![*us, *ratio],
            Sentence::Costs(Costs { least, most, .. }) => {
                [least].into_iter().chain(most).map(|(_, cost)| *cost).collect()
            }
            Sentence::AsShipped(AsShipped { libraries, .. }) => libraries.iter().map(|library| library.us).collect(),
            Sentence::Headline(Headline { fresh, kept, .. }) => {
                fresh.iter().chain(kept).flat_map(|added| [added.us, added.ratio]).collect()
            }
            Sentence::Compared(Compared { telling, .. }) => {
                telling.iter().flat_map(|told| [told.base, told.new, told.ratio]).collect()
            }
            Sentence::Staged(Staged { pair, .. }) => pair.iter().flat_map(|(one, other)| [*one, *other]).collect(),
            Sentence::Fits(Fits { ways, .. }) => ways.iter().map(|way| way.seconds).collect(),
            Sentence::Spent(Spent { us, .. }) => {
                let figure = crate::figure::Figure { median: us.value, low: us.low, high: us.high, confident: true };
                vec![Evidence::of(figure, 1)]
            }
        }
    }
}

impl TlsAdds {
    fn evidence(&self) -> Vec<Evidence> {
        let stacks = self.stacks.iter().flat_map(|added| [added.us, added.ratio]);
        [self.plain].into_iter().chain(stacks).collect()
    }
}
