//! Classifies a stack: walks along it and applies the rules of the table.

use std::collections::HashMap;

use workload::catalog::{Charged, CostClass as Class, class_of};

use super::pattern::{matches, plain};
use super::rules::{Place, RULES, Rule};
use crate::stack::{Frame, Stack};

/// Why a stack belongs to its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The class.
    pub class: Class,
    /// The frame that decided, as an index into the stack's frames. `None` if no rule names any frame.
    pub frame: Option<usize>,
    /// The deciding rule's reason.
    pub reason: &'static str,
}

/// Classifies whole stacks, not only their innermost frames. Use one for many stacks: it caches every function that it
/// has looked up.
#[derive(Debug, Default)]
pub struct Classifier {
    /// The modules of tlstax itself, with their classes.
    own: &'static [Charged],
    known: HashMap<(Frame, FurtherIn), Option<Named>>,
}

/// The rule that names a function.
#[derive(Debug, Clone, Copy)]
struct Named {
    class: Class,
    yields: &'static [Class],
    reason: &'static str,
}

/// What the frames further inward contain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct FurtherIn {
    /// Frames of neither the kernel nor the C library.
    foreign: bool,
    /// Frames that a rule names.
    named: bool,
}

impl Classifier {
    /// A classifier for any program.
    pub fn new() -> Classifier {
        Classifier::default()
    }

    /// A classifier for tlstax itself, whose modules are `own`.
    pub fn with_own(own: &'static [Charged]) -> Classifier {
        Classifier { own, ..Classifier::default() }
    }

    /// The class of `stack`, and why. The innermost frame that a rule names decides, unless its rule yields to the
    /// class of a frame further out. If no rule names any frame: [`Class::Other`].
    pub fn classify(&mut self, stack: &Stack) -> Verdict {
        let mut decided: Option<(usize, Named)> = None;
        let mut inside = FurtherIn::default();
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

    /// Whether a function of `class` is anywhere on `stack`: then the time was spent on its behalf, although it may
    /// belong to another class, as that of an allocation does.
    pub fn serves(&mut self, stack: &Stack, class: Class) -> bool {
        let mut inside = FurtherIn::default();
        stack.frames.iter().rev().any(|frame| self.meet(frame, &mut inside).is_some_and(|rule| rule.class == class))
    }

    /// The rule that names `frame`. Called for each frame, from the innermost outward.
    fn meet(&mut self, frame: &Frame, inside: &mut FurtherIn) -> Option<Named> {
        let found = self.rule_of(frame, *inside);
        inside.foreign |= !frame.kernel && !is_c_library(&frame.object);
        inside.named |= found.is_some();
        found
    }

    fn rule_of(&mut self, frame: &Frame, inside: FurtherIn) -> Option<Named> {
        *self.known.entry((frame.clone(), inside)).or_insert_with(|| lookup(frame, inside, self.own))
    }
}

fn lookup(frame: &Frame, inside: FurtherIn, own: &[Charged]) -> Option<Named> {
    let name = plain(&frame.name);
    let applies = |place| match place {
        Place::Kernel => frame.kernel,
        Place::User | Place::Own => !frame.kernel,
        Place::CLibrary => is_c_library(&frame.object),
        Place::CLibraryAtWork => is_c_library(&frame.object) && !inside.foreign,
        Place::AtLast => !frame.kernel && !inside.named,
    };
    let named = |rule: &Rule| match rule.place {
        Place::Own => class_of(own, &name).filter(|_| applies(Place::Own)),
        place => (applies(place) && rule.patterns().any(|pattern| matches(pattern, &name))).then_some(rule.class),
    };
    RULES.iter().find_map(|rule| named(rule).map(|class| Named { class, yields: rule.yields, reason: rule.reason }))
}

/// Whether `object` is a file of the C library: glibc's `libc.so.6` and `libpthread-2.31.so`, musl's
/// `ld-musl-x86_64.so.1`.
fn is_c_library(object: &str) -> bool {
    ["libc.", "libc-", "libpthread", "ld-musl"].iter().any(|start| object.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &[Charged] = &[
        Charged { class: Class::Harness, path: "mine" },
        Charged { class: Class::Http, path: "mine::clients" },
        Charged { class: Class::Harness, path: "mine::clients::Stamped" },
    ];

    fn class(mut classifier: Classifier, names: &[&str]) -> Class {
        let frame = |name: &&str| Frame { name: (*name).into(), object: "program".into(), kernel: false };
        let frames = names.iter().map(frame).collect();
        classifier.classify(&Stack { thread: "t".into(), frames, truncated: false }).class
    }

    #[test]
    fn modules_of_tlstax_are_of_the_class_that_they_say() {
        let own = |names: &[&str]| class(Classifier::with_own(OWN), names);
        assert_eq!(own(&["mine::main"]), Class::Harness);
        assert_eq!(own(&["mine::main", "mine::clients::fetch::{{closure}}"]), Class::Http);
        assert_eq!(
            own(&["hyper::poll", "<mine::clients::Stamped as tokio::io::AsyncRead>::poll_read"]),
            Class::Harness
        );
        assert_eq!(own(&["mine::clients::fetch", "tokio::spawn"]), Class::Runtime);
        assert_eq!(own(&["minefield::f"]), Class::Other);
    }

    #[test]
    fn no_other_program_is_charged_as_tlstax() {
        assert_eq!(class(Classifier::new(), &["mine::clients::fetch"]), Class::Other);
    }

    #[test]
    fn functions_in_the_catalog_are_named_by_the_rule_for_their_work() {
        let of = |name: &str| class(Classifier::new(), &[name]);
        assert_eq!(of("hyper::proto::h1::dispatch::poll"), Class::Http);
        assert_eq!(of("rayon_core::registry::WorkerThread::steal"), Class::Runtime);
        assert_eq!(of("ring::aead::seal_in_place"), Class::RecordEncryption);
        assert_eq!(of("ureq::tls::cert::Certificate::from_der"), Class::TrustStore);
        assert_eq!(of("tokio_native_tls::handshake"), Class::TlsState);
    }
}
