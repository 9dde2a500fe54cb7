//! What a run was: everything needed to repeat it and to judge whether it may be compared with another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use workload::{About, Cell, Concurrency, Variable, Workload};

use super::ArmInfo;
use crate::machine::Machine;

/// The version of the result files that this build writes.
///
/// 2 (since 1): arms; trials at a rate or for a time; when a run was resumed.
pub const FORMAT: u32 = 2;

/// What was run, on what, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The version of tlstax.
    pub tlstax: String,
    /// The git revision that it was built from, `-dirty` behind it where the tree had changes; `None` outside git.
    pub revision: Option<String>,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// The command line, so that it can be repeated.
    pub command: Vec<String>,
    /// What the order of trials was drawn from.
    pub seed: u64,
    /// Which CPUs ran what.
    pub pinning: Pinning,
    /// Worker threads of models that have a choice.
    pub workers: usize,
    /// What was fetched from.
    pub origin: OriginInfo,
    /// What every TLS handshake was pinned to.
    pub handshake: Handshake,
    /// The machine.
    pub machine: Machine,
    /// In which order the trials ran.
    #[serde(default)]
    pub order: Order,
    /// The programs that ran each cell by turns; none of an ordinary run, in which this program does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<ArmInfo>,
    /// The scenario that it ran, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<About>,
    /// What was fetched, by which cells.
    pub sections: Vec<Section>,
    /// What was asked for and could not run here.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// When it was taken up again after it had been interrupted, RFC 3339, UTC: what ran before and after stood on
    /// other days.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<String>,
    /// When it ended, RFC 3339, UTC; `None` while it runs, and when it was killed.
    pub ended: Option<String>,
    /// Whether it was interrupted before its last trial.
    pub interrupted: bool,
}

impl RunInfo {
    /// How many trials it has when it is whole: each cell once a round, in a paired run once for each arm.
    pub fn trials_due(&self) -> u64 {
        let cells = |section: &Section| section.cells.len() as u64 * u64::from(section.rounds);
        self.sections.iter().map(cells).sum::<u64>() * self.arms.len().max(1) as u64
    }
}

/// In which order trials ran: whether comparisons of cells may be paired by round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Each round passed over all cells, so that what drifts hits all of them alike.
    #[default]
    Interleaved,
    /// All trials of one cell, then all of the next: what drifts between them is not told apart from what they cost.
    Blocks,
}

/// One workload and the cells that ran it: a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Section {
    /// Its name, e.g. `cost`.
    pub name: String,
    /// What each trial fetched.
    pub workload: Workload,
    /// How often each cell ran.
    pub rounds: u32,
    /// The cells, in the order of the table.
    pub cells: Vec<Cell>,
    /// In what they differ on purpose, so that they are held against one another nevertheless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varies: Vec<Variable>,
}

/// A cell that was asked for and could not run on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The cell, or the engine's command line.
    pub what: String,
    /// The concurrency at which it could not; `None`: at none.
    pub concurrency: Option<Concurrency>,
    /// Why, in a sentence.
    pub why: String,
}

/// Which CPUs ran client and origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pinning {
    /// CPUs of the client.
    pub client: Vec<usize>,
    /// CPUs of the origin.
    pub origin: Vec<usize>,
}

impl Pinning {
    /// Whether client and origin had CPUs of their own.
    pub fn is_split(&self) -> bool {
        self.client.iter().all(|cpu| !self.origin.contains(cpu))
    }
}

/// What was fetched from. Results of different origins are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OriginInfo {
    /// `go-httpbin` or `embedded`.
    pub name: String,
    /// Its version and those of the libraries in it.
    pub version: String,
    /// Why this one.
    pub why: String,
    /// Listening ports per transport.
    pub ports: usize,
}

/// What handshakes were pinned to at the origin, and read back from its ledger. Empty for a server of the user's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handshake {
    /// `TLSv1.3`.
    pub version: String,
    /// The suite's IANA name.
    pub suite: String,
    /// The key-exchange group.
    pub group: String,
    /// The protocol chosen by ALPN.
    pub alpn: String,
    /// The leaf's key, and the certificates sent.
    pub certificate: String,
}
