//! A finding's rule: all that is said of it, in one place, and the judge who asks rules for what they find.
//!
//! A rule says when it can't judge before it says how it finds: both are fields without a default, so a rule that
//! forgets one does not compile.

use std::cell::RefCell;
use std::collections::HashMap;

use crate::case::Case;
use crate::code::Code;
use crate::finding::{Advice, Finding};

/// One kind of finding.
pub(crate) struct Rule {
    /// Its name.
    pub(crate) code: Code,
    /// What it is, in plain words, without a full stop.
    pub(crate) title: &'static str,
    /// Requests failed, or were not seen: not a matter of time.
    pub(crate) failure: bool,
    /// How its section in docs/observe.md begins.
    pub(crate) doc: Doc,
    /// All advice that it may give, each line with whom it is for.
    pub(crate) advice: fn() -> Vec<Advice>,
    /// Why this case can't be judged, in a few words; `None` where it can.
    pub(crate) not_judged: fn(&Case) -> Option<&'static str>,
    /// What is found. Not asked where the case can't be judged.
    pub(crate) find: fn(&Judge) -> Option<Finding>,
}

/// The fixed form of a finding's documentation, a sentence or two each.
pub(crate) struct Doc {
    /// What it means.
    pub(crate) means: &'static str,
    /// What is seen, and from how much on.
    pub(crate) seen: &'static str,
    /// How its saving is reckoned.
    pub(crate) saves: &'static str,
}

/// Asks rules about one case, each once.
pub(crate) struct Judge<'a> {
    pub(crate) case: Case<'a>,
    memo: RefCell<HashMap<Code, Option<Finding>>>,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(case: Case<'a>) -> Judge<'a> {
        Judge { case, memo: RefCell::default() }
    }

    /// What `rule` finds; `None` too where it can't judge.
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
