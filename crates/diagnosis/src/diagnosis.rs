//! The diagnosis of an observation: where the time went, the verdict, the findings and what was not judged.

use observation::Observation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::account::{Account, account};
use crate::case::Case;
use crate::code::Code;
use crate::conclusion::{Conclusion, verdict};
use crate::finding::Finding;
use crate::not_judged::{NotJudged, not_judged};
use crate::notes::notes;
use crate::ranking::ranked;
use crate::rule::Judge;

/// What an observation means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diagnosis {
    /// Where the time of the run went, and how long the run would take with the first finding fixed; `None` if nothing
    /// was judged.
    #[serde(default)]
    pub account: Option<Account>,
    /// The verdict.
    pub verdict: Conclusion,
    /// The findings: failures first, then those whose fix saves most.
    pub findings: Vec<Finding>,
    /// What was not judged because it is not visible, and what was judged and needs no change, as sentences.
    pub notes: Vec<String>,
    /// The findings that could not be judged. Their absence from `findings` means nothing.
    #[serde(default)]
    pub not_judged: Vec<NotJudged>,
}

/// The number of concurrent requests that is assumed to be possible by default.
pub const AT_A_TIME: u64 = 8;

/// Diagnoses `observation`, assuming that `at_a_time` concurrent requests are possible, at least 1.
pub fn diagnose(observation: &Observation, at_a_time: u64) -> Diagnosis {
    let Some(case) = Case::of(observation, at_a_time) else {
        let reason = "There is no run to judge: the command was not run to its end over HTTPS.";
        let all = Code::all().map(|code| NotJudged { code, why: "the command was not run to its end".to_owned() });
        return Diagnosis {
            account: None,
            verdict: Conclusion::TooLittle(reason.to_owned()),
            findings: Vec::new(),
            notes: Vec::new(),
            not_judged: all.collect(),
        };
    };
    let judge = Judge::new(case);
    let ranked = ranked(&judge);
    let verdict = verdict(&judge, &ranked.findings);
    let mut notes = notes(&judge);
    notes.extend(ranked.small);
    Diagnosis {
        account: Some(account(&judge.case, &ranked.findings)),
        verdict,
        findings: ranked.findings,
        notes,
        not_judged: not_judged(&judge),
    }
}

#[cfg(test)]
mod tests {
    use crate::Diagnosis;
    use crate::fixtures::{kept, one_after_another, own, proxy};

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
