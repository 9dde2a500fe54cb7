//! The diagnosis of an observation: the verdict, the findings and what was not judged.

use observation::Observation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::code::Code;
use crate::finding::Finding;
use crate::findings;
use crate::notes::notes;
use crate::unjudged::{NotJudged, not_judged};
use crate::verdict::verdict;

/// What an observation means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// All of it in a word.
    pub verdict: Verdict,
    /// What was found: failures first, then the most costly first.
    pub findings: Vec<Finding>,
    /// What could not be seen and was not judged, and what was and needs no change, as sentences.
    pub notes: Vec<String>,
    /// Findings that could not be judged, so that their absence says nothing.
    #[serde(default)]
    pub not_judged: Vec<NotJudged>,
}

/// All of a diagnosis in a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There are findings.
    Found,
    /// Nothing to mend was found; how near the run was to the least possible.
    NothingToMend(Least),
    /// The command's requests did not come by the observer: the reasons, and what to try. [`crate::Code::NotSeen`] is
    /// among the findings then.
    NotSeen(Vec<String>),
    /// Too little was seen to judge, and why that is.
    TooLittle(String),
}

/// How near a run was to the least possible with what it waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Least {
    /// From the opening of the first connection to the end of the last answer, less the time in which no connection was at work, ns.
    pub wall_ns: u64,
    /// The least it could have been, ns.
    pub least_ns: u64,
    /// How that was reckoned, and what lay before, between and after, as sentences.
    pub how: String,
}

/// What `observation` means.
pub fn diagnose(observation: &Observation) -> Diagnosis {
    let Some(case) = Case::of(observation) else {
        let reason = "No pass was made that could be judged: the command was not run to its end over HTTPS.";
        let all = Code::ALL.into_iter().map(|code| NotJudged { code, why: "no pass was made to its end".to_owned() });
        return Diagnosis {
            verdict: Verdict::TooLittle(reason.to_owned()),
            findings: Vec::new(),
            notes: Vec::new(),
            not_judged: all.collect(),
        };
    };
    let findings = findings::all(&case);
    Diagnosis { verdict: verdict(&case, &findings), findings, notes: notes(&case), not_judged: not_judged(&case) }
}

#[cfg(test)]
mod tests {
    use crate::Diagnosis;
    use crate::built::{kept, one_after_another, own, proxy};

    #[test]
    fn a_diagnosis_survives_json() {
        let mut wasteful = own(one_after_another(9));
        wasteful.hosts[0].could_have_reused = 8;
        for diagnosis in [proxy(own(Vec::new())), proxy(own(kept(2))), proxy(own(kept(9))), proxy(wasteful)] {
            let json = serde_json::to_string_pretty(&diagnosis).unwrap();
            assert_eq!(serde_json::from_str::<Diagnosis>(&json).unwrap(), diagnosis);
        }
    }
}
