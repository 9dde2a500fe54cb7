//! A finding: what it is, how certain it is, its evidence, what fixing it saves, and what to change.

use observation::Runtime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;

/// Something that makes the command's requests slower or dearer than they need be, or fail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What it is. [`Code::title`] says it in plain words.
    pub code: Code,
    /// How sure it is.
    pub confidence: Confidence,
    /// What was seen, as sentences with numbers.
    pub evidence: Vec<String>,
    /// What it costs; `None` where that can't be reckoned from what was seen.
    pub cost: Option<Cost>,
    /// By how much this run would have been shorter without it, ns; 0 where that is not known. What several findings
    /// save overlaps.
    #[serde(default)]
    pub saves_ns: u64,
    /// How many requests or connections it concerns.
    #[serde(default)]
    pub concerns: u64,
    /// What to change: first what holds for all, then by library.
    pub advice: Vec<Advice>,
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It fits what was seen, and so do other causes, which are named.
    Suspected,
    /// It rests on encrypted records being what their size, direction and time say.
    Inferred,
    /// It was seen in clear, or by the origin.
    Proven,
}

/// What a finding costs per 1,000 requests of the command. Nothing less than 0, and costs of several findings overlap:
/// they do not add up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// Time of waiting, ms, as it fell on the command's connections; what of it lay beside other work is not told
    /// apart, unless `how` says so.
    pub wall_ms: Option<f64>,
    /// The command's CPU time, ms.
    pub cpu_ms: Option<f64>,
    /// How it was reckoned.
    pub how: String,
}

/// What to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Advice {
    /// The library or tool that it is for; `None` where it holds for any.
    pub of: Option<String>,
    /// The language or tool whose programs it is for; `None` where it holds for any, or is the server's.
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
