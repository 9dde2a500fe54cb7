//! A finding: what it is, how certain it is, its evidence, what fixing it saves, and what to change.

use observation::Runtime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;

/// Something that makes the command's requests slower or more expensive than necessary, or makes them fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The kind of the finding. [`Code::title`] describes it in plain words.
    pub code: Code,
    /// How certain it is.
    pub confidence: Confidence,
    /// The evidence, as sentences with numbers.
    pub evidence: Vec<String>,
    /// What it costs; `None` if that can't be computed from what was observed.
    pub cost: Option<Cost>,
    /// How much shorter this run would have been without it, ns; 0 if that is not known. The savings of several
    /// findings overlap.
    #[serde(default)]
    pub saves_ns: u64,
    /// The number of requests or connections that it concerns.
    #[serde(default)]
    pub concerns: u64,
    /// What to change: first what applies to all programs, then by library.
    pub advice: Vec<Advice>,
}

/// How certain a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It would explain the observation, but so would other causes, which are named.
    Suspected,
    /// It is derived from the size, direction and time of encrypted records.
    Inferred,
    /// It was visible in unencrypted data, or the origin recorded it.
    Proven,
}

/// What a finding costs per 1,000 requests of the command. Costs are never negative. The costs of several findings
/// overlap and do not add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// The waiting time, ms, summed over the command's connections. It includes waits that overlapped with other work,
    /// unless `how` says otherwise.
    pub wall_ms: Option<f64>,
    /// The command's CPU time, ms.
    pub cpu_ms: Option<f64>,
    /// How the cost was computed.
    pub how: String,
}

/// A piece of advice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// The library or tool that it is for; `None` if it applies to any.
    pub of: Option<String>,
    /// The language or tool whose programs it is for; `None` if it applies to all programs or to the server.
    #[serde(default)]
    pub runtime: Option<Runtime>,
    /// What to do, in one or two sentences.
    pub text: String,
}

impl Advice {
    /// Advice for any library.
    pub(crate) fn any(text: &str) -> Advice {
        Advice { of: None, runtime: None, text: text.to_owned() }
    }

    /// Advice for one library of a language, or for a tool.
    pub(crate) fn of(runtime: Runtime, library: &str, text: &str) -> Advice {
        Advice { of: Some(library.to_owned()), runtime: Some(runtime), text: text.to_owned() }
    }

    /// Advice for server software, or for a library of several languages.
    pub(crate) fn named(name: &str, text: &str) -> Advice {
        Advice { of: Some(name.to_owned()), runtime: None, text: text.to_owned() }
    }
}

impl Confidence {
    /// The word for it: `proven`, `inferred`, `suspected`.
    pub fn word(self) -> &'static str {
        match self {
            Confidence::Suspected => "suspected",
            Confidence::Inferred => "inferred",
            Confidence::Proven => "proven",
        }
    }
}
