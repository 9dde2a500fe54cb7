//! A finding's rule, with everything that is said about the finding in one place, and the judge that evaluates rules.
//!
//! A rule must state both when it can't judge and how it finds: the fields have no default, so a rule without one of
//! them does not compile.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Finding};

/// The rule of one finding.
pub(crate) struct Rule {
    /// The finding's code.
    pub(crate) code: Code,
    /// The finding in plain words, without a full stop.
    pub(crate) title: &'static str,
    /// Whether the finding is a failure rather than lost time: requests failed or were not seen.
    pub(crate) failure: bool,
    /// The beginning of its section in docs/observe.md.
    pub(crate) doc: Doc,
    /// All advice that the finding may give.
    pub(crate) advice: fn() -> Vec<Advice>,
    /// The reason why a case can't be judged, in a few words; `None` if it can.
    pub(crate) not_judged: fn(&Case) -> Option<&'static str>,
    /// The finding in a case, if there is one. It is not called if the case can't be judged.
    pub(crate) find: fn(&Judge) -> Option<Finding>,
}

/// The parts of a finding's documentation, one or two sentences each.
pub(crate) struct Doc {
    /// What the finding means.
    pub(crate) means: &'static str,
    /// What is seen, and the thresholds.
    pub(crate) seen: &'static str,
    /// How its saving is estimated.
    pub(crate) saves: &'static str,
}

/// Evaluates rules for one case, each of them once.
pub(crate) struct Judge<'a> {
    pub(crate) case: Case<'a>,
    memo: RefCell<HashMap<Code, Option<Finding>>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(case: Case<'a>) -> Judge<'a> {
        Judge { case, memo: RefCell::default() }
    }

    /// The finding of `rule`; `None` also if it can't judge the case.
    pub(crate) fn found(&self, rule: &Rule) -> Option<Finding> {
        if let Some(found) = self.memo.borrow().get(&rule.code) {
            return found.clone();
        }
        let found = if (rule.not_judged)(&self.case).is_none() { (rule.find)(self) } else { None };
        self.memo.borrow_mut().insert(rule.code, found.clone());
        found
    }

    pub(crate) fn has(&self, rule: &Rule) -> bool {
        self.found(rule).is_some()
    }
}
