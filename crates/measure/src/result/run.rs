//! The description of a run: everything needed to repeat it, and to decide whether it may be compared with another.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use workload::{About, Cell, Concurrency, Variable, Workload};

use super::ArmInfo;
use crate::machine::Machine;

/// The version of the result files that this build writes.
///
/// 2 (since 1): arms; trials at a rate or for a time; when a run was resumed.
///
/// 3 (since 2): how a server of the user's is verified; requests with a method, headers or a body.
pub const FORMAT: u32 = 3;

/// What was run, on what, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// [`FORMAT`] of the writer.
    pub format: u32,
    /// The version of tlstax.
    pub tlstax: String,
    /// The git revision that it was built from, followed by `-dirty` if the tree had changes; `None` outside git.
    pub revision: Option<String>,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// The command line, so that it can be repeated.
    pub command: Vec<String>,
    /// The seed from which the order of trials was drawn.
    pub seed: u64,
    /// The CPUs of client and origin.
    pub pinning: Pinning,
    /// Worker threads of models that have a choice.
    pub workers: usize,
    /// The origin that served the requests.
    pub origin: OriginInfo,
    /// The parameters to which every TLS handshake was pinned.
    pub handshake: Handshake,
    /// The machine.
    pub machine: Machine,
    /// In which order the trials ran.
    #[serde(default)]
    pub order: TrialOrder,
    /// The programs that ran each cell in turns in a paired run; empty for an ordinary run, in which tlstax itself
    /// does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<ArmInfo>,
    /// The scenario that it ran, if it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<About>,
    /// The workloads, each with the cells that ran it.
    pub sections: Vec<Section>,
    /// Requested cells that could not run here.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
    /// When the run was resumed after an interruption, RFC 3339, UTC; trials before and after may have run under
    /// different conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resumed: Vec<String>,
    /// When it ended, RFC 3339, UTC; `None` while it is in progress, and if it was killed.
    pub ended: Option<String>,
    /// Whether it was interrupted before its last trial.
    pub interrupted: bool,
}

impl RunInfo {
    /// The number of trials of the complete run: each cell once per round, and in a paired run once for each arm.
    pub fn trials_due(&self) -> u64 {
        let cells = |section: &Section| section.cells.len() as u64 * u64::from(section.rounds);
        self.sections.iter().map(cells).sum::<u64>() * self.arms.len().max(1) as u64
    }
}

/// The order in which trials ran, which decides whether comparisons of cells may be paired by round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TrialOrder {
    /// Each round ran all cells once, so that drift affects all of them alike.
    #[default]
    Interleaved,
    /// All trials of one cell, then all of the next: drift in between cannot be distinguished from a difference in
    /// cost.
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
    /// The cells, in the order in which tables list them.
    pub cells: Vec<Cell>,
    /// The parameters in which they differ on purpose, by which they may still be compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub varies: Vec<Variable>,
}

/// A requested cell that could not run on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The cell, or the engine's command line.
    pub what: String,
    /// The concurrency at which it could not run; `None`: at no concurrency.
    pub concurrency: Option<Concurrency>,
    /// The reason, as a sentence.
    pub why: String,
}

/// The CPUs of client and origin.
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

/// The origin. Results of different origins are never compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OriginInfo {
    /// `go-httpbin` or `embedded`.
    pub name: String,
    /// Its version and those of the libraries in it.
    pub version: String,
    /// Why this origin was chosen.
    pub why: String,
    /// Listening ports per transport.
    pub ports: usize,
    /// How the certificate of a server of the user's was verified; left out where it was by Mozilla's roots, without
    /// TLS, and for an origin of ours, which every client verifies by the run's own CA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
}

/// How the certificate of a server of the user's was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verification {
    /// By the certificates of a file, and no others.
    CaFile {
        /// The file.
        path: String,
        /// The SHA-256 of what it held, in hexadecimal digits.
        sha256: String,
    },
    /// Not at all: any certificate was accepted.
    Off,
}

/// The parameters to which handshakes were pinned, as the origin's ledger recorded them. Empty for a server of the
/// user's.
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
    /// The type of the leaf's key, and the certificates sent.
    pub certificate: String,
}
