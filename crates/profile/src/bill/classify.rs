//! Which class a stack belongs to: the walk along it, by the rules of the table.

use std::collections::HashMap;

use super::class::Class;
use super::pattern::{matches, plain};
use super::rules::{Place, RULES, Rule};
use crate::stack::{Frame, Stack};

/// Why a stack belongs to its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The frame that decided, as an index into the stack's frames. `None` if no rule named any.
    pub frame: Option<usize>,
    /// The deciding rule's reason.
    pub reason: &'static str,
}

/// Classifies stacks, by whole stack rather than by leaf. Keep one for many stacks: it remembers every function it met.
#[derive(Debug, Default)]
pub struct Classifier {
    known: HashMap<Frame, Option<&'static Rule>>,
}

impl Classifier {
    /// One that has met no function yet.
    pub fn new() -> Classifier {
        Classifier::default()
    }

    /// The class of `stack`, and why. The innermost frame that a rule names decides, unless its rule yields to a class
    /// that a frame further out is of. Where no rule names any frame: [`Class::Other`].
    pub fn classify(&mut self, stack: &Stack) -> Verdict {
        let mut decided: Option<(usize, &'static Rule)> = None;
        for (at, frame) in stack.frames.iter().enumerate().rev() {
            let Some(rule) = self.rule_of(frame) else { continue };
            let taken = decided.is_none_or(|(_, held)| held.yields.contains(&rule.class));
            if taken {
                decided = Some((at, rule));
                if rule.yields.is_empty() {
                    break;
                }
            }
        }
        match decided {
            Some((at, rule)) => Verdict { class: rule.class, frame: Some(at), reason: rule.reason },
            None => Verdict { class: Class::Other, frame: None, reason: "no rule names any of its functions" },
        }
    }

    fn rule_of(&mut self, frame: &Frame) -> Option<&'static Rule> {
        if let Some(rule) = self.known.get(frame) {
            return *rule;
        }
        let rule = lookup(frame);
        self.known.insert(frame.clone(), rule);
        rule
    }
}

fn lookup(frame: &Frame) -> Option<&'static Rule> {
    let name = plain(&frame.name);
    RULES.iter().find(|rule| is_in(frame, rule.place) && rule.patterns.iter().any(|pattern| matches(pattern, &name)))
}

fn is_in(frame: &Frame, place: Place) -> bool {
    match place {
        Place::Kernel => frame.kernel,
        Place::User => !frame.kernel,
        Place::CLibrary => !frame.kernel && is_c_library(&frame.object),
    }
}

/// Whether `object` is a file of the C library: glibc's `libc.so.6` and `libpthread-2.31.so`, musl's `ld-musl-x86_64.so.1`.
fn is_c_library(object: &str) -> bool {
    ["libc.", "libc-", "libpthread", "ld-musl"].iter().any(|start| object.starts_with(start))
}
