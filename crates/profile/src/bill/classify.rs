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
    known: HashMap<(Frame, Inside), Option<&'static Rule>>,
}

/// What has been met further in than a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Inside {
    /// Frames of neither the kernel nor the C library.
    foreign: bool,
    /// Frames that a rule names.
    named: bool,
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
        let mut inside = Inside::default();
        for (at, frame) in stack.frames.iter().enumerate().rev() {
            let Some(rule) = self.meet(frame, &mut inside) else { continue };
            if decided.is_none_or(|(_, held)| held.yields.contains(&rule.class)) {
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

    /// Whether a function of `class` stands anywhere on `stack`: then the time was spent on its behalf, though it may
    /// belong to another class, as that of an allocation does.
    pub fn serves(&mut self, stack: &Stack, class: Class) -> bool {
        let mut inside = Inside::default();
        stack.frames.iter().rev().any(|frame| self.meet(frame, &mut inside).is_some_and(|rule| rule.class == class))
    }

    /// The rule that names `frame`, the next one outward.
    fn meet(&mut self, frame: &Frame, inside: &mut Inside) -> Option<&'static Rule> {
        let found = self.rule_of(frame, *inside);
        inside.foreign |= !frame.kernel && !is_c_library(&frame.object);
        inside.named |= found.is_some();
        found
    }

    fn rule_of(&mut self, frame: &Frame, inside: Inside) -> Option<&'static Rule> {
        *self.known.entry((frame.clone(), inside)).or_insert_with(|| lookup(frame, inside))
    }
}

fn lookup(frame: &Frame, inside: Inside) -> Option<&'static Rule> {
    let name = plain(&frame.name);
    let applies = |place| match place {
        Place::Kernel => frame.kernel,
        Place::User => !frame.kernel,
        Place::CLibrary => is_c_library(&frame.object),
        Place::CLibraryAtWork => is_c_library(&frame.object) && !inside.foreign,
        Place::AtLast => !frame.kernel && !inside.named,
    };
    RULES.iter().find(|rule| applies(rule.place) && rule.patterns.split(' ').any(|pattern| matches(pattern, &name)))
}

/// Whether `object` is a file of the C library: glibc's `libc.so.6` and `libpthread-2.31.so`, musl's
/// `ld-musl-x86_64.so.1`.
fn is_c_library(object: &str) -> bool {
    ["libc.", "libc-", "libpthread", "ld-musl"].iter().any(|start| object.starts_with(start))
}
