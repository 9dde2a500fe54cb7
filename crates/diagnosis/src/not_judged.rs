//! Findings that could not be judged in this case: their absence means nothing.
//!
//! These are for programs, which must not mistake a missing finding for a passed check. The sentences for people are in
//! `notes.rs`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::code::Code;
use crate::findings::not_seen;
use crate::list::RULES;
use crate::rule::{Judge, Rule};

/// A finding that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// The finding.
    pub code: Code,
    /// The reason, in a few words.
    pub why: String,
}

/// The findings that could not be judged, in the order of the list.
pub(crate) fn not_judged(judge: &Judge) -> Vec<NotJudged> {
    let is_unseen = not_seen::reasons(judge).is_some();
    let why = |rule: &Rule| match is_unseen && rule.code != not_seen::RULE.code {
        true => Some("none of the command's requests was seen"),
        false => (rule.not_judged)(&judge.case),
    };
    let reason = |rule: &&Rule| Some(NotJudged { code: rule.code, why: why(rule)?.to_owned() });
    RULES.iter().filter_map(reason).collect()
}

#[cfg(test)]
mod tests {
    use crate::Code;
    use crate::fixtures::{kept, own, proxy, url};

    fn codes(said: &crate::Diagnosis) -> Vec<Code> {
        said.not_judged.iter().map(|one| one.code).collect()
    }

    #[test]
    fn what_a_way_cannot_show_is_told_and_all_of_what_was_not_seen() {
        assert_eq!(
            codes(&proxy(own(kept(5)))),
            [Code::CLIENT_PER_REQUEST, Code::TRUST_STORE_PER_CONNECTION, Code::RSA_LEAF, Code::DELAYED_ACK]
        );
        let by_url = [
            Code::REVOCATION_FETCH,
            Code::LATE_CLOSE,
            Code::CLIENT_PER_REQUEST,
            Code::TRUST_STORE_PER_CONNECTION,
            Code::LONG_CHAIN,
            Code::RSA_LEAF,
            Code::RESOLVING,
            Code::CONNECTING,
        ];
        assert_eq!(codes(&url(1.0, own(kept(5)))), by_url);
        assert_eq!(codes(&proxy(own(Vec::new()))).len(), Code::all().count() - 1);
    }

    #[test]
    fn http2_and_a_proxy_on_the_way_hide_more() {
        let mut pass = own(kept(5));
        pass.counts.may_be_h2 = 1;
        pass.upstream = Some("proxy.test:3128".to_owned());
        let said = codes(&proxy(pass));
        for code in [Code::SERIALIZED, Code::UNEVEN_CONCURRENCY, Code::RESOLVING, Code::CONNECTING] {
            assert!(said.contains(&code), "{code}: {said:?}");
        }
    }
}
