//! Findings that this case could not show, whether they are there or not: that one of them was not made says nothing.
//!
//! The sentences for people are the notes'; these are for machines, which must not take silence for a pass.

use observation::Sampling;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::code::Code;
use crate::findings::{not_seen_reasons, resumption_not_visible};

/// A finding that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// Which.
    pub code: Code,
    /// Why, in a few words.
    pub why: String,
}

/// What could not be judged of `case`, in the order of [`Code::ALL`].
pub(crate) fn not_judged(case: &Case) -> Vec<NotJudged> {
    let reason = |code: Code| Some(NotJudged { code, why: why_not(case, code)?.to_owned() });
    Code::ALL.into_iter().filter_map(reason).collect()
}

fn why_not(case: &Case, code: Code) -> Option<&'static str> {
    let pass = case.pass;
    if code != Code::NotSeen && not_seen_reasons(case).is_some() {
        return Some("nothing of the command's requests was seen");
    }
    match code {
        Code::Serialized if case.is_http_unlike => Some("the pass over HTTP did not go over HTTP"),
        Code::Serialized | Code::UnevenConcurrency if case.h2() > 0 => {
            Some("HTTP/2 may have been spoken, whose requests can't be told apart")
        }
        Code::Serialized | Code::UnevenConcurrency if case.is_coarse() => {
            Some("the run was too long for answers so quick to tell how many requests were under way at once")
        }
        Code::ClientPerRequest if !matches!(pass.sampling, Sampling::Sampled(_)) => {
            Some("the command's stacks were not sampled")
        }
        Code::NoResumption if resumption_not_visible(case).is_some() => {
            Some("TLS 1.3 hides whether the server gives tickets")
        }
        Code::LongChain | Code::RsaLeaf | Code::Resolving | Code::Connecting if case.is_url() => {
            Some("the servers are the observer's own")
        }
        Code::Resolving | Code::Connecting if pass.upstream.is_some() => {
            Some("the proxy that the environment names resolves and connects")
        }
        Code::RsaLeaf if pass.counts.versions.contains_key("TLSv1.3") => Some("TLS 1.3 encrypts certificates"),
        Code::DelayedAck if !case.is_url() => Some("the observer acknowledges at once"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Code;
    use crate::built::{kept, own, proxy, url};

    fn codes(said: &crate::Diagnosis) -> Vec<Code> {
        said.not_judged.iter().map(|one| one.code).collect()
    }

    #[test]
    fn what_a_way_cannot_show_is_told_and_all_of_what_was_not_seen() {
        assert_eq!(codes(&proxy(own(kept(5)))), [Code::ClientPerRequest, Code::RsaLeaf, Code::DelayedAck]);
        let by_url = [Code::ClientPerRequest, Code::LongChain, Code::RsaLeaf, Code::Resolving, Code::Connecting];
        assert_eq!(codes(&url(1.0, own(kept(5)))), by_url);
        assert_eq!(codes(&proxy(own(Vec::new()))).len(), Code::ALL.len() - 1);
    }

    #[test]
    fn http2_and_a_proxy_on_the_way_hide_more() {
        let mut pass = own(kept(5));
        pass.counts.may_be_h2 = 1;
        pass.upstream = Some("proxy.test:3128".to_owned());
        let said = codes(&proxy(pass));
        for code in [Code::Serialized, Code::UnevenConcurrency, Code::Resolving, Code::Connecting] {
            assert!(said.contains(&code), "{code}: {said:?}");
        }
    }
}
