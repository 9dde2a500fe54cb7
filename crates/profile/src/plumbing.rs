//! What the pictures leave out of a stack: the frames by which a runtime and the standard library call the program's
//! own functions. A flamegraph of an async program is otherwise mostly such frames.
//!
//! Only pictures are shortened. Folded stacks and pprof files keep every frame.

use std::collections::HashMap;
use std::sync::Arc;

use workload::catalog::CostClass;

use crate::bill::Classifier;
use crate::stack::{Frame, Profile, Stack, UNKNOWN};

/// Stands for any number of such frames in a row.
pub(crate) const RUNTIME: &str = "[runtime]";

/// The crates of the standard library.
const STANDARD: &[&str] = &["core", "alloc", "std"];

/// `profile` with each row of runtime frames made one. A stack's innermost function stays, because its time is its own.
pub(crate) fn folded(profile: &Profile) -> Profile {
    let mut plumbing = Plumbing::default();
    let mut shorter = Profile { stacks: Default::default(), ..profile.clone() };
    for (stack, samples) in &profile.stacks {
        *shorter.stacks.entry(plumbing.fold(stack)).or_default() += samples;
    }
    shorter
}

/// Tells runtime frames by their names, each of which is looked up once.
#[derive(Default)]
struct Plumbing {
    classifier: Classifier,
    known: HashMap<Arc<str>, bool>,
}

impl Plumbing {
    fn fold(&mut self, stack: &Stack) -> Stack {
        let mut frames: Vec<Frame> = Vec::new();
        let last = stack.frames.len().saturating_sub(1);
        for (at, frame) in stack.frames.iter().enumerate() {
            if at == last || frame.kernel || !self.is_runtime(frame) {
                frames.push(frame.clone());
            } else if frames.last().is_none_or(|outer| &*outer.name != RUNTIME) {
                frames.push(Frame { name: RUNTIME.into(), object: UNKNOWN.into(), kernel: false });
            }
        }
        Stack { thread: Arc::clone(&stack.thread), frames, truncated: stack.truncated }
    }

    fn is_runtime(&mut self, frame: &Frame) -> bool {
        if let Some(known) = self.known.get(&frame.name) {
            return *known;
        }
        let alone = Stack { thread: UNKNOWN.into(), frames: vec![frame.clone()], truncated: false };
        let found = is_standard(&frame.name) || self.classifier.classify(&alone).class == CostClass::Runtime;
        self.known.insert(Arc::clone(&frame.name), found);
        found
    }
}

/// Whether a function is the standard library's. Of `<Type as Trait>::method`, the type decides.
fn is_standard(name: &str) -> bool {
    let path = name.trim_start_matches(['<', '&', '*', '(']).trim_start_matches("mut ").trim_start_matches("dyn ");
    path.split_once("::").is_some_and(|(root, _)| STANDARD.contains(&root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::{lines, read};

    fn drawn(stacks: &str) -> Vec<String> {
        lines(&folded(&read(stacks, 1000).unwrap()))
    }

    #[test]
    fn a_row_of_runtime_frames_is_one() {
        let stack = "t;std::rt::lang_start;app::main;tokio::runtime::Runtime::block_on;\
                     <core::pin::Pin<..> as core::future::future::Future>::poll;hyper::poll;tcp_sendmsg_[k] 3";
        assert_eq!(drawn(stack), ["t;[runtime];app::main;[runtime];hyper::poll;tcp_sendmsg_[k] 3"]);
    }

    #[test]
    fn stacks_that_differ_in_such_frames_only_are_one() {
        assert_eq!(drawn("t;std::a;app::f 2\nt;core::b;alloc::c;app::f 5"), ["t;[runtime];app::f 7"]);
    }

    #[test]
    fn the_innermost_function_stays() {
        assert_eq!(drawn("t;app::f;tokio::runtime::park 1"), ["t;app::f;tokio::runtime::park 1"]);
        assert_eq!(drawn("t;app::f;std::io::read 1"), ["t;app::f;std::io::read 1"]);
        assert_eq!(drawn("t 1"), ["t 1"]);
    }
}
